import type { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { Session } from '#platform/postgres/database.ts';
import { crlfRows } from './crlf-rows.ts';
import type { ExportPlan } from './export-plan.query.ts';
import { framedRows } from './framed-rows.ts';
import { copyRows, inUtc } from './select-rows.query.ts';

/** Bytes of an export on their way. */
export interface ExportFlow {
  readonly bytes: Transform;
  /** Moves rows from the database to `bytes` as fast as they are read there; answers how many. Its failure is that of `bytes` too. */
  run(session: Session): Promise<number>;
}

/** `gzipLevel`: undefined leaves the bytes as they are. */
export function exportFlow(plan: ExportPlan, gzipLevel: number | undefined): ExportFlow {
  const frame = framedRows(plan);
  const gzip = gzipLevel === undefined ? [] : [createGzip({ level: gzipLevel, chunkSize: 64 * 1024 })];
  const steps = [...(plan.isForExcel ? [crlfRows()] : []), frame, ...gzip];
  const bytes = steps.at(-1) ?? frame;
  return {
    bytes,
    async run(session) {
      try {
        // One snapshot, whatever writers do meanwhile. The number of rows comes behind the last one, before the commit.
        const rows = await session.transaction(async (tx) => {
          await tx.run('export in UTC', inUtc);
          const copied = tx.copyOut(copyRows(plan));
          await pipeline([copied, ...steps]);
          return copied;
        }, 'REPEATABLE READ');
        return rows.rowCount;
      } catch (error) {
        bytes.destroy(error as Error);
        throw error;
      }
    },
  };
}

import type { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { Session } from '#platform/postgres/database.ts';
import { crlfRows } from './crlf-rows.ts';
import type { ExportPlan } from './export-plan.query.ts';
import type { ExportTerms } from './export-source.query.ts';
import { framedRows } from './framed-rows.ts';
import { copyRows, inUtc } from './select-rows.query.ts';

/** Bytes of an export on their way. */
export interface ExportFlow {
  readonly bytes: Transform;
  /**
   * Moves rows from the database to `bytes` as fast as they are read there; answers how many. Its failure is that of
   * `bytes` too. `onTerms` hears before the first row whose rows they are and which are left out.
   */
  run(session: Session, onTerms?: (terms: ExportTerms | undefined) => void): Promise<number>;
}

/** `gzipLevel`: undefined leaves the bytes as they are. */
export function exportFlow(plan: ExportPlan, gzipLevel: number | undefined): ExportFlow {
  const frame = framedRows(plan);
  const gzip = gzipLevel === undefined ? [] : [createGzip({ level: gzipLevel, chunkSize: 64 * 1024 })];
  const steps = [...(plan.isForExcel ? [crlfRows()] : []), frame, ...gzip];
  const bytes = steps.at(-1) ?? frame;
  // A failure before anybody reads is told by `run`, and must not end the process.
  bytes.on('error', () => undefined);
  return {
    bytes,
    async run(session, onTerms = () => undefined) {
      try {
        // One snapshot, whatever writers do meanwhile. The number of rows comes behind the last one, before the commit.
        const rows = await session.transaction(async (tx) => {
          await tx.run('export in UTC', inUtc);
          const terms = await plan.source.terms?.(tx, plan.conditions);
          onTerms(terms);
          const copied = tx.copyOut(copyRows(within(plan, terms)));
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

function within(plan: ExportPlan, terms: ExportTerms | undefined): ExportPlan {
  return terms?.condition ? { ...plan, conditions: [...plan.conditions, terms.condition] } : plan;
}

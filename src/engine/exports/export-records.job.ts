import { Type } from 'typebox';
import type { FileStore } from '#platform/files/file-store.ts';
import type { Pool } from '#platform/postgres/database.ts';
import { notFound } from '#platform/errors.ts';
import { defineJob, type JobContext, type JobDefinition } from '../jobs/define-job.ts';
import { exportFileKey } from './export-file-key.ts';
import {
  beginExport,
  completeExport,
  endExport,
  findExport,
  type FinishedExport,
  reopenExport,
} from './export-job.query.ts';
import { type ExportPlan, planExport } from './export-plan.query.ts';
import type { ExportSource, ExportTerms } from './export-source.query.ts';
import { exportFlow } from './write-export.ts';

export interface ExportJobDependencies {
  readonly pool: Pool;
  readonly files: FileStore;
  readonly sources: readonly ExportSource[];
  /** How long a file can be fetched. */
  readonly retentionMs: number;
}

export const EXPORT_JOB = 'export';
/** Small files are worth more here than on the way to a client who waits. */
const THOROUGH_GZIP = 6;

/** Writes an export into a file; the database sees it when the file is whole. */
export function exportRecordsJob(dependencies: ExportJobDependencies): JobDefinition {
  return defineJob({
    type: EXPORT_JOB,
    payload: Type.Object({ export_id: Type.String({ format: 'uuid' }) }),
    run: ({ export_id: id }, context) => exportRecords(dependencies, id, context),
    ended: (tx, { payload: { export_id: id }, status, error }) =>
      endExport(tx, id, { status, code: error?.code ?? null, message: error?.message ?? null }),
    retried: (tx, { payload }) => reopenExport(tx, payload.export_id),
  });
}

async function exportRecords(
  { pool, files, sources, retentionMs }: ExportJobDependencies,
  id: string,
  context: JobContext,
): Promise<void> {
  const found = await findExport(pool, id);
  if (!found) throw notFound('export', id);
  const { resource_type, format, options } = found;
  const plan = planExport(sources, { resource_type, format, ...options });
  context.progress({ phase: 'exporting' });
  const fileKey = exportFileKey(id, context.leaseToken);
  const file: FinishedExport = {
    ...(await writeFile(files, id, fileKey, plan, context)),
    fileKey,
    retentionMs,
  };
  await context.session((session) =>
    session.transaction(async (tx) => {
      await completeExport(tx, id, file);
      await context.complete(tx, { rows_processed: file.records, file_size: file.size });
    }),
  );
}

async function writeFile(
  files: FileStore,
  id: string,
  key: string,
  plan: ExportPlan,
  context: JobContext,
): Promise<Pick<FinishedExport, 'records' | 'size' | 'sha256' | 'terms'>> {
  return context.session(async (session) => {
    await session.transaction(async (tx) => {
      await beginExport(tx, id);
      await context.fence(tx);
    });
    const flow = exportFlow(plan, plan.compression === 'gzip' ? THOROUGH_GZIP : undefined);
    let terms: ExportTerms | undefined;
    const rows = flow.run(session, (found) => {
      terms = found;
    });
    // Whichever side fails, the other one fails with it; the store knows why.
    rows.catch(() => {});
    const written = await files.write(key, counted(flow.bytes, context), { signal: context.signal });
    return { records: await rows, terms, ...written };
  });
}

async function* counted(bytes: AsyncIterable<Buffer>, { progress }: JobContext): AsyncGenerator<Buffer> {
  let done = 0;
  for await (const chunk of bytes) {
    yield chunk;
    done += chunk.length;
    progress({ bytes_done: done });
  }
}

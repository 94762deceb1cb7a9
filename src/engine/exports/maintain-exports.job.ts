import { Type } from 'typebox';
import type { FileStore } from '#platform/files/file-store.ts';
import { sweepFiles } from '#platform/files/sweep-files.ts';
import type { Pool } from '#platform/postgres/database.ts';
import { momentBefore } from '#platform/postgres/server-state.ts';
import { defineJob, type JobDefinition } from '../jobs/define-job.ts';
import { JOB_RETENTION_MS } from '../jobs/job-retention.ts';
import type { RecurringJob } from '../jobs/schedule.ts';
import { EXPORT_FILES } from './export-file-key.ts';
import {
  deleteOldExports,
  findExpiredExports,
  findUnnamedExportFiles,
  forgetExportFile,
} from './maintain-exports.query.ts';

const EXPORTS_PER_RUN = 500;
/** A file that no export names may be one that is being written, or just was. */
const UNNAMED_AFTER_MS = 24 * 60 * 60 * 1000;

/** For the schedule of every process that runs jobs. */
export const EXPORT_MAINTENANCE: RecurringJob = {
  type: 'maintain_exports',
  payload: {},
  priority: -50,
  everyMs: 600_000,
};

interface Dependencies {
  readonly pool: Pool;
  readonly files: FileStore;
  /** Default: a day. */
  readonly unnamedAfterMs?: number;
}

/**
 * The job that removes files of exports which have expired and those of attempts that came to nothing; and exports
 * without a file once they are as old as their jobs may become.
 */
export function maintainExportsJob(dependencies: Dependencies): JobDefinition {
  return defineJob({
    type: EXPORT_MAINTENANCE.type,
    payload: Type.Object({}),
    async run(_payload, { signal }) {
      const expired = await removeExpired(dependencies, signal);
      const forgotten = await deleteOldExports(dependencies.pool, JOB_RETENTION_MS, EXPORTS_PER_RUN);
      return { expired, forgotten, unnamed: await removeUnnamed(dependencies, signal) };
    },
  });
}

async function removeExpired({ pool, files }: Dependencies, signal: AbortSignal): Promise<number> {
  const expired = await findExpiredExports(pool, EXPORTS_PER_RUN);
  for (const { id, file_key: key } of expired) {
    signal.throwIfAborted();
    await files.delete(key);
    await forgetExportFile(pool, id);
  }
  return expired.length;
}

async function removeUnnamed(
  { pool, files, unnamedAfterMs = UNNAMED_AFTER_MS }: Dependencies,
  signal: AbortSignal,
): Promise<number> {
  const before = await momentBefore(pool, unnamedAfterMs);
  const findUnnamed = (keys: readonly string[]): Promise<string[]> => findUnnamedExportFiles(pool, keys);
  return sweepFiles(files, { prefix: EXPORT_FILES, before, findUnnamed, signal });
}

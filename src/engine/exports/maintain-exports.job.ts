import { Type } from 'typebox';
import { defineJob, type JobDefinition } from '../jobs/define-job.ts';
import { JOB_RETENTION_MS } from '../jobs/job-retention.ts';
import type { RecurringJob } from '../jobs/schedule.ts';
import { type FileMaintenance, removeUnnamedFiles } from '../maintenance/remove-unnamed-files.ts';
import { EXPORT_FILES } from './export-file-key.ts';
import {
  deleteOldExports,
  findExpiredExports,
  findUnnamedExportFiles,
  forgetExportFile,
} from './maintain-exports.query.ts';

const EXPORTS_PER_RUN = 500;

/** For the schedule of every process that runs jobs. */
export const EXPORT_MAINTENANCE: RecurringJob = {
  type: 'maintain_exports',
  payload: {},
  priority: -50,
  everyMs: 600_000,
};

/**
 * The job that removes files of exports which have expired and those of attempts that came to nothing; and exports
 * without a file once they are as old as their jobs may become.
 */
export function maintainExportsJob(dependencies: FileMaintenance): JobDefinition {
  return defineJob({
    type: EXPORT_MAINTENANCE.type,
    payload: Type.Object({}),
    async run(_payload, { signal }) {
      const expired = await removeExpired(dependencies, signal);
      const forgotten = await deleteOldExports(dependencies.pool, JOB_RETENTION_MS, EXPORTS_PER_RUN);
      const unnamed = await removeUnnamedFiles(dependencies, EXPORT_FILES, findUnnamedExportFiles, signal);
      return { expired, forgotten, unnamed };
    },
  });
}

async function removeExpired({ pool, files }: FileMaintenance, signal: AbortSignal): Promise<number> {
  const expired = await findExpiredExports(pool, EXPORTS_PER_RUN);
  for (const { id, file_key: key } of expired) {
    signal.throwIfAborted();
    await files.delete(key);
    await forgetExportFile(pool, id);
  }
  return expired.length;
}

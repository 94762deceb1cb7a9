import { Type } from 'typebox';
import type { FileStore } from '#platform/files/file-store.ts';
import { sweepFiles } from '#platform/files/sweep-files.ts';
import type { Pool } from '#platform/postgres/database.ts';
import { momentBefore } from '#platform/postgres/server-state.ts';
import { defineJob, type JobDefinition } from '../jobs/define-job.ts';
import type { RecurringJob } from '../jobs/schedule.ts';
import { findUnneededFiles } from './import-files.query.ts';
import { dropStages } from './import-run.query.ts';
import { findLeftStages } from './stage-leftovers.query.ts';

/** Files without an import: an upload that is being accepted has none yet. */
const FILE_MS = 86_400_000;

/** For the schedule of every process that runs jobs. */
export const IMPORTS_MAINTENANCE: RecurringJob = {
  type: 'maintain_imports',
  payload: {},
  priority: -50,
  everyMs: 3_600_000,
};

/** The job that deletes files and staging tables which no import needs any more. */
export function maintainImportsJob({
  pool,
  files,
  fileMs = FILE_MS,
}: {
  readonly pool: Pool;
  readonly files: FileStore;
  readonly fileMs?: number;
}): JobDefinition {
  return defineJob({
    type: IMPORTS_MAINTENANCE.type,
    payload: Type.Object({}),
    async run(_payload, { signal }) {
      const before = await momentBefore(pool, fileMs);
      const findUnnamed = (keys: readonly string[]): Promise<string[]> => findUnneededFiles(pool, keys);
      const left = await findLeftStages(pool);
      for (const importNo of left) await dropStages(pool, importNo);
      return {
        stages: left.length,
        files: await sweepFiles(files, { prefix: 'imports/', before, findUnnamed, signal }),
      };
    },
  });
}

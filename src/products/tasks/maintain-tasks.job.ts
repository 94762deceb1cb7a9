import { Type } from 'typebox';
import { defineJob, type JobDefinition } from '#engine/jobs/define-job.ts';
import { JOB_RETENTION_MS } from '#engine/jobs/job-retention.ts';
import type { RecurringJob } from '#engine/jobs/schedule.ts';
import type { FileStore } from '#platform/files/file-store.ts';
import { sweepFiles } from '#platform/files/sweep-files.ts';
import type { Pool } from '#platform/postgres/database.ts';
import { momentBefore } from '#platform/postgres/server-state.ts';
import {
  deleteOldTasks,
  findExpiredTasks,
  findUnneededTaskFiles,
  forgetTaskFiles,
} from './maintain-tasks.query.ts';
import { TASK_FILES } from './task-files.ts';

const TASKS_PER_RUN = 500;
/** A file that no task names may be an upload that is being taken in. */
const UNNAMED_AFTER_MS = 24 * 60 * 60 * 1000;

/** For the schedule of every process that runs jobs. */
export const TASKS_MAINTENANCE: RecurringJob = {
  type: 'maintain_tasks',
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
 * The job that removes files of tasks which have expired and those of attempts that came to nothing; and tasks without
 * files once they are as old as their jobs may become.
 */
export function maintainTasksJob(dependencies: Dependencies): JobDefinition {
  const { pool } = dependencies;
  return defineJob({
    type: TASKS_MAINTENANCE.type,
    payload: Type.Object({}),
    async run(_payload, { signal }) {
      const expired = await removeExpired(dependencies, signal);
      const forgotten = await pool.transaction((tx) => deleteOldTasks(tx, JOB_RETENTION_MS, TASKS_PER_RUN));
      return { expired, forgotten, unnamed: await removeUnnamed(dependencies, signal) };
    },
  });
}

async function removeExpired({ pool, files }: Dependencies, signal: AbortSignal): Promise<number> {
  let removed = 0;
  for (const { id, keys } of await findExpiredTasks(pool, TASKS_PER_RUN)) {
    signal.throwIfAborted();
    // What is not deleted any more should the process die here is swept as unnamed.
    if (!(await forgetTaskFiles(pool, id))) continue;
    for (const key of keys) await files.delete(key);
    removed++;
  }
  return removed;
}

async function removeUnnamed(
  { pool, files, unnamedAfterMs = UNNAMED_AFTER_MS }: Dependencies,
  signal: AbortSignal,
): Promise<number> {
  const before = await momentBefore(pool, unnamedAfterMs);
  const findUnnamed = (keys: readonly string[]): Promise<string[]> => findUnneededTaskFiles(pool, keys);
  return sweepFiles(files, { prefix: TASK_FILES, before, findUnnamed, signal });
}

import { Type } from 'typebox';
import { defineJob, type JobDefinition } from '#engine/jobs/define-job.ts';
import { JOB_RETENTION_MS } from '#engine/jobs/job-retention.ts';
import type { RecurringJob } from '#engine/jobs/schedule.ts';
import { type FileMaintenance, removeUnnamedFiles } from '#engine/maintenance/remove-unnamed-files.ts';
import {
  deleteOldTasks,
  findExpiredTasks,
  findUnneededTaskFiles,
  forgetTaskFiles,
} from './maintain-tasks.query.ts';
import { TASK_FILES } from './task-files.ts';

const TASKS_PER_RUN = 500;

/** For the schedule of every process that runs jobs. */
export const TASKS_MAINTENANCE: RecurringJob = {
  type: 'maintain_tasks',
  payload: {},
  priority: -50,
  everyMs: 600_000,
};

/**
 * The job that removes files of tasks which have expired and those of attempts that came to nothing; and tasks without
 * files once they are as old as their jobs may become.
 */
export function maintainTasksJob(dependencies: FileMaintenance): JobDefinition {
  const { pool } = dependencies;
  return defineJob({
    type: TASKS_MAINTENANCE.type,
    payload: Type.Object({}),
    async run(_payload, { signal }) {
      const expired = await removeExpired(dependencies, signal);
      const forgotten = await pool.transaction((tx) => deleteOldTasks(tx, JOB_RETENTION_MS, TASKS_PER_RUN));
      const unnamed = await removeUnnamedFiles(dependencies, TASK_FILES, findUnneededTaskFiles, signal);
      return { expired, forgotten, unnamed };
    },
  });
}

async function removeExpired({ pool, files }: FileMaintenance, signal: AbortSignal): Promise<number> {
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

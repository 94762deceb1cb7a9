import { Type } from 'typebox';
import { defineJob, type JobDefinition } from '#engine/jobs/define-job.ts';
import type { RecurringJob } from '#engine/jobs/schedule.ts';
import type { Pool } from '#platform/postgres/database.ts';
import { deleteOldKeys } from './idempotency.query.ts';

const KEYS_PER_STATEMENT = 10_000;

/** For the schedule of every process that runs jobs. */
export const IDEMPOTENCY_MAINTENANCE: RecurringJob = {
  type: 'maintain_idempotency',
  payload: {},
  priority: -50,
  everyMs: 3_600_000,
};

/** The job that forgets keys which ended longer ago than `retentionMs`. */
export function maintainIdempotencyJob(pool: Pool, retentionMs: number): JobDefinition {
  return defineJob({
    type: IDEMPOTENCY_MAINTENANCE.type,
    payload: Type.Object({}),
    async run(_payload, { signal, progress }) {
      let forgotten = 0;
      for (let deleted = KEYS_PER_STATEMENT; deleted === KEYS_PER_STATEMENT;) {
        signal.throwIfAborted();
        deleted = await deleteOldKeys(pool, retentionMs, KEYS_PER_STATEMENT);
        forgotten += deleted;
        progress({ records_done: forgotten });
      }
      return { keys: forgotten };
    },
  });
}

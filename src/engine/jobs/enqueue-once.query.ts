import type { Database } from '#platform/postgres/database.ts';
import { sql } from '#platform/postgres/sql.ts';
import { enqueueJob, type NewJob } from './enqueue.query.ts';

/**
 * As `enqueueJob`, unless a job of the same type and payload waits or runs already, or was queued within the last
 * `quietMs`. Callers take turns until the end of the transaction, so one job comes of many that ask at once.
 * Returns its id; undefined when there is nothing to add.
 */
export async function enqueueJobOnce(tx: Database, job: NewJob, quietMs = 0): Promise<string | undefined> {
  const payload = JSON.stringify(job.payload);
  await tx.run(
    'lock unique job',
    sql`SELECT pg_advisory_xact_lock(hashtextextended(${`job ${job.type} ${payload}`}, 0))`,
  );
  const present = await tx.maybeOne(
    'find unique job',
    sql`
    SELECT 1 FROM jobs
    WHERE type = ${job.type} AND payload = ${payload}::jsonb
      AND (status IN ('queued', 'running', 'paused')
           OR created_at > clock_timestamp() - ${quietMs} * interval '1 ms')
    LIMIT 1
  `,
  );
  return present ? undefined : enqueueJob(tx, job);
}

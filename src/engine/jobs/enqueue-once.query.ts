import type { Database } from '#platform/postgres/database.ts';
import { sql } from '#platform/postgres/sql.ts';
import { enqueueJob, type NewJob } from './enqueue.query.ts';
import { announceLook } from './wake-up/announce.ts';

export interface OnceOptions {
  /** Nothing is added while the last such job was queued less than this ago. */
  readonly quietMs?: number;
  /** It is not begun before this has passed, so that what follows closely is done with it. */
  readonly delayMs?: number;
}

/**
 * As `enqueueJob`, unless a job of the same type and payload waits or runs already. Callers take turns until the end
 * of the transaction, so one job comes of many that ask at once. Returns its id; undefined when nothing was added.
 */
export async function enqueueJobOnce(
  tx: Database,
  job: NewJob,
  { quietMs = 0, delayMs = 0 }: OnceOptions = {},
): Promise<string | undefined> {
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
  if (present) return undefined;
  const id = await enqueueJob(tx, job);
  if (delayMs > 0) {
    await tx.run(
      'delay job',
      sql`UPDATE jobs SET next_retry_at = clock_timestamp() + ${delayMs} * interval '1 ms' WHERE id = ${id}`,
    );
    announceLook(tx);
  }
  return id;
}

import type { Database } from '#platform/postgres/database.ts';
import { sql } from '#platform/postgres/sql.ts';
import type { JobProgress } from './define-job.ts';
import { released } from './finish.query.ts';
import type { Lease } from './lease.query.ts';

export interface Completion {
  readonly lease: Lease;
  readonly progress: JobProgress;
  readonly result: object;
}

/**
 * As `completeJob`, for jobs with nothing else to write, all at once. Returns the ids of those that it completed: not
 * those whose lease is another's, and not those whose row somebody is changing at this moment.
 */
export async function completeJobs(db: Database, batch: readonly Completion[]): Promise<string[]> {
  const rows = await db.many<{ id: string }>(
    'complete jobs',
    sql`
    WITH given AS MATERIALIZED (
      SELECT *
      FROM unnest(${batch.map(({ lease }) => lease.jobId)}::uuid[],
                  ${batch.map(({ lease }) => lease.leaseToken)}::bigint[],
                  ${batch.map(({ result }) => JSON.stringify(result))}::text[],
                  ${batch.map(({ progress }) => progress.phase)}::text[],
                  ${batch.map(({ progress }) => progress.bytes_done)}::bigint[],
                  ${batch.map(({ progress }) => progress.bytes_total)}::bigint[],
                  ${batch.map(({ progress }) => progress.records_done)}::bigint[])
           AS given (id, token, outcome, at_phase, done, total, records)
    ), held AS MATERIALIZED (
      SELECT jobs.id
      FROM given JOIN jobs ON jobs.id = given.id AND lease_token = given.token AND status = 'running'
      FOR NO KEY UPDATE OF jobs SKIP LOCKED
    )
    UPDATE jobs
    SET status = 'completed', completed_at = clock_timestamp(), result = outcome::jsonb,
        last_error = NULL, cancel_requested_at = NULL, cancel_requested_by = NULL,
        phase = at_phase, bytes_done = done, bytes_total = total, records_done = records,
        progress_at = clock_timestamp(), ${released}
    FROM held JOIN given USING (id)
    WHERE jobs.id = held.id
    RETURNING jobs.id
  `,
  );
  return rows.map(({ id }) => id);
}

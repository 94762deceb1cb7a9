import type { Database } from '#platform/postgres/database.ts';
import { prepared, type Sql, sql } from '#platform/postgres/sql.ts';
import { type ClaimedJob, claimCall, claimedColumns } from './claim.query.ts';
import type { NextClaim } from './claims.ts';
import type { JobProgress } from './define-job.ts';
import type { Lease } from './lease.query.ts';

export interface Completion {
  readonly lease: Lease;
  readonly slot: number;
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
    prepared(sql`SELECT id FROM ${completeCall(batch)} AS completed (id)`),
  );
  return rows.map(({ id }) => id);
}

/** As `completeJobs` and, in the same transaction, `claimJobs` for the slots of those that it completed. */
export async function completeAndClaim(
  db: Database,
  batch: readonly Completion[],
  next: NextClaim,
): Promise<{ completed: string[]; claimed: ClaimedJob[] }> {
  const rows = await db.many<ClaimedJob | { id: string; slot: null }>(
    'complete and claim jobs',
    prepared(sql`
    WITH completed AS MATERIALIZED (
      SELECT id FROM ${completeCall(batch)} AS completed (id)
    ), free AS MATERIALIZED (
      SELECT coalesce(array_agg(slot), '{}') AS slots
      FROM unnest(${batch.map(({ lease }) => lease.jobId)}::uuid[], ${batch.map(({ slot }) => slot)}::int[])
           AS given (id, slot)
      JOIN completed USING (id)
    )
    SELECT ${claimedColumns} FROM free, ${claimCall(next, sql`free.slots`)} AS jobs
    UNION ALL
    SELECT id, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL FROM completed
  `),
  );
  const claimed: ClaimedJob[] = [];
  const completed: string[] = [];
  for (const row of rows) {
    if (row.slot === null) completed.push(row.id);
    else claimed.push(row);
  }
  return { completed, claimed };
}

function completeCall(batch: readonly Completion[]): Sql {
  return sql`complete_jobs(
      ${batch.map(({ lease }) => lease.jobId)}::uuid[], ${batch.map(({ lease }) => lease.leaseToken)}::bigint[],
      ${batch.map(({ result }) => JSON.stringify(result))}::text[],
      ${batch.map(({ progress }) => progress.phase)}::text[],
      ${batch.map(({ progress }) => progress.bytes_done)}::bigint[],
      ${batch.map(({ progress }) => progress.bytes_total)}::bigint[],
      ${batch.map(({ progress }) => progress.records_done)}::bigint[])`;
}

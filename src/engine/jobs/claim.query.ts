import type { Database } from '#platform/postgres/database.ts';
import { sql } from '#platform/postgres/sql.ts';
import type { JobProgress } from './define-job.ts';

const MIN_WAIT_MS = 50;

export interface ClaimedJob {
  readonly id: string;
  readonly type: string;
  readonly payload: unknown;
  readonly attempt: number;
  readonly maxAttempts: number;
  readonly leaseToken: number;
  readonly lockedBy: string;
  readonly slot: number;
  /** Where the former attempt was; nothing at the first. */
  readonly progress: JobProgress;
}

export interface ClaimOptions {
  readonly types: readonly string[];
  /** `host:pid`; the slot is appended. */
  readonly worker: string;
  readonly freeSlots: readonly number[];
  readonly leaseMs: number;
  readonly maxAttempts: number;
}

/** Takes up to as many due jobs as there are free slots, in order of priority and age. */
export function claimJobs(db: Database, options: ClaimOptions): Promise<ClaimedJob[]> {
  const { types, worker, freeSlots, leaseMs, maxAttempts } = options;
  return db.many<ClaimedJob>(
    'claim jobs',
    sql`
    WITH placed AS MATERIALIZED (
      SELECT id, (${freeSlots}::int[])[row_number() OVER ()] AS slot
      FROM due_jobs(${types}::text[], ${freeSlots.length}::int)
    )
    UPDATE jobs
    SET status = 'running',
        attempts = attempts + 1,
        max_attempts = greatest(${maxAttempts}::int, attempts + 1),
        lease_token = lease_token + 1,
        lease_expires_at = clock_timestamp() + ${leaseMs} * interval '1 ms',
        locked_at = clock_timestamp(),
        locked_by = ${worker}::text || ':' || placed.slot,
        started_at = coalesce(started_at, clock_timestamp()),
        progress_at = clock_timestamp(),
        next_retry_at = NULL
    FROM placed
    WHERE jobs.id = placed.id AND status = 'queued'
    RETURNING jobs.id, jobs.type, jobs.payload, jobs.attempts AS attempt, jobs.max_attempts AS "maxAttempts",
              jobs.lease_token::float8 AS "leaseToken", jobs.locked_by AS "lockedBy", placed.slot,
              json_build_object('phase', phase, 'bytes_done', bytes_done, 'bytes_total', bytes_total,
                                'records_done', records_done) AS progress
  `,
  );
}

/** Milliseconds until the first job is due that waits for its time; infinite when none does. */
export async function findNextDue(db: Database, types: readonly string[]): Promise<number> {
  const row = await db.maybeOne<{ inMs: number | null }>(
    'find next due job',
    sql`
    SELECT extract(epoch FROM min(next_retry_at) - clock_timestamp())::float8 * 1000 AS "inMs"
    FROM jobs
    WHERE status = 'queued' AND next_retry_at < 'infinity' AND type = ANY(${types}::text[])
  `,
  );
  const inMs = row?.inMs ?? Number.POSITIVE_INFINITY;
  // One that is due already is being changed by somebody at this moment.
  return Math.max(MIN_WAIT_MS, Math.ceil(inMs));
}

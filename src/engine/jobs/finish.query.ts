import type { Database } from '#platform/postgres/database.ts';
import { type Sql, sql } from '#platform/postgres/sql.ts';
import type { JobProgress } from './define-job.ts';
import { type Lease, progressColumns } from './lease.query.ts';
import { announce, announceLook } from './wake-up/announce.ts';

export interface JobFailure {
  readonly code: string;
  readonly message: string;
}

/** What the `ended` hook needs to know of the job's row. */
export interface EndedRow {
  readonly id: string;
  readonly type: string;
  readonly payload: unknown;
}

/** The outage that a job waits out, as seen at this progress: 0 and 0 when it got further than at the last one. */
export interface Outage {
  readonly retries: number;
  readonly sinceMs: number;
}

export async function completeJob(
  tx: Database,
  lease: Lease,
  progress: JobProgress,
  result: object,
): Promise<boolean> {
  const held = await tx.run(
    'complete job',
    sql`
    UPDATE jobs
    SET status = 'completed', completed_at = clock_timestamp(), result = ${JSON.stringify(result)}::jsonb,
        last_error = NULL, cancel_requested_at = NULL, cancel_requested_by = NULL,
        ${progressColumns(progress)}, progress_at = clock_timestamp(), ${released}
    WHERE ${heldBy(lease)}
  `,
  );
  return held === 1;
}

/** Undefined when the lease is another's. */
export function failJob(
  tx: Database,
  lease: Lease,
  progress: JobProgress,
  failure: JobFailure,
): Promise<EndedRow | undefined> {
  return tx.maybeOne<EndedRow>(
    'fail job',
    sql`
    UPDATE jobs
    SET status = 'failed', completed_at = clock_timestamp(), error_code = ${failure.code},
        last_error = ${failure.message}, ${progressColumns(progress)}, ${released}
    WHERE ${heldBy(lease)}
    RETURNING id, type, payload
  `,
  );
}

/** Undefined when the lease is another's or nobody asked to cancel. */
export function cancelRunningJob(
  tx: Database,
  lease: Lease,
  progress: JobProgress,
): Promise<EndedRow | undefined> {
  return tx.maybeOne<EndedRow>(
    'cancel running job',
    sql`
    UPDATE jobs
    SET status = 'canceled', completed_at = clock_timestamp(), ${progressColumns(progress)}, ${released}
    WHERE ${heldBy(lease)} AND cancel_requested_at IS NOT NULL
    RETURNING id, type, payload
  `,
  );
}

export function findOutage(db: Database, lease: Lease, progress: JobProgress): Promise<Outage | undefined> {
  return db.maybeOne<Outage>(
    'find job outage',
    sql`
    SELECT CASE WHEN further THEN 0 ELSE outages END AS retries,
           CASE WHEN further OR outage_since IS NULL THEN 0
                ELSE extract(epoch FROM clock_timestamp() - outage_since) * 1000 END::float8 AS "sinceMs"
    FROM jobs, LATERAL (SELECT ${gotFurther(progress)} AS further) AS place
    WHERE ${heldBy(lease)}
  `,
  );
}

/** Puts the job back, the attempt not counted, to be tried again when the outage may be over. */
export async function requeueAfterOutage(
  db: Database,
  lease: Lease,
  progress: JobProgress,
  retry: { readonly retries: number; readonly delayMs: number; readonly message: string },
): Promise<boolean> {
  const held = await db.run(
    'requeue job after outage',
    sql`
    UPDATE jobs
    SET status = 'queued', attempts = attempts - 1, last_error = ${retry.message},
        outages = ${retry.retries}::int + 1,
        outage_since = CASE WHEN ${retry.retries}::int = 0 THEN clock_timestamp() ELSE outage_since END,
        setback_phase = ${progress.phase},
        setback_done = CASE WHEN ${gotFurther(progress)} THEN ${placeOf(progress)}::bigint ELSE setback_done END,
        next_retry_at = clock_timestamp() + ${retry.delayMs} * interval '1 ms',
        ${progressColumns(progress)}, ${released}
    WHERE ${heldBy(lease)} AND cancel_requested_at IS NULL
    RETURNING pg_notify('jobs', 'queued')
  `,
  );
  if (held === 1) announceLook(db);
  return held === 1;
}

/** Puts the job back after an error that counts as an attempt. */
export async function requeueAfterError(
  db: Database,
  lease: Lease,
  progress: JobProgress,
  retry: { readonly delayMs: number; readonly message: string },
): Promise<boolean> {
  const held = await db.run(
    'requeue job after error',
    sql`
    UPDATE jobs
    SET status = 'queued', last_error = ${retry.message},
        next_retry_at = clock_timestamp() + ${retry.delayMs} * interval '1 ms',
        ${progressColumns(progress)}, ${released}
    WHERE ${heldBy(lease)} AND cancel_requested_at IS NULL
    RETURNING pg_notify('jobs', 'queued')
  `,
  );
  if (held === 1) announceLook(db);
  return held === 1;
}

/** Puts the job back for another worker, at once and as if this attempt had not been. */
export async function giveBackJob(db: Database, lease: Lease, progress: JobProgress): Promise<boolean> {
  const held = await db.run(
    'give job back',
    sql`
    UPDATE jobs
    SET status = 'queued', attempts = attempts - 1, ${progressColumns(progress)}, ${released}
    WHERE ${heldBy(lease)} AND cancel_requested_at IS NULL
    RETURNING pg_notify('jobs', 'queued')
  `,
  );
  if (held === 1) announce(db, 'work', lease.jobId);
  return held === 1;
}

/** Puts the job aside until a caller resumes it, the attempt not counted. Undefined: the lease is another's, no such wish. */
export function pauseRunningJob(
  tx: Database,
  lease: Lease,
  progress: JobProgress,
): Promise<EndedRow | undefined> {
  return tx.maybeOne<EndedRow>(
    'pause running job',
    sql`
    UPDATE jobs
    SET status = 'paused', attempts = attempts - 1, pause_requested_at = NULL, ${progressColumns(progress)}, ${released}
    WHERE ${heldBy(lease)} AND pause_requested_at IS NOT NULL AND cancel_requested_at IS NULL
    RETURNING id, type, payload
  `,
  );
}

/** The SET list of every way out of `running`. */
export const released: Sql = sql`locked_at = NULL, locked_by = NULL, lease_expires_at = NULL`;

function heldBy(lease: Lease): Sql {
  return sql`jobs.id = ${lease.jobId} AND lease_token = ${lease.leaseToken} AND status = 'running'`;
}

/** Further than at the last setback: the same place reached again is no progress. */
function gotFurther(progress: JobProgress): Sql {
  return sql`(setback_done IS NULL OR setback_phase IS DISTINCT FROM ${progress.phase}::text
              OR ${placeOf(progress)}::bigint > setback_done)`;
}

function placeOf(progress: JobProgress): number {
  return progress.bytes_done + progress.records_done;
}

import type { Database } from '#platform/postgres/database.ts';
import { type Sql, sql } from '#platform/postgres/sql.ts';
import type { JobProgress } from './define-job.ts';

/** The right to write for a job. */
export interface Lease {
  readonly jobId: string;
  readonly leaseToken: number;
}

export interface LeaseLimits {
  readonly leaseMs: number;
  readonly stallTimeoutMs: number;
  readonly jobTimeoutMs: number;
}

export interface Heartbeat {
  readonly cancelRequested: boolean;
  readonly pauseRequested: boolean;
  /** No progress for too long: the lease was not renewed. */
  readonly stalled: boolean;
  /** Running for too long in all: the lease was not renewed. */
  readonly overdue: boolean;
}

/** Stores the progress and renews the lease while the progress moves; undefined when the lease is another's. */
export function renewLease(
  db: Database,
  lease: Lease,
  progress: JobProgress,
  limits: LeaseLimits,
): Promise<Heartbeat | undefined> {
  const { leaseMs, stallTimeoutMs, jobTimeoutMs } = limits;
  return db.maybeOne<Heartbeat>(
    'renew job lease',
    sql`
    WITH now AS MATERIALIZED (SELECT clock_timestamp() AS at)
    UPDATE jobs
    SET ${progressColumns(progress)},
        progress_at = CASE WHEN ${progressMoved(progress)} THEN now.at ELSE progress_at END,
        lease_expires_at = CASE
          WHEN locked_at + ${jobTimeoutMs} * interval '1 ms' <= now.at THEN lease_expires_at
          WHEN ${progressMoved(progress)} OR progress_at + ${stallTimeoutMs} * interval '1 ms' > now.at
            THEN now.at + ${leaseMs} * interval '1 ms'
          ELSE lease_expires_at END
    FROM now
    WHERE id = ${lease.jobId} AND lease_token = ${lease.leaseToken} AND status = 'running'
    RETURNING cancel_requested_at IS NOT NULL AS "cancelRequested",
              pause_requested_at IS NOT NULL AS "pauseRequested",
              progress_at + ${stallTimeoutMs} * interval '1 ms' <= now.at AS stalled,
              locked_at + ${jobTimeoutMs} * interval '1 ms' <= now.at AS overdue
  `,
  );
}

/** False when the lease is another's. Locks the job's row until the transaction ends, so it comes last. */
export async function fenceJob(
  tx: Database,
  lease: Lease,
  progress: JobProgress,
  leaseMs: number,
): Promise<boolean> {
  const held = await tx.run(
    'fence job',
    sql`
    UPDATE jobs
    SET ${progressColumns(progress)},
        progress_at = clock_timestamp(),
        lease_expires_at = clock_timestamp() + ${leaseMs} * interval '1 ms'
    WHERE id = ${lease.jobId} AND lease_token = ${lease.leaseToken} AND status = 'running'
  `,
  );
  return held === 1;
}

/** Whether the lease is still this one; takes no lock. */
export async function holdsLease(db: Database, lease: Lease): Promise<boolean> {
  const row = await db.maybeOne(
    'check job lease',
    sql`SELECT 1 FROM jobs WHERE id = ${lease.jobId} AND lease_token = ${lease.leaseToken} AND status = 'running'`,
  );
  return row !== undefined;
}

/** The SET list that stores a progress. */
export function progressColumns(progress: JobProgress): Sql {
  return sql`phase = ${progress.phase}, bytes_done = ${progress.bytes_done}, bytes_total = ${progress.bytes_total},
        records_done = ${progress.records_done}`;
}

function progressMoved(progress: JobProgress): Sql {
  return sql`(phase, bytes_done, records_done)
          IS DISTINCT FROM (${progress.phase}::text, ${progress.bytes_done}::bigint, ${progress.records_done}::bigint)`;
}

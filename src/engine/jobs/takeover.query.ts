import type { Database } from '#platform/postgres/database.ts';
import { sql } from '#platform/postgres/sql.ts';
import type { JobProgress } from './define-job.ts';
import { type EndedRow, type JobFailure, released } from './finish.query.ts';
import type { Lease, LeaseLimits } from './lease.query.ts';
import { announce } from './wake-up/announce.ts';

/** A job whose lease ran out, and what is known of why. */
export interface ExpiredLease extends Lease {
  readonly type: string;
  readonly lockedBy: string;
  readonly progress: JobProgress;
  readonly stalled: boolean;
  readonly overdue: boolean;
  readonly cancelRequested: boolean;
  /** The server was started again since the claim: no worker is to blame. */
  readonly serverRestarted: boolean;
  /** Leases lost in a row without progress, this one included. */
  readonly lostLeases: number;
}

export function findExpiredLeases(
  db: Database,
  types: readonly string[],
  limits: Pick<LeaseLimits, 'stallTimeoutMs' | 'jobTimeoutMs'>,
): Promise<ExpiredLease[]> {
  const { stallTimeoutMs, jobTimeoutMs } = limits;
  return db.many<ExpiredLease>(
    'find expired job leases',
    sql`
    SELECT id AS "jobId", lease_token::float8 AS "leaseToken", type, locked_by AS "lockedBy",
           json_build_object('phase', phase, 'bytes_done', bytes_done, 'bytes_total', bytes_total,
                             'records_done', records_done) AS progress,
           -- Against the end of the lease, not the clock: time that nobody worked on it is not the job's.
           progress_at + ${stallTimeoutMs} * interval '1 ms' <= lease_expires_at AS stalled,
           locked_at + ${jobTimeoutMs} * interval '1 ms' <= lease_expires_at AS overdue,
           cancel_requested_at IS NOT NULL AS "cancelRequested",
           pg_postmaster_start_time() > locked_at AS "serverRestarted",
           CASE WHEN setback_done IS NULL OR setback_phase IS DISTINCT FROM phase
                     OR bytes_done + records_done > setback_done
                THEN 1 ELSE lost_leases + 1 END AS "lostLeases"
    FROM jobs
    WHERE status = 'running' AND lease_expires_at < clock_timestamp() AND type = ANY(${types}::text[])
    ORDER BY lease_expires_at
    LIMIT 100
  `,
  );
}

/**
 * Ends every server process that works under the lease, also one that waits inside COPY FROM STDIN or before
 * COMMIT for a client that was stopped. Not inside a transaction: it would see an old pg_stat_activity.
 */
export async function endSessionsOf(db: Database, lease: Lease): Promise<number> {
  return db.run(
    'end sessions of job lease',
    sql`
    SELECT pg_terminate_backend(pid, 1000)
    FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = ${sessionName(lease)}
  `,
  );
}

/** As `endSessionsOf`, for all earlier leases of the job. */
export async function endSessionsBefore(db: Database, lease: Lease): Promise<number> {
  return db.run(
    'end sessions of former job leases',
    sql`
    SELECT pg_terminate_backend(pid, 1000)
    FROM pg_stat_activity
    WHERE datname = current_database()
      AND starts_with(application_name, ${sessionPrefix(lease.jobId)})
      AND application_name <> ${sessionName(lease)}
  `,
  );
}

/** The application_name of a job's sessions. */
export function sessionName(lease: Lease): string {
  return `${sessionPrefix(lease.jobId)}${lease.leaseToken}`;
}

function sessionPrefix(jobId: string): string {
  return `job ${jobId} `;
}

/** Back into the queue under a new token, the attempt not counted. False when the lease was renewed or is another's. */
export async function takeOverJob(
  db: Database,
  expired: ExpiredLease,
  lostLeases: number | undefined,
): Promise<boolean> {
  const taken = await db.run(
    'take over job',
    sql`
    UPDATE jobs
    SET status = 'queued', lease_token = lease_token + 1, attempts = attempts - 1,
        lost_leases = coalesce(${lostLeases ?? null}::int, lost_leases),
        setback_phase = phase,
        setback_done = CASE WHEN setback_phase IS NOT DISTINCT FROM phase
                            THEN greatest(setback_done, bytes_done + records_done)
                            ELSE bytes_done + records_done END,
        ${released}
    WHERE id = ${expired.jobId} AND lease_token = ${expired.leaseToken} AND status = 'running'
      AND lease_expires_at < clock_timestamp() AND cancel_requested_at IS NULL
    RETURNING pg_notify('jobs', 'queued')
  `,
  );
  if (taken === 1) announce(db, 'work', expired.jobId);
  return taken === 1;
}

/** Ends a job whose lease ran out: failed with `failure`, or canceled without one. Undefined as in `takeOverJob`. */
export async function endExpiredJob(
  tx: Database,
  expired: ExpiredLease,
  failure: JobFailure | null,
): Promise<EndedRow | undefined> {
  const ended = await tx.maybeOne<EndedRow>(
    'end expired job',
    sql`
    UPDATE jobs
    SET status = ${failure ? 'failed' : 'canceled'}, error_code = ${failure?.code ?? null},
        last_error = coalesce(${failure?.message ?? null}, last_error), completed_at = clock_timestamp(),
        lease_token = lease_token + 1, lost_leases = ${expired.lostLeases}, ${released}
    WHERE id = ${expired.jobId} AND lease_token = ${expired.leaseToken} AND status = 'running'
      AND lease_expires_at < clock_timestamp()
    RETURNING id, type, payload
  `,
  );
  if (ended && failure?.code === 'worker_lost') announce(tx, 'dead', ended.id);
  return ended;
}

/**
 * Frees what workers whose `locked_by` starts with `lockedByPrefix` hold, without counting it: their process is
 * known to have ended (`host:pid:`). Returns the number of jobs freed.
 */
export async function releaseLeasesOf(db: Database, lockedByPrefix: string): Promise<number> {
  const freed = await db.many<{ id: string }>(
    'release job leases',
    sql`
    UPDATE jobs
    SET status = 'queued', lease_token = lease_token + 1, attempts = attempts - 1, ${released}
    WHERE status = 'running' AND starts_with(locked_by, ${lockedByPrefix})
    RETURNING id, pg_notify('jobs', 'queued')
  `,
  );
  for (const { id } of freed) announce(db, 'work', id);
  return freed.length;
}

/** For the owner of the embedded server, before its workers start: nobody else can hold a lease. */
export function freeAllLeases(db: Database): Promise<number> {
  return releaseLeasesOf(db, '');
}

/** A process ended that should not have: its leases run out now, and the reaper counts them. */
export function expireLeasesOf(db: Database, lockedByPrefix: string): Promise<number> {
  return db.run(
    'expire job leases',
    sql`
    UPDATE jobs
    SET lease_expires_at = clock_timestamp()
    WHERE status = 'running' AND starts_with(locked_by, ${lockedByPrefix})
  `,
  );
}

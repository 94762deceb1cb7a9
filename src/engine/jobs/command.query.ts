import type { Database } from '#platform/postgres/database.ts';
import { sql } from '#platform/postgres/sql.ts';
import type { EndedRow } from './finish.query.ts';
import type { JobStatus } from './transitions.ts';
import { announce } from './wake-up/announce.ts';

/**
 * A queued job is canceled, a running one is asked to stop (its worker is woken). Undefined when it ended before
 * or does not exist.
 */
export async function requestCancel(
  tx: Database,
  jobId: string,
  requestedBy: string | null,
): Promise<(EndedRow & { readonly status: JobStatus }) | undefined> {
  const row = await tx.maybeOne<EndedRow & { readonly status: JobStatus }>(
    'cancel job',
    sql`
    UPDATE jobs
    SET status = CASE WHEN status = 'running' THEN status ELSE 'canceled' END,
        completed_at = CASE WHEN status = 'running' THEN NULL ELSE clock_timestamp() END,
        next_retry_at = NULL,
        cancel_requested_at = coalesce(cancel_requested_at, clock_timestamp()),
        cancel_requested_by = CASE WHEN cancel_requested_at IS NULL THEN ${requestedBy} ELSE cancel_requested_by END
    WHERE id = ${jobId} AND status IN ('queued', 'paused', 'running')
    RETURNING id, type, payload, status, pg_notify('jobs', 'cancel ' || id)
  `,
  );
  if (row?.status === 'running') announce(tx, 'cancel', jobId);
  return row;
}

/** Undefined when the job has not failed and was not canceled. */
export async function retryJob(tx: Database, jobId: string): Promise<EndedRow | undefined> {
  const row = await tx.maybeOne<EndedRow>(
    'retry job',
    sql`
    UPDATE jobs
    SET status = 'queued', attempts = 0, completed_at = NULL, error_code = NULL, next_retry_at = NULL,
        lost_leases = 0, outages = 0, outage_since = NULL, setback_phase = NULL, setback_done = NULL,
        cancel_requested_at = NULL, cancel_requested_by = NULL, pause_requested_at = NULL
    WHERE id = ${jobId} AND status IN ('failed', 'canceled')
    RETURNING id, type, payload, pg_notify('jobs', 'queued')
  `,
  );
  if (row) announce(tx, 'work', jobId);
  return row;
}

/** A queued job is paused, a running one is asked to (its worker is woken). Undefined for all others. */
export async function requestPause(
  tx: Database,
  jobId: string,
): Promise<(EndedRow & { readonly status: JobStatus }) | undefined> {
  const row = await tx.maybeOne<EndedRow & { readonly status: JobStatus }>(
    'pause job',
    sql`
    UPDATE jobs
    SET status = CASE WHEN status = 'running' THEN status ELSE 'paused' END,
        pause_requested_at = CASE WHEN status = 'running' THEN coalesce(pause_requested_at, clock_timestamp()) END
    WHERE id = ${jobId} AND status IN ('queued', 'running') AND cancel_requested_at IS NULL
    RETURNING id, type, payload, status, pg_notify('jobs', 'cancel ' || id)
  `,
  );
  if (row?.status === 'running') announce(tx, 'cancel', jobId);
  return row;
}

/** A paused job is queued again, the request to pause a running one taken back. Undefined for all others. */
export async function resumeJob(
  tx: Database,
  jobId: string,
): Promise<(EndedRow & { readonly status: JobStatus }) | undefined> {
  const row = await tx.maybeOne<EndedRow & { readonly status: JobStatus }>(
    'resume job',
    sql`
    UPDATE jobs
    SET status = CASE WHEN status = 'paused' THEN 'queued' ELSE status END, pause_requested_at = NULL
    WHERE id = ${jobId} AND (status = 'paused' OR (status = 'running' AND pause_requested_at IS NOT NULL))
    RETURNING id, type, payload, status, pg_notify('jobs', 'queued')
  `,
  );
  if (row?.status === 'queued') announce(tx, 'work', jobId);
  return row;
}

/** Removes jobs that ended longer ago than `retentionMs`, at most 1,000 at a time. Returns how many. */
export function deleteOldJobs(db: Database, retentionMs: number): Promise<number> {
  return db.run(
    'delete old jobs',
    sql`
    DELETE FROM jobs
    WHERE id IN (
      SELECT id FROM jobs
      WHERE completed_at < clock_timestamp() - ${retentionMs} * interval '1 ms'
      LIMIT 1000
      FOR UPDATE SKIP LOCKED)
  `,
  );
}

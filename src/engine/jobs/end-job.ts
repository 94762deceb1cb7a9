import type { Database, Pool } from '#platform/postgres/database.ts';
import type { EndedJob, JobDefinitions, JobProgress } from './define-job.ts';
import {
  cancelRunningJob,
  type EndedRow,
  failJob,
  type JobFailure,
  pauseRunningJob,
} from './finish.query.ts';
import type { Lease } from './lease.query.ts';
import { endExpiredJob, type ExpiredLease } from './takeover.query.ts';

/** Ends the worker's own job with its hook; a null failure obeys a request to cancel. False: nothing to end. */
export function endOwnJob(
  pool: Pool,
  definitions: JobDefinitions,
  lease: Lease,
  progress: JobProgress,
  failure: JobFailure | null,
): Promise<boolean> {
  return pool.transaction(async (tx) => {
    const row = failure
      ? await failJob(tx, lease, progress, failure)
      : await cancelRunningJob(tx, lease, progress);
    if (!row) return false;
    await callEndedHook(tx, definitions, row, failure);
    return true;
  });
}

/** Pauses the worker's own job with its hook. False: the lease is another's, or the wish was taken back. */
export function pauseOwnJob(
  pool: Pool,
  definitions: JobDefinitions,
  lease: Lease,
  progress: JobProgress,
): Promise<boolean> {
  return pool.transaction(async (tx) => {
    const row = await pauseRunningJob(tx, lease, progress);
    if (!row) return false;
    await definitions.get(row.type)?.paused?.(tx, { id: row.id, payload: row.payload, isPaused: true });
    return true;
  });
}

/** Ends a job whose lease ran out, with its hook. */
export function endLostJob(
  pool: Pool,
  definitions: JobDefinitions,
  expired: ExpiredLease,
  failure: JobFailure | null,
): Promise<boolean> {
  return pool.transaction(async (tx) => {
    const row = await endExpiredJob(tx, expired, failure);
    if (!row) return false;
    await callEndedHook(tx, definitions, row, failure);
    return true;
  });
}

/** Tells the job's definition, in the transaction that ended it. */
export async function callEndedHook(
  tx: Database,
  definitions: JobDefinitions,
  row: EndedRow,
  failure: JobFailure | null,
): Promise<void> {
  const job: EndedJob<unknown> = {
    id: row.id,
    payload: row.payload,
    status: failure ? 'failed' : 'canceled',
    error: failure,
  };
  await definitions.get(row.type)?.ended?.(tx, job);
}

/** What a person reads about where a job was. */
export function describeProgress(progress: JobProgress): string {
  const bytes =
    progress.bytes_total === null
      ? `${progress.bytes_done} bytes`
      : `${progress.bytes_done} of ${progress.bytes_total} bytes`;
  return `phase ${progress.phase ?? 'none'}, ${bytes}, ${progress.records_done} records`;
}

import { AppError, notFound } from '#platform/errors.ts';
import type { Pool } from '#platform/postgres/database.ts';
import { requestCancel, requestPause, resumeJob, retryJob } from './command.query.ts';
import type { JobDefinitions } from './define-job.ts';
import { callEndedHook } from './end-job.ts';
import { findJob } from './jobs.query.ts';

/** Cancels a queued job at once and asks a running one to stop. Throws not_found, conflict `job_ended`. */
export async function cancelJob(
  pool: Pool,
  definitions: JobDefinitions,
  jobId: string,
  requestedBy: string | null,
): Promise<void> {
  await pool.transaction(async (tx) => {
    const row = await requestCancel(tx, jobId, requestedBy);
    if (row?.status === 'canceled') return callEndedHook(tx, definitions, row, null);
    if (row) return;
    const job = await findJob(tx, jobId);
    if (!job) throw notFound('job', jobId);
    // Asking twice is no mistake.
    if (job.status === 'canceled') return;
    throw new AppError('conflict', 'job_ended', `The job is ${job.status}; there is nothing to cancel.`);
  });
}

/** Pauses a queued job at once and asks a running one to. Throws not_found, conflict `job_not_pausable`. */
export async function pauseJob(pool: Pool, definitions: JobDefinitions, jobId: string): Promise<void> {
  await pool.transaction(async (tx) => {
    const job = await findJob(tx, jobId);
    if (!job) throw notFound('job', jobId);
    const hook = definitions.get(job.type)?.paused;
    if (hook) {
      const row = await requestPause(tx, jobId);
      if (row?.status === 'paused') return hook(tx, { id: row.id, payload: row.payload, isPaused: true });
      // Asking twice is no mistake.
      if (row || job.status === 'paused') return;
    }
    const message = hook
      ? `The job is ${job.status}; it cannot be paused.`
      : 'Jobs of this type cannot be paused.';
    throw new AppError('conflict', 'job_not_pausable', message);
  });
}

/** Lets a paused job go on where it was. Throws not_found, conflict `job_not_paused`. */
export async function resumePausedJob(pool: Pool, definitions: JobDefinitions, jobId: string): Promise<void> {
  await pool.transaction(async (tx) => {
    const row = await resumeJob(tx, jobId);
    if (row) {
      await definitions.get(row.type)?.paused?.(tx, { id: row.id, payload: row.payload, isPaused: false });
      return;
    }
    const job = await findJob(tx, jobId);
    if (!job) throw notFound('job', jobId);
    throw new AppError('conflict', 'job_not_paused', `The job is ${job.status}; there is nothing to resume.`);
  });
}

/** Queues a failed or canceled job again, with all its attempts. Throws not_found, conflict `job_not_ended`. */
export async function retryJobByHand(pool: Pool, definitions: JobDefinitions, jobId: string): Promise<void> {
  await pool.transaction(async (tx) => {
    const row = await retryJob(tx, jobId);
    if (row) {
      await definitions.get(row.type)?.retried?.(tx, { id: row.id, payload: row.payload });
      return;
    }
    const job = await findJob(tx, jobId);
    if (!job) throw notFound('job', jobId);
    const message = `The job is ${job.status}; only failed and canceled jobs can be tried again.`;
    throw new AppError('conflict', 'job_not_ended', message);
  });
}

import { IDEMPOTENCY_MAINTENANCE } from '#engine/idempotency/maintain-idempotency.job.ts';
import { JOB_RETENTION_MS } from '#engine/jobs/job-retention.ts';
import { startSchedule } from '#engine/jobs/schedule.ts';
import { startWorker, type Worker } from '#engine/jobs/worker.ts';
import { CONTENT_MAINTENANCE } from '#products/content/index.ts';
import { NAMES_MAINTENANCE } from '#products/names/index.ts';
import { TASKS_MAINTENANCE } from '#products/tasks/index.ts';
import type { Foundation } from './compose.ts';

/** With the time that aborted jobs get, a stop stays within 25 s. */
const SHUTDOWN_GRACE_MS = 15_000;

/** Runs jobs on this thread, `concurrency` at a time, and sees to it that recurring ones are queued. */
export async function hostWorker(
  { config, log, pool, definitions }: Foundation,
  options: { readonly listenUrl: string; readonly concurrency: number },
): Promise<Worker> {
  const { jobs, worker } = config;
  const started = await startWorker({
    pool,
    listenUrl: options.listenUrl,
    queueUrl: jobs.queueUrl,
    definitions,
    concurrency: options.concurrency,
    pollIntervalMs: worker.pollIntervalMs,
    maxAttempts: worker.maxAttempts,
    leaseMs: jobs.leaseMs,
    jobTimeoutMs: jobs.timeoutMs,
    stallTimeoutMs: jobs.stallTimeoutMs,
    retryWindowMs: jobs.retryWindowMs,
    retentionMs: JOB_RETENTION_MS,
    shutdownGraceMs: SHUTDOWN_GRACE_MS,
    log,
  });
  const recurring = [NAMES_MAINTENANCE, IDEMPOTENCY_MAINTENANCE, ...CONTENT_MAINTENANCE, TASKS_MAINTENANCE];
  const schedule = startSchedule({ pool, jobs: recurring, log });
  return {
    ...started,
    async stop() {
      await schedule.stop();
      await started.stop();
    },
  };
}

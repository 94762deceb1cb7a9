import type { Pool } from '#platform/postgres/database.ts';
import type { Logger } from '#platform/observability/log.ts';
import { setTimeout as delay } from 'node:timers/promises';
import type { ClaimedJob } from './claim.query.ts';
import type { JobDefinitions, JobProgress } from './define-job.ts';
import { endOwnJob, pauseOwnJob } from './end-job.ts';
import {
  findOutage,
  giveBackJob,
  type JobFailure,
  requeueAfterError,
  requeueAfterOutage,
} from './finish.query.ts';
import type { JobStoppedError } from './job-errors.ts';
import type { Lease } from './lease.query.ts';
import { classify, errorDelay, outageDelay, type Random } from './retry-policy.ts';
import { endSessionsOf } from './takeover.query.ts';

/** How a job's work went. */
export type Outcome =
  | { readonly kind: 'completed' }
  | { readonly kind: 'lease_lost' }
  | { readonly kind: 'stopped'; readonly reason: JobStoppedError }
  | { readonly kind: 'error'; readonly error: unknown };

export interface SettleSettings {
  readonly pool: Pool;
  readonly definitions: JobDefinitions;
  readonly leaseMs: number;
  readonly retryWindowMs: number;
  readonly random: Random;
  readonly log: Logger;
}

/** What is to be written: an end, or a repetition after a delay. */
type Decision =
  | { readonly kind: 'end'; readonly failure: JobFailure | null }
  | { readonly kind: 'give_back' }
  | { readonly kind: 'pause' }
  | { readonly kind: 'error_retry'; readonly delayMs: number; readonly message: string }
  | {
      readonly kind: 'outage_retry';
      readonly retries: number;
      readonly delayMs: number;
      readonly message: string;
    };

/** Writes an outcome into the job's row, as long as the lease is still ours; waits out outages of the database. */
export async function settleJob(
  settings: SettleSettings,
  job: ClaimedJob,
  progress: JobProgress,
  outcome: Outcome,
): Promise<{ retryInMs: number | undefined }> {
  const { log, leaseMs, retryWindowMs } = settings;
  if (outcome.kind === 'completed') {
    log.info({ records: progress.records_done }, 'job completed');
    return { retryInMs: undefined };
  }
  if (outcome.kind === 'lease_lost') {
    log.warn('job stopped: it was ended or taken over by somebody else');
    return { retryInMs: undefined };
  }
  const deadline = performance.now() + retryWindowMs;
  for (;;) {
    try {
      return await record(settings, job, progress, outcome);
    } catch (error) {
      if (classify(error).class !== 'outage' || performance.now() > deadline) throw error;
      await delay(Math.min(leaseMs / 10, 1000));
    }
  }
}

async function record(
  settings: SettleSettings,
  job: ClaimedJob,
  progress: JobProgress,
  outcome: Extract<Outcome, { kind: 'stopped' | 'error' }>,
): Promise<{ retryInMs: number | undefined }> {
  const { pool, log } = settings;
  const lease: Lease = { jobId: job.id, leaseToken: job.leaseToken };
  const nothing = { retryInMs: undefined };
  const decision = await decide(settings, job, progress, outcome);
  if (!decision) {
    log.warn('job stopped: it was ended or taken over by somebody else');
    return nothing;
  }
  // A statement that the server still works on may hold locks that the `ended` hook needs.
  if (outcome.kind === 'stopped') await endSessionsOf(pool, lease);
  if (await write(settings, lease, progress, decision)) {
    logDecision(log, decision, outcome);
    return 'delayMs' in decision ? { retryInMs: decision.delayMs } : nothing;
  }
  // Refused while we hold the lease: somebody asked to cancel in the meantime.
  if (await endOwnJob(pool, settings.definitions, lease, progress, null)) log.info('job canceled');
  else log.warn('job stopped: it was ended or taken over by somebody else');
  return nothing;
}

async function decide(
  settings: SettleSettings,
  job: ClaimedJob,
  progress: JobProgress,
  outcome: Extract<Outcome, { kind: 'stopped' | 'error' }>,
): Promise<Decision | undefined> {
  if (outcome.kind === 'stopped') return decideStopped(outcome.reason);
  const { class: errorClass, code } = classify(outcome.error);
  const message = messageOf(outcome.error);
  if (errorClass === 'outage') {
    const outage = await findOutage(settings.pool, { ...job, jobId: job.id }, progress);
    if (!outage) return undefined;
    if (outage.sinceMs >= settings.retryWindowMs) return { kind: 'end', failure: { code, message } };
    const delayMs = outageDelay(outage.retries + 1, settings.random);
    return { kind: 'outage_retry', retries: outage.retries, delayMs, message };
  }
  if (errorClass === 'unknown' && job.attempt < job.maxAttempts) {
    return { kind: 'error_retry', delayMs: errorDelay(job.attempt, settings.random), message };
  }
  return { kind: 'end', failure: { code, message } };
}

function decideStopped({ reason, message }: JobStoppedError): Decision | undefined {
  switch (reason) {
    case 'canceled':
      return { kind: 'end', failure: null };
    case 'paused':
      return { kind: 'pause' };
    case 'timeout':
      return { kind: 'end', failure: { code: 'timeout', message } };
    case 'shutdown':
      return { kind: 'give_back' };
    case 'lease_lost':
      return undefined;
  }
}

function write(
  { pool, definitions }: SettleSettings,
  lease: Lease,
  progress: JobProgress,
  decision: Decision,
): Promise<boolean> {
  switch (decision.kind) {
    case 'end':
      return endOwnJob(pool, definitions, lease, progress, decision.failure);
    case 'give_back':
      return giveBackJob(pool, lease, progress);
    case 'pause':
      // Resumed in the meantime: back into the queue then.
      return pauseOwnJob(pool, definitions, lease, progress).then(
        (paused) => paused || giveBackJob(pool, lease, progress),
      );
    case 'error_retry':
      return requeueAfterError(pool, lease, progress, decision);
    case 'outage_retry':
      return requeueAfterOutage(pool, lease, progress, decision);
  }
}

function logDecision(log: Logger, decision: Decision, outcome: Outcome): void {
  const err = outcome.kind === 'error' ? outcome.error : undefined;
  switch (decision.kind) {
    case 'end':
      if (decision.failure) log.warn({ err, code: decision.failure.code }, 'job failed');
      else log.info('job canceled');
      return;
    case 'pause':
      log.info('job paused');
      return;
    case 'give_back':
      log.info('job given back');
      return;
    default:
      log.warn({ err, delayMs: decision.delayMs }, 'job will be tried again');
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

import type { Pool } from '#platform/postgres/database.ts';
import type { Logger } from '#platform/observability/log.ts';
import type { JobDefinitions } from './define-job.ts';
import { describeProgress, endLostJob } from './end-job.ts';
import type { JobFailure } from './finish.query.ts';
import type { Lease, LeaseLimits } from './lease.query.ts';
import { endSessionsOf, type ExpiredLease, findExpiredLeases, takeOverJob } from './takeover.query.ts';

/** Leases lost in a row, without progress between them, after which a job is not tried again by itself. */
const MAX_LOST_LEASES = 3;

/** What becomes of a job whose lease ran out. */
export type Verdict =
  | { readonly kind: 'requeue'; readonly counted: boolean }
  | { readonly kind: 'cancel' }
  | { readonly kind: 'fail'; readonly failure: JobFailure };

export function judgeExpiredLease(expired: ExpiredLease, limits: LeaseLimits): Verdict {
  const place = describeProgress(expired.progress);
  if (expired.cancelRequested) return { kind: 'cancel' };
  if (expired.overdue) return fail('timeout', overdueMessage(limits, place));
  if (expired.stalled) return fail('timeout', stalledMessage(limits, place));
  if (expired.serverRestarted) return { kind: 'requeue', counted: false };
  if (expired.lostLeases >= MAX_LOST_LEASES) {
    return fail(
      'worker_lost',
      `The worker was lost ${expired.lostLeases} times in a row without progress; last at ${place}.`,
    );
  }
  return { kind: 'requeue', counted: true };
}

export function overdueMessage({ jobTimeoutMs }: LeaseLimits, place: string): string {
  return `The job ran for longer than ${jobTimeoutMs / 1000} s in all; last at ${place}.`;
}

export function stalledMessage({ stallTimeoutMs }: LeaseLimits, place: string): string {
  return `The job made no progress for ${stallTimeoutMs / 1000} s; last at ${place}.`;
}

export interface ReaperOptions extends LeaseLimits {
  readonly pool: Pool;
  readonly definitions: JobDefinitions;
  /** Jobs that run in this very process: it was only too busy to renew the lease, and is about to. */
  readonly isAtWorkHere: (lease: Lease) => boolean;
  readonly log: Logger;
}

/** Takes over every job of a known type whose lease ran out: ends its server processes, then requeues or ends it. */
export async function reapExpiredLeases(options: ReaperOptions): Promise<void> {
  const { pool, definitions, log } = options;
  for (const expired of await findExpiredLeases(pool, [...definitions.keys()], options)) {
    if (options.isAtWorkHere(expired)) continue;
    try {
      await takeOver(options, expired);
    } catch (error) {
      // One that cannot be ended, e.g. because its hook fails, must not keep the others.
      log.error({ err: error, jobId: expired.jobId }, 'job could not be taken over');
    }
  }
}

async function takeOver(options: ReaperOptions, expired: ExpiredLease): Promise<void> {
  const { pool, definitions, log } = options;
  // First the sessions: one that was stopped before its COMMIT holds the row that is to be updated.
  await endSessionsOf(pool, expired);
  const verdict = judgeExpiredLease(expired, options);
  const taken = await carryOut(pool, definitions, expired, verdict);
  const { jobId, leaseToken, lockedBy, lostLeases } = expired;
  if (taken) log.warn({ jobId, leaseToken, lockedBy, lostLeases, verdict: verdict.kind }, 'job lease lost');
}

function carryOut(
  pool: Pool,
  definitions: JobDefinitions,
  expired: ExpiredLease,
  verdict: Verdict,
): Promise<boolean> {
  switch (verdict.kind) {
    case 'requeue':
      return takeOverJob(pool, expired, verdict.counted ? expired.lostLeases : undefined);
    case 'cancel':
      return endLostJob(pool, definitions, expired, null);
    case 'fail':
      return endLostJob(pool, definitions, expired, verdict.failure);
  }
}

function fail(code: string, message: string): Verdict {
  return { kind: 'fail', failure: { code, message } };
}

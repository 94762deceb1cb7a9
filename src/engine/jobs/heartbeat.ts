import type { Pool } from '#platform/postgres/database.ts';
import type { Logger } from '#platform/observability/log.ts';
import type { JobProgress } from './define-job.ts';
import { JobStoppedError } from './job-errors.ts';
import { type Lease, type LeaseLimits, renewLease } from './lease.query.ts';
import { overdueMessage, stalledMessage } from './reaper.ts';
import { describeProgress } from './end-job.ts';

const PROGRESS_INTERVAL_MS = 500;

export interface Heartbeats {
  /** The progress moved: it is sent within 500 ms. */
  moved(): void;
  /** Asks now, e.g. because somebody wants the job canceled. */
  beat(): Promise<void>;
  stop(): void;
}

/** Keeps a job's lease on the pool, not on the job's own connections, and tells when the job has to stop. */
export function startHeartbeats(options: {
  readonly pool: Pool;
  readonly lease: Lease;
  readonly limits: LeaseLimits;
  readonly progress: () => JobProgress;
  readonly onStop: (reason: JobStoppedError) => void;
  readonly log: Logger;
}): Heartbeats {
  const { pool, lease, limits, onStop, log } = options;
  let sending: Promise<void> | undefined;
  let pendingProgress: NodeJS.Timeout | undefined;
  let lastBeat = performance.now();
  let stopped = false;
  let again = false;
  const regular = setInterval(() => void beat(), limits.leaseMs / 3);

  /** One at a time; asked while one is on its way, another follows, since that one may have come too early. */
  function beat(): Promise<void> {
    if (sending) {
      again = true;
      return sending;
    }
    sending = send().finally(() => {
      sending = undefined;
      if (again && !stopped) void beat();
    });
    return sending;
  }

  async function send(): Promise<void> {
    again = false;
    if (stopped) return;
    clearTimeout(pendingProgress);
    pendingProgress = undefined;
    lastBeat = performance.now();
    const progress = options.progress();
    try {
      const answer = await renewLease(pool, lease, progress, limits);
      if (stopped) return;
      if (!answer) return onStop(new JobStoppedError('lease_lost', 'another worker took the job over'));
      if (answer.cancelRequested) return onStop(new JobStoppedError('canceled', 'the job was canceled'));
      if (answer.pauseRequested) return onStop(new JobStoppedError('paused', 'the job was paused'));
      const place = describeProgress(progress);
      if (answer.overdue) return onStop(new JobStoppedError('timeout', overdueMessage(limits, place)));
      if (answer.stalled) onStop(new JobStoppedError('timeout', stalledMessage(limits, place)));
    } catch (error) {
      // The lease outlives two missed heartbeats; the token decides, not this process.
      log.warn({ err: error, jobId: lease.jobId }, 'job heartbeat failed');
    }
  }

  return {
    moved() {
      if (stopped || pendingProgress) return;
      const sinceBeat = performance.now() - lastBeat;
      pendingProgress = setTimeout(() => void beat(), Math.max(0, PROGRESS_INTERVAL_MS - sinceBeat));
    },
    beat,
    stop() {
      stopped = true;
      clearInterval(regular);
      clearTimeout(pendingProgress);
    },
  };
}

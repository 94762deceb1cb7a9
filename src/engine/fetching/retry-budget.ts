import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '#platform/errors.ts';
import type { Deadline } from './deadline.ts';

export interface RetryBudget {
  /**
   * Waits before another connection. `done`: bytes that came so far. Throws `failure` where it does not pass by itself,
   * and where too many came in a row.
   */
  wait(failure: unknown, done: number): Promise<void>;
}

/** So many bytes more, and earlier failures are forgotten. */
const FORGIVEN_AFTER_BYTES = 1 << 20;

const PASSING_CODES = ['url_incomplete', 'url_timeout', 'url_unreachable'];
const PASSING_STATUS = [408, 429, 500, 502, 503, 504];

/** Another connection after each of these times. */
export function createRetryBudget(delaysMs: readonly number[], whole: Deadline): RetryBudget {
  let failures = 0;
  let furthest = 0;
  return {
    async wait(failure, done) {
      whole.signal.throwIfAborted();
      if (done - furthest >= FORGIVEN_AFTER_BYTES) failures = 0;
      furthest = Math.max(furthest, done);
      const waitMs = delaysMs[failures];
      failures += 1;
      if (waitMs === undefined || !isPassing(failure)) throw failure;
      await delay(waitMs, undefined, { signal: whole.signal }).catch(() => whole.signal.throwIfAborted());
    },
  };
}

function isPassing(failure: unknown): boolean {
  if (!(failure instanceof AppError)) return false;
  const { status = 0 } = (failure.details ?? {}) as { status?: number };
  return (
    PASSING_CODES.includes(failure.code) || (failure.code === 'url_status' && PASSING_STATUS.includes(status))
  );
}

import { urlError } from './url-errors.ts';

export interface PaceLimits {
  /** Longest wait for the next bytes. */
  readonly idleMs: number;
  /** Over any stretch of so long… */
  readonly windowMs: number;
  /** …at least so many bytes a second must come. */
  readonly minBytesPerSecond: number;
}

export interface Pace {
  came(bytes: number, waitedMs: number): void;
}

const SAMPLES_PER_WINDOW = 60;

/**
 * Watches how fast bytes come, by the time that was spent waiting for them: a slow disk of ours is not the sender's
 * fault. `came` throws AppError `url_too_slow`.
 */
export function createPace({ windowMs, minBytesPerSecond }: PaceLimits): Pace {
  // Totals when they were taken, the oldest first; the first one is at least a window old once there was one.
  const samples = [{ waitedMs: 0, bytes: 0 }];
  let waited = 0;
  let total = 0;
  return {
    came(bytes, waitedMs) {
      waited += waitedMs;
      total += bytes;
      while (samples[1] && waited - samples[1].waitedMs >= windowMs) samples.shift();
      const [start = { waitedMs: 0, bytes: 0 }] = samples;
      const stretchMs = waited - start.waitedMs;
      if (stretchMs >= windowMs && total - start.bytes < (minBytesPerSecond * stretchMs) / 1000)
        throw urlError('url_too_slow');
      const last = samples.at(-1) ?? start;
      if (waited - last.waitedMs >= windowMs / SAMPLES_PER_WINDOW)
        samples.push({ waitedMs: waited, bytes: total });
    },
  };
}

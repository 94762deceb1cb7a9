import type { Random } from '../jobs/retry-policy.ts';

const FIRST_DELAY_MS = 5_000;
const LONGEST_DELAY_MS = 3_600_000;

/** Before the next attempt, with equal jitter, as for jobs; `attempt` counts from 1; milliseconds. */
export function deliveryDelay(attempt: number, random: Random, firstDelayMs = FIRST_DELAY_MS): number {
  const step = Math.min(LONGEST_DELAY_MS, firstDelayMs * 2 ** (attempt - 1));
  return Math.round(step / 2 + (random() * step) / 2);
}

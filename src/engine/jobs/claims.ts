import type { ClaimedJob, ClaimOptions } from './claim.query.ts';

export type NextClaim = Omit<ClaimOptions, 'freeSlots'>;

/** Priorities whose turns are kept; beyond them those not served for longest begin anew. */
const MOST_PRIORITIES = 64;

/** What a worker asks for, and what the answers so far say about the next question. */
export interface Claims {
  next(): NextClaim;
  /** There was a job for every slot at the last claim: more may wait. */
  foundEnough(): boolean;
  /** What was claimed, of so many slots. */
  note(claimed: readonly ClaimedJob[], slots: number): void;
}

export function createClaims(options: Omit<NextClaim, 'servedLast'>): Claims {
  const servedLast = new Map<number, string>();
  let foundEnough = false;

  function serve({ priority, caller }: ClaimedJob): void {
    servedLast.delete(priority);
    servedLast.set(priority, caller);
    const [oldest] = servedLast.keys();
    if (servedLast.size > MOST_PRIORITIES && oldest !== undefined) servedLast.delete(oldest);
  }

  return {
    next: () => ({ ...options, servedLast }),
    foundEnough: () => foundEnough,
    note(claimed, slots) {
      foundEnough = claimed.length === slots;
      for (const job of claimed) serve(job);
    },
  };
}

import type { ClaimedJob, ClaimOptions } from './claim.query.ts';

export type NextClaim = Omit<ClaimOptions, 'freeSlots'>;

/** What a worker asks for, and what the answers so far say about the next question. */
interface Claims {
  next(): NextClaim;
  /** There was a job for every slot at the last claim: more may wait. */
  foundEnough(): boolean;
  /** What was claimed, of so many slots. */
  note(claimed: readonly ClaimedJob[], slots: number): void;
}

export function createClaims(options: Omit<NextClaim, 'servedLast'>): Claims {
  let servedLast: string | undefined;
  let foundEnough = false;
  return {
    next: () => ({ ...options, servedLast }),
    foundEnough: () => foundEnough,
    note(claimed, slots) {
      foundEnough = claimed.length === slots;
      servedLast = claimed.at(-1)?.caller ?? servedLast;
    },
  };
}

import type { SliceRows } from '../read-model/pages.query.ts';
import type { NameChange } from './compare-rows.ts';

/** A name that one edition has for one sex and the other edition for the other. */
export interface GenderSwap {
  /** Dictionary number. */
  readonly number: number;
  readonly before: GenderCounts;
  readonly after: GenderCounts;
}

interface GenderCounts {
  readonly F: number;
  readonly M: number;
}

/** A slice in both editions, with what the later one changes. */
export interface ComparedRows {
  readonly before: SliceRows;
  readonly after: SliceRows;
  readonly changes: readonly NameChange[];
}

/** By how much the share of girls must change. */
const CHANGE_OF_SHARE = 0.95;
/** Births of the name in each edition; fewer are chance. */
const MIN_BIRTHS = 20;
/**
 * A change of more than 0.95 multiplies the odds by 39² at least, so the count of one sex by 39. What changes less
 * need not be looked at.
 */
const LEAST_FACTOR = 30;

/** The names of a year whose share of girls another edition changes by more than 95 points of a hundred. */
export function findGenderSwaps(girls: ComparedRows, boys: ComparedRows): GenderSwap[] {
  const suspects = new Map<number, number>();
  for (const { before, after } of [...girls.changes, ...boys.changes]) {
    const [former, now] = [before?.count ?? 0, after?.count ?? 0];
    const number = after?.number ?? before?.number ?? 0;
    if (Math.max(former, now) * 2 < MIN_BIRTHS) continue;
    if (Math.max(former, now) >= LEAST_FACTOR * Math.min(former, now))
      suspects.set(number, before?.number ?? number);
  }
  if (suspects.size === 0) return [];
  const [girlsBefore, girlsAfter] = [countsOf(girls.before), countsOf(girls.after)];
  const [boysBefore, boysAfter] = [countsOf(boys.before), countsOf(boys.after)];
  const swaps: GenderSwap[] = [];
  for (const [number, former] of suspects) {
    const before = { F: girlsBefore.get(former) ?? 0, M: boysBefore.get(former) ?? 0 };
    const after = { F: girlsAfter.get(number) ?? 0, M: boysAfter.get(number) ?? 0 };
    if (isSwap(before, after)) swaps.push({ number, before, after });
  }
  return swaps;
}

function isSwap(before: GenderCounts, after: GenderCounts): boolean {
  const [former, now] = [before.F + before.M, after.F + after.M];
  if (former < MIN_BIRTHS || now < MIN_BIRTHS) return false;
  return Math.abs(before.F / former - after.F / now) > CHANGE_OF_SHARE;
}

function countsOf({ numbers, counts }: SliceRows): ReadonlyMap<number, number> {
  const byNumber = new Map<number, number>();
  for (let at = 0; at < numbers.length; at++) byNumber.set(numbers[at] as number, counts[at] as number);
  return byNumber;
}

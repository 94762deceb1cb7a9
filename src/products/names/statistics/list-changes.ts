import type { ListPair } from './list-pairs.ts';
import { nthSmallest } from './nth-smallest.ts';

/** What a movement is measured by. */
export type MovementBy = 'rank' | 'count' | 'share' | 'ratio';
export type Direction = 'up' | 'down' | 'both';

/** A name of a pair of lists: its place in the later one, or in the former one where it is lost. */
export interface Change {
  readonly pair: ListPair;
  readonly place: number;
  readonly isLost: boolean;
  /** What it stands in the answer by, the largest first. */
  readonly key: number;
}

export interface MoverRules {
  readonly by: MovementBy;
  readonly direction: Direction;
  /** In one of the two years at least. */
  readonly minCount: number;
  /** Best of the two ranks; infinite: any. */
  readonly top: number;
}

/** Called for each candidate of a pair; `isLost`: its place is one of the former list. */
export type Visit = (place: number, key: number, isLost?: boolean) => void;

/** Names that both lists have with a count, and that moved. */
export function visitMovers(
  pair: ListPair,
  { by, direction, minCount, top }: MoverRules,
  visit: Visit,
): void {
  const { former, later, formerPlaces, formerRanks, ranks } = pair;
  const movement = MOVEMENTS[by];
  for (let place = 0; place < formerPlaces.length; place++) {
    const formerPlace = formerPlaces[place] as number;
    const count = later.counts[place] as number;
    if (formerPlace < 0 || count === 0) continue;
    const formerCount = former.counts[formerPlace] as number;
    if (formerCount === 0 || Math.max(count, formerCount) < minCount) continue;
    if (Math.min(ranks[place] as number, formerRanks[formerPlace] as number) > top) continue;
    const moved = movement(pair, place, formerPlace);
    if (moved === 0 || (direction === 'up' && moved < 0) || (direction === 'down' && moved > 0)) continue;
    visit(place, Math.abs(moved));
  }
}

type Movement = (pair: ListPair, place: number, formerPlace: number) => number;

/** How far a name went up, 0 where it did not move. */
const MOVEMENTS: Readonly<Record<MovementBy, Movement>> = {
  rank: ({ ranks, formerRanks }, place, formerPlace) =>
    (formerRanks[formerPlace] as number) - (ranks[place] as number),
  count: ({ later, former }, place, formerPlace) =>
    (later.counts[place] as number) - (former.counts[formerPlace] as number),
  share: ({ later, former, total, formerTotal }, place, formerPlace) =>
    (later.counts[place] as number) / total - (former.counts[formerPlace] as number) / formerTotal,
  ratio: ({ later, former, total, formerTotal }, place, formerPlace) =>
    Math.log(
      (later.counts[place] as number) / total / ((former.counts[formerPlace] as number) / formerTotal),
    ),
};

/** Names that the later list has alone, hidden ones only where `minCount` is 0; or that no list of before has. */
export function visitNew(pair: ListPair, minCount: number, visit: Visit): void {
  const { later, formerPlaces, seenBefore } = pair;
  for (let place = 0; place < formerPlaces.length; place++) {
    const count = later.counts[place] as number;
    const isNew = formerPlaces[place] === -1 && seenBefore?.[place] !== 1;
    if (isNew && count >= minCount) visit(place, count);
  }
}

/** Names that the former list has alone. */
export function visitLost({ former, lost }: ListPair, minCount: number, visit: Visit): void {
  for (const place of lost) {
    const count = former.counts[place] as number;
    if (count >= minCount) visit(place, count, true);
  }
}

/** How far beyond chance a count is above what the year before let expect (names.md §7). */
export interface Surprise {
  /** The former count: what it can be at most where it is not known. */
  readonly formerCount: number;
  readonly expected: number;
  readonly z: number;
}

export function surpriseAt(pair: ListPair, place: number): Surprise {
  const { former, later, formerPlaces, total, formerTotal, hiddenAtMost } = pair;
  const formerPlace = formerPlaces[place] as number;
  const formerCount = (formerPlace < 0 ? 0 : (former.counts[formerPlace] as number)) || hiddenAtMost;
  const expected = (formerCount * total) / formerTotal;
  const z = ((later.counts[place] as number) - expected) / Math.sqrt(Math.max(expected, 1));
  return { formerCount, expected, z };
}

export function visitBreakouts(
  pair: ListPair,
  rules: { minCount: number; minZ: number },
  visit: Visit,
): void {
  const { counts } = pair.later;
  for (let place = 0; place < counts.length && (counts[place] as number) >= rules.minCount; place++) {
    const { z } = surpriseAt(pair, place);
    if (z >= rules.minZ) visit(place, z);
  }
}

/** A page of all candidates of some pairs, the largest keys first, and how many there are in all. */
export function pageOfChanges(
  pairs: readonly ListPair[],
  candidates: (pair: ListPair, visit: Visit) => void,
  page: { readonly offset: number; readonly limit: number },
  tiebreak: (one: Change, other: Change) => number,
): { changes: Change[]; total: number } {
  const end = page.offset + page.limit;
  const keys: number[] = [];
  for (const pair of pairs) candidates(pair, (_, key) => keys.push(key));
  const total = keys.length;
  if (page.offset >= total) return { changes: [], total };
  // Only those that the page and the ones before it need are put in order by all that tells them apart.
  const least = nthSmallest(keys, Math.max(0, total - end));
  const found: Change[] = [];
  for (const pair of pairs) {
    candidates(pair, (place, key, isLost = false) => {
      if (key >= least) found.push({ pair, place, key, isLost });
    });
  }
  found.sort((a, b) => b.key - a.key || tiebreak(a, b));
  return { changes: found.slice(page.offset, end), total };
}

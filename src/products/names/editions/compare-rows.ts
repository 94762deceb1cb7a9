import type { SliceRows } from '../read-model/pages.query.ts';

export const CHANGE_KINDS = ['new', 'gone', 'revised'] as const;
export type ChangeKind = (typeof CHANGE_KINDS)[number];

/** How a name stands in one edition of a slice. */
interface Standing {
  /** Dictionary number of its spelling. */
  readonly number: number;
  /** 0: hidden. */
  readonly count: number;
  /** Names with a larger count, plus one; of a hidden count what the office prints, 0 where it prints nothing. */
  readonly rank: number;
}

/** A name that stands otherwise in the later edition: at least one of both is there. */
export interface NameChange {
  readonly kind: ChangeKind;
  readonly before: Standing | undefined;
  readonly after: Standing | undefined;
}

/** Keys of spellings by dictionary number. */
export type FindKeys = (numbers: readonly number[]) => Promise<ReadonlyMap<number, string>>;

/** Compares two editions of a slice. */
export type CompareRows = (before: SliceRows, after: SliceRows) => Promise<NameChange[]>;

/**
 * What another edition of a slice changes: names that are new in it, gone from it, or have another count (or, where
 * both hide it, another rank of the office). A name is the same one in another spelling of its key. New and revised
 * names in the order of the later edition, then those that are gone.
 */
export function createRowComparison(findKeys: FindKeys): CompareRows {
  // By dictionary number: the place in the earlier edition plus one. All 0 between two comparisons.
  let places = new Int32Array(1 << 16);

  return async (before, after) => {
    const largest = before.numbers.reduce((most, number) => Math.max(most, number), 0);
    if (largest >= places.length) places = new Int32Array(largest * 2);
    before.numbers.forEach((number, place) => {
      places[number] = place + 1;
    });
    const matched = new Int32Array(after.numbers.length);
    const unmatched: number[] = [];
    after.numbers.forEach((number, at) => {
      const place = (places[number] ?? 0) - 1;
      matched[at] = place;
      if (place < 0) unmatched.push(at);
      else places[number] = 0;
    });
    const gone = new Map<number, number>();
    before.numbers.forEach((number, place) => {
      if (places[number] === 0) return;
      gone.set(number, place);
      places[number] = 0;
    });
    if (unmatched.length > 0 && gone.size > 0) {
      const numbers = [...gone.keys(), ...unmatched.map((at) => after.numbers[at] as number)];
      matchByKey(gone, unmatched, matched, after, await findKeys(numbers));
    }
    return changesOf(before, after, matched, gone);
  };
}

/** Takes what it matches out of `gone`. */
function matchByKey(
  gone: Map<number, number>,
  unmatched: readonly number[],
  matched: Int32Array,
  after: SliceRows,
  keys: ReadonlyMap<number, string>,
): void {
  const numberByKey = new Map([...gone.keys()].map((number) => [keys.get(number), number]));
  for (const at of unmatched) {
    const number = numberByKey.get(keys.get(after.numbers[at] as number));
    if (number === undefined) continue;
    matched[at] = gone.get(number) ?? -1;
    gone.delete(number);
  }
}

function changesOf(
  before: SliceRows,
  after: SliceRows,
  matched: Int32Array,
  gone: ReadonlyMap<number, number>,
): NameChange[] {
  const ranksBefore = ranksOf(before);
  const ranksAfter = ranksOf(after);
  const changes: NameChange[] = [];
  for (let at = 0; at < matched.length; at++) {
    const place = matched[at] as number;
    if (place < 0) changes.push({ kind: 'new', before: undefined, after: standing(after, ranksAfter, at) });
    else if (isRevised(before, place, after, at)) {
      const [former, now] = [standing(before, ranksBefore, place), standing(after, ranksAfter, at)];
      changes.push({ kind: 'revised', before: former, after: now });
    }
  }
  for (const place of gone.values())
    changes.push({ kind: 'gone', before: standing(before, ranksBefore, place), after: undefined });
  return changes;
}

function isRevised(before: SliceRows, place: number, after: SliceRows, at: number): boolean {
  const count = after.counts[at];
  if (before.counts[place] !== count) return true;
  return count === 0 && (before.ranks?.[place] ?? 0) !== (after.ranks?.[at] ?? 0);
}

function standing({ numbers, counts }: SliceRows, ranks: Int32Array, at: number): Standing {
  return { number: numbers[at] as number, count: counts[at] as number, rank: ranks[at] as number };
}

/** Rows come by falling count, hidden ones last. */
function ranksOf({ counts, ranks: printed }: SliceRows): Int32Array {
  const ranks = new Int32Array(counts.length);
  for (let at = 0; at < counts.length; at++) {
    if (counts[at] === 0) ranks[at] = printed?.[at] ?? 0;
    else ranks[at] = at > 0 && counts[at] === counts[at - 1] ? (ranks[at - 1] as number) : at + 1;
  }
  return ranks;
}

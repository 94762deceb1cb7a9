import type { Measure } from '../name-count.ts';
import type { Gender } from '../normalize-gender.ts';
import type { AreaRow } from '../read-model/catalog.query.ts';
import type { CatalogSlice, CountryCatalog } from '../read-model/country-catalog.ts';

/** What shares are shares of: official births, or the sum of the published counts. */
export interface Denominator {
  readonly kind: 'births' | 'listed';
  readonly value: number;
}

export const RANK_METHODS = ['competition', 'dense', 'ordinal'] as const;
export type RankMethod = (typeof RANK_METHODS)[number];

/** Names in rank order: of one slice, or summed over several. */
export interface Ranking {
  readonly country: CountryCatalog;
  readonly area: AreaRow;
  readonly gender: Gender | 'all';
  readonly measure: Measure;
  readonly fromYear: number;
  readonly toYear: number;
  readonly slices: readonly CatalogSlice[];
  readonly denominator: Denominator;
  /** Dictionary numbers and counts by falling count, then display name; hidden counts are 0 and stand last. */
  readonly numbers: Int32Array;
  readonly counts: Int32Array;
  /** Ranks that the office prints, 0 where none; undefined where all of them follow from the counts, or none is printed. */
  readonly ranks?: Int32Array;
  /** Names listed, hidden ones included. */
  readonly listed: number;
  /** Names in all; the columns may end before, behind the names that the page needs. */
  readonly total: number;
}

/** Slices whose rows, or whose sum, become one ranking. */
export type RankingPlan = Omit<Ranking, 'numbers' | 'counts' | 'ranks' | 'listed' | 'total'>;

/** One line of a list. */
export interface RankedName {
  readonly plan: RankingPlan;
  /** Dictionary number. */
  readonly number: number;
  /** 0: hidden; such a name has no rank either. */
  readonly count: number;
  readonly rank: number;
  /** Names that share the rank, this one included. */
  readonly tied: number;
  /** Names listed in all. */
  readonly outOf: number;
  /** What the office prints; null where it prints none. */
  readonly rankPublished: number | null;
  /** Whether that is another than the competition rank of the count. */
  readonly rankDiffers: boolean;
}

/** Births where every slice has an official total, else the listed sums of all. */
export function denominatorOf(slices: readonly CatalogSlice[]): Denominator {
  const kind = slices.every(({ births }) => births !== null) ? 'births' : 'listed';
  const value = slices.reduce(
    (total, slice) => total + (kind === 'births' ? (slice.births as number) : slice.sum),
    0,
  );
  return { kind, value };
}

/** Rank and number of names that share it, of the name at a place of the ranking (names.md §2). */
export function rankAt(counts: Int32Array, at: number, method: RankMethod): { rank: number; tied: number } {
  const count = counts[at] as number;
  const first = firstWithin(counts, count);
  const tied = firstWithin(counts, count - 1) - first;
  if (method === 'competition') return { rank: first + 1, tied };
  if (method === 'ordinal') return { rank: at + 1, tied };
  return { rank: firstWithin(distinctCounts(counts), count) + 1, tied };
}

/** How many names have a rank of at most `rank`; ties at the cut are all kept. */
export function lengthOfTop(counts: Int32Array, rank: number, method: RankMethod): number {
  if (method === 'dense') {
    const last = distinctCounts(counts)[rank - 1];
    return last === undefined ? counts.length : firstWithin(counts, last - 1);
  }
  if (rank >= counts.length) return counts.length;
  return firstWithin(counts, (counts[rank - 1] as number) - 1);
}

/** The same in a ranking without counts, by the ranks that the office prints. */
export function lengthOfPrintedTop(ranks: Int32Array, rank: number): number {
  const end = ranks.findIndex((printed) => printed === 0 || printed > rank);
  return end < 0 ? ranks.length : end;
}

/** What the office prints in place of, or beside, the rank that follows from a count; `computed` is only asked for then. */
export function printedRank(
  slices: readonly CatalogSlice[],
  printed: number | undefined,
  count: number,
  computed: () => number,
): Pick<RankedName, 'rankPublished' | 'rankDiffers'> {
  const [only] = slices;
  if (slices.length > 1 || !only || only.officeRanks === 'none') return NOT_PRINTED;
  const rank = count === 0 ? undefined : computed();
  const rankPublished = only.officeRanks === 'same' ? (rank ?? null) : printed || null;
  return {
    rankPublished,
    rankDiffers: rankPublished !== null && rank !== undefined && rankPublished !== rank,
  };
}

const NOT_PRINTED = { rankPublished: null, rankDiffers: false };

/** The first place whose count is at most `count`, in falling counts. */
export function firstWithin(counts: Int32Array, count: number): number {
  let low = 0;
  let high = counts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((counts[middle] as number) > count) low = middle + 1;
    else high = middle;
  }
  return low;
}

const distinctOf = new WeakMap<Int32Array, Int32Array>();

/** The distinct counts, falling; kept as long as the counts. */
function distinctCounts(counts: Int32Array): Int32Array {
  let distinct = distinctOf.get(counts);
  if (!distinct) {
    distinct = counts.filter((count, at) => count !== counts[at - 1]);
    distinctOf.set(counts, distinct);
  }
  return distinct;
}

import { setImmediate as nextTurn } from 'node:timers/promises';
import { createByteCache } from '../read-model/byte-cache.ts';
import type { CatalogSlice } from '../read-model/country-catalog.ts';
import type { SliceRows } from '../read-model/pages.query.ts';
import type { ReadModel, Snapshot } from '../read-model/read-model.ts';
import { type MatchedLists, matchLists, ranksByPlace } from './matched-lists.ts';
import { breaksOf, type MethodBreak } from './method-breaks.ts';
import type { PublishedYears } from './published-years.ts';
import { type Denominator, denominatorOf } from './ranking.ts';

/** Matched lists of the largest country take 200 KB a pair. */
const CACHE_BYTES = 32 * 1024 * 1024;

/** Why two lists tell nothing together. */
export const OBSTACLES = ['no_former_list', 'no_counts', 'method_break'] as const;
type Obstacle = (typeof OBSTACLES)[number];

/** A list and the one so many years before it. */
export interface Comparison extends Omit<PublishedYears, 'slices'> {
  readonly slice: CatalogSlice;
  readonly former: CatalogSlice | undefined;
  /** Null: the two can be compared. */
  readonly obstacle: Obstacle | null;
  /** What changed between them. */
  readonly breaks: readonly MethodBreak[];
}

/** Two lists that can be compared, name by name. */
export interface ListPair extends MatchedLists {
  readonly comparison: Comparison;
  readonly former: SliceRows;
  readonly later: SliceRows;
  /** By place of each list; 0 for hidden counts. */
  readonly formerRanks: Int32Array;
  readonly ranks: Int32Array;
  /** What shares are shares of: births where both years have a total. */
  readonly denominator: Denominator['kind'];
  readonly formerTotal: number;
  readonly total: number;
  /** Most births of a name that the former list does not show. */
  readonly hiddenAtMost: number;
  /** 1 by place of the later list for names that any earlier list has; undefined where that was not asked for. */
  readonly seenBefore?: Uint8Array;
}

/** The year asked for, or the latest of each, against the list `over` years before; left out where it is not published. */
export function findComparisons(
  published: readonly PublishedYears[],
  year: number | undefined,
  over: number,
): Comparison[] {
  return published.flatMap(({ slices, ...place }) => {
    const slice = year === undefined ? slices.at(-1) : slices.find(({ toYear }) => toYear === year);
    if (!slice) return [];
    const former = slices.find(({ toYear }) => toYear === slice.toYear - over);
    const breaks = former ? breaksOf(place.country, [former, slice]) : [];
    return [{ ...place, slice, former, breaks, obstacle: obstacleBetween(former, slice, breaks) }];
  });
}

function obstacleBetween(
  former: CatalogSlice | undefined,
  slice: CatalogSlice,
  breaks: readonly MethodBreak[],
): Obstacle | null {
  if (!former) return 'no_former_list';
  if (former.sum === 0 || slice.sum === 0) return 'no_counts';
  return breaks.length > 0 ? 'method_break' : null;
}

/** Reads and matches lists, those asked for lately kept. */
export interface ListPairs {
  /** Of the comparisons without an obstacle. */
  match(snapshot: Snapshot, comparisons: readonly Comparison[]): Promise<ListPair[]>;
}

export function createListPairs(model: Pick<ReadModel, 'rows'>): ListPairs {
  // Numbers of names never change, so a match holds for as long as its slices do.
  const kept = createByteCache<string, MatchedLists>(
    CACHE_BYTES,
    ({ formerPlaces, lost }) => formerPlaces.byteLength + lost.byteLength,
  );

  return {
    async match({ dictionary }, comparisons) {
      const pairs: ListPair[] = [];
      for (const comparison of comparisons) {
        const { former: before, slice, obstacle } = comparison;
        if (!before || obstacle !== null) continue;
        const [former, later] = (await model.rows([before, slice])) as [SliceRows, SliceRows];
        const key = `${before.id} ${slice.id}`;
        let matched = kept.get(key);
        if (!matched) {
          matched = matchLists(former, later, dictionary);
          kept.set(key, matched);
          await nextTurn();
        }
        pairs.push({
          ...matched,
          ...figuresOf(before, slice),
          comparison,
          former,
          later,
          formerRanks: ranksByPlace(former.counts),
          ranks: ranksByPlace(later.counts),
        });
      }
      return pairs;
    },
  };
}

function figuresOf(former: CatalogSlice, slice: CatalogSlice) {
  const { kind } = denominatorOf([former, slice]);
  const totalOf = ({ births, sum }: CatalogSlice): number => (kind === 'births' ? (births as number) : sum);
  return {
    denominator: kind,
    formerTotal: totalOf(former),
    total: totalOf(slice),
    hiddenAtMost: Math.max(0, (former.threshold ?? 1) - 1),
  };
}

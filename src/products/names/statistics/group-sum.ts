import type { CatalogSlice } from '../read-model/country-catalog.ts';
import { histogramOf } from '../read-model/histogram.ts';
import { nameKey } from '../spelling/name-keys.ts';
import { type NameCounts, standingOf } from './name-counts.ts';
import { firstWithin } from './ranking.ts';

/** The names of a group in one year. */
export interface GroupYear {
  /** Of the counts shown; null where none is: a lower bound unless all are. */
  readonly count: number | null;
  /** With all that the lists may hide of the others; null where nothing bounds it. */
  readonly countAtMost: number | null;
  readonly namesShown: number;
  readonly namesHidden: number;
  /** The place of `count` among the names outside the group, and that of `countAtMost`. */
  readonly rank: number | null;
  readonly rankAtBest: number | null;
  /** Those outside with the same count, and the group. */
  readonly tied: number | null;
  /** Names outside that are listed, and the group. */
  readonly outOf: number;
}

/** Each name once: spellings of one key are counted together already. */
export function distinctNames(names: readonly string[]): string[] {
  const byKey = new Map<string, string>();
  for (const name of names) if (!byKey.has(nameKey(name))) byKey.set(nameKey(name), name);
  return [...byKey.values()];
}

/** `group`: different names over the same slices. */
export function sumOfGroup(group: readonly NameCounts[]): GroupYear[] {
  const slices = group[0]?.slices ?? [];
  return slices.map((slice, at) =>
    yearOfGroup(
      slice,
      group.map(({ counts }) => counts[at]),
    ),
  );
}

function yearOfGroup(slice: CatalogSlice, counts: readonly (number | null | undefined)[]): GroupYear {
  const shown = counts.filter((count) => typeof count === 'number');
  const hidden = counts.filter((count) => count === null).length;
  const sum = shown.reduce((total, count) => total + count, 0);
  const count = shown.length > 0 ? sum : null;
  const countAtMost = atMost(slice, sum, hidden, counts.length - shown.length);
  const listed = shown.length + hidden;
  const standing = standingOf(slice, count, undefined);
  return {
    count,
    countAtMost,
    namesShown: shown.length,
    namesHidden: hidden,
    // None of its own names has more than their sum, so the names with more are all others.
    rank: standing.rank,
    rankAtBest:
      countAtMost === null || countAtMost === 0 ? null : standingOf(slice, countAtMost, undefined).rank,
    tied: count === null ? null : tiedOutside(slice, count, shown),
    outOf: standing.outOf - listed + Math.min(listed, 1),
  };
}

/** What is not shown has fewer births than the threshold; without one nothing is left out, but a hidden count unknown. */
function atMost({ threshold }: CatalogSlice, sum: number, hidden: number, missing: number): number | null {
  if (threshold === null) return hidden > 0 ? null : sum;
  return sum + missing * (threshold - 1);
}

/** Names with this count besides those of the group, of which one has it only where it is the sum by itself. */
function tiedOutside(slice: CatalogSlice, count: number, shown: readonly number[]): number {
  const { counts, frequencies } = histogramOf(slice);
  const at = firstWithin(counts, count);
  const tied = counts[at] === count ? (frequencies[at] as number) : 0;
  return tied - (shown.length === 1 ? 1 : 0) + 1;
}

import type { CatalogSlice } from '../read-model/country-catalog.ts';
import type { Dictionary } from '../read-model/dictionary.ts';
import type { SliceRows } from '../read-model/pages.query.ts';
import type { ReadModel } from '../read-model/read-model.ts';
import { walkCounts } from './list-history.ts';

/** Years that the low of a name is looked for in, the present one included. */
const LOW_YEARS = 40;
/** How far above its low a name must be, now and before it. */
const REVIVAL_FACTOR = 4;

/** A name that was frequent, became rare and is frequent again. */
export interface Revival {
  /** Dictionary number. */
  readonly number: number;
  readonly count: number;
  readonly share: number;
  readonly lowYear: number;
  /** Null: not listed that year, or hidden. */
  readonly lowCount: number | null;
  /** At most this, where the count is not known. */
  readonly lowShare: number;
  readonly peakYear: number;
  readonly peakCount: number;
  readonly peakShare: number;
}

/** Columns with a place for every name of the present list. */
interface Columns {
  readonly highShare: Float64Array;
  readonly highCount: Int32Array;
  readonly highYear: Int16Array;
  readonly lowShare: Float64Array;
  readonly lowCount: Int32Array;
  readonly lowYear: Int16Array;
  /** The highest share before the low. */
  readonly peakShare: Float64Array;
  readonly peakCount: Int32Array;
  readonly peakYear: Int16Array;
}

/**
 * Revivals of the last of these lists (single years of one area and gender, rising, all made in the same way): names
 * with four times their lowest share of the last 40 years, and with as much before that low. What is not known is
 * taken for the most that it can be where a low is looked for, and for nothing where a peak is, so that all that
 * are found are so. `totalOf`: what shares are shares of. By falling ratio to the low.
 */
export async function findRevivals(
  model: Pick<ReadModel, 'rows'>,
  dictionary: Dictionary,
  slices: readonly CatalogSlice[],
  totalOf: (slice: CatalogSlice) => number,
): Promise<Revival[]> {
  const last = slices.at(-1);
  if (!last) return [];
  const [present] = (await model.rows([last])) as [SliceRows];
  const columns = emptyColumns(present.numbers.length);
  const lowFrom = last.toYear - LOW_YEARS + 1;
  await walkCounts(model, dictionary, present.numbers, slices.slice(0, -1), (slice, counts) => {
    const isLowYear = slice.toYear >= lowFrom;
    addYear(columns, counts, {
      year: slice.toYear,
      total: totalOf(slice),
      hiddenAtMost: Math.max(1, (slice.threshold ?? 1) - 1),
      isLowYear,
    });
  });
  return revivalsIn(columns, present, totalOf(last));
}

interface YearFacts {
  readonly year: number;
  readonly total: number;
  /** Most births of a name without a count; 1 where lists are complete, since nothing is a multiple of none. */
  readonly hiddenAtMost: number;
  readonly isLowYear: boolean;
}

function addYear(
  columns: Columns,
  counts: Int32Array,
  { year, total, hiddenAtMost, isLowYear }: YearFacts,
): void {
  const { highShare, highCount, highYear, lowShare, lowCount, lowYear } = columns;
  for (let at = 0; at < counts.length; at++) {
    const count = counts[at] as number;
    const share = (count > 0 ? count : hiddenAtMost) / total;
    if (isLowYear && share < (lowShare[at] as number)) {
      lowShare[at] = share;
      lowCount[at] = count;
      lowYear[at] = year;
      columns.peakShare[at] = highShare[at] as number;
      columns.peakCount[at] = highCount[at] as number;
      columns.peakYear[at] = highYear[at] as number;
    }
    if (count > 0 && share > (highShare[at] as number)) {
      highShare[at] = share;
      highCount[at] = count;
      highYear[at] = year;
    }
  }
}

function revivalsIn(columns: Columns, { numbers, counts }: SliceRows, total: number): Revival[] {
  const found: Revival[] = [];
  for (let at = 0; at < numbers.length; at++) {
    const lowShare = columns.lowShare[at] as number;
    const share = (counts[at] as number) / total;
    const peakShare = columns.peakShare[at] as number;
    if (share < REVIVAL_FACTOR * lowShare || peakShare < REVIVAL_FACTOR * lowShare) continue;
    const lowCount = columns.lowCount[at] as number;
    found.push({
      number: numbers[at] as number,
      count: counts[at] as number,
      share,
      lowYear: columns.lowYear[at] as number,
      lowCount: lowCount > 0 ? lowCount : null,
      lowShare,
      peakYear: columns.peakYear[at] as number,
      peakCount: columns.peakCount[at] as number,
      peakShare,
    });
  }
  return found.sort((a, b) => b.share / b.lowShare - a.share / a.lowShare);
}

function emptyColumns(length: number): Columns {
  return {
    highShare: new Float64Array(length),
    highCount: new Int32Array(length),
    highYear: new Int16Array(length),
    lowShare: new Float64Array(length).fill(Infinity),
    lowCount: new Int32Array(length),
    lowYear: new Int16Array(length),
    peakShare: new Float64Array(length),
    peakCount: new Int32Array(length),
    peakYear: new Int16Array(length),
  };
}

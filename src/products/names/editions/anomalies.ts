import type { ReportWarning } from '#engine/imports/report.query.ts';
import type { Comparison, SliceChange, SwappedName } from './compare-release.ts';

/** Sums of fewer births halve by chance, or by another rule for rare names. */
const MIN_BIRTHS = 500;
const SHOWN = 20;
const EXAMPLES = 5;

/** What looks like a mistake in a file, by comparison with the numbers that it meets. */
export function anomaliesOf(
  comparison: Comparison,
  { isShrinkingSaid }: { readonly isShrinkingSaid: boolean },
): ReportWarning[] {
  return [...swappedNames(comparison), ...fallenSums(comparison, isShrinkingSaid)];
}

/** The slices of the doubt `slice_shrinks`: less than half of the names or births that they have now. */
export function shrunkSlices({ slices }: Comparison): object[] {
  return slices
    .filter(({ kind, rows, sum, formerRows, formerSum }) => {
      if (kind === 'kept' || formerRows === null || formerSum === null) return false;
      return rows * 2 < formerRows || sum * 2 < formerSum;
    })
    .slice(0, SHOWN)
    .map((slice) => ({
      ...placeOf(slice),
      rows_before: slice.formerRows,
      rows: slice.rows,
      sum_before: slice.formerSum,
      sum: slice.sum,
    }));
}

function swappedNames({ swaps: { found, names } }: Comparison): ReportWarning[] {
  if (found === 0) return [];
  const message = `${found} names change their share of girls by more than 95 points of a hundred between the editions of a year. Are columns or files of the sexes exchanged?`;
  const examples = names.slice(0, EXAMPLES).map(inWords);
  return [{ code: 'gender_swapped', message, count: found, examples, details: names }];
}

function inWords({ name, year, female_before, male_before, female, male }: SwappedName): string {
  return `${name} ${year}: ${female_before} F, ${male_before} M before, ${female} F, ${male} M now`;
}

/** A slice that is there already is compared with itself, a new one with the year before it. */
function fallenSums({ slices }: Comparison, isShrinkingSaid: boolean): ReportWarning[] {
  const fallen = slices.flatMap((slice) => {
    const isNew = slice.kind === 'new';
    if (slice.kind === 'kept' || (!isNew && isShrinkingSaid)) return [];
    const before = isNew ? slice.sumOfYearBefore : slice.formerSum;
    if (before === null || before < MIN_BIRTHS || slice.sum * 2 >= before || slice.sum === 0) return [];
    const compared = isNew ? 'year_before' : 'edition_before';
    return [{ ...placeOf(slice), compared_with: compared, sum_before: before, sum: slice.sum }];
  });
  if (fallen.length === 0) return [];
  const message = `The births of ${fallen.length} slices are less than half of those of the edition before, or of the year before where the slice is new. Is a part of the file missing?`;
  const examples = fallen
    .slice(0, EXAMPLES)
    .map(
      ({ area, year, gender, sum_before: before, sum }) => `${area} ${year} ${gender}: ${before}, now ${sum}`,
    );
  return [{ code: 'sum_drops', message, count: fallen.length, examples, details: fallen.slice(0, SHOWN) }];
}

function placeOf({ area, year, gender }: SliceChange): { area: string; year: number; gender: string } {
  return { area, year, gender };
}

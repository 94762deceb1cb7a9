import type { Measure } from '../name-count.ts';
import type { CatalogSlice } from './country-catalog.ts';

/** A total by number of its area. */
export interface AreaTotal {
  readonly areaNo: number;
  readonly gender: 'F' | 'M';
  readonly year: number;
  readonly births: number;
}

/** What totals of births are denominators of. */
const COUNTED: ReadonlySet<Measure> = new Set<Measure>(['births', 'registrations']);

/** The slices with the totals that are loaded now; those that have theirs already stay the same objects. */
export function withOfficialBirths(
  slices: readonly CatalogSlice[],
  totals: readonly AreaTotal[],
): CatalogSlice[] {
  const known = new Map(totals.map((total) => [keyOf(total.areaNo, total.gender, total.year), total.births]));
  return slices.map((slice) => {
    const { areaNo, gender, fromYear, toYear, measure } = slice;
    const isCounted = fromYear === toYear && COUNTED.has(measure);
    const births = (isCounted ? known.get(keyOf(areaNo, gender, toYear)) : undefined) ?? null;
    return slice.births === births ? slice : { ...slice, births };
  });
}

function keyOf(areaNo: number, gender: string, year: number): string {
  return `${areaNo} ${gender} ${year}`;
}

import type { CatalogSlice } from '../read-model/country-catalog.ts';

/** How a number stands in the files of its office, or what was made of them. */
export const COUNT_STATUSES = [
  'exact',
  'rounded',
  'lower_bound',
  'below_threshold',
  'rank_only',
  'not_listed',
] as const;
export type CountStatus = (typeof COUNT_STATUSES)[number];

/** Of a count made of these slices. */
export function statusOf(slices: readonly CatalogSlice[]): CountStatus {
  if (slices.some(({ parts }) => parts)) return 'lower_bound';
  return slices.some(({ quality }) => quality === 'approx') ? 'rounded' : 'exact';
}

/** Of a name that these slices list without a count: hidden, or in a table that has none. */
export function hiddenStatus([slice]: readonly CatalogSlice[]): CountStatus {
  return slice && isRankOnly(slice) ? 'rank_only' : 'below_threshold';
}

function isRankOnly({ rows, withheld, officeRanks }: CatalogSlice): boolean {
  return rows === withheld && officeRanks === 'differ';
}

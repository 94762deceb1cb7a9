import type { CatalogSlice, CountryCatalog } from '../read-model/country-catalog.ts';
import { breaksOf } from './method-breaks.ts';

/** The years with counts (one area and gender, rising), cut where numbers begin to be made in another way. */
export function stretchesOf(country: CountryCatalog, slices: readonly CatalogSlice[]): CatalogSlice[][] {
  const counted = slices.filter(({ sum }) => sum > 0);
  const breaks = new Set(breaksOf(country, counted).map(({ year }) => year));
  return cutAt(counted, ({ toYear }) => breaks.has(toYear));
}

/** The longest of them, the latest where two are as long; empty where no year has counts. */
export function longestStretch(country: CountryCatalog, slices: readonly CatalogSlice[]): CatalogSlice[] {
  const latestFirst = stretchesOf(country, slices).reverse();
  return latestFirst.reduce((longest, each) => (each.length > longest.length ? each : longest), []);
}

/** The latest one; empty where no year has counts. */
export function latestStretch(country: CountryCatalog, slices: readonly CatalogSlice[]): CatalogSlice[] {
  return stretchesOf(country, slices).at(-1) ?? [];
}

/** Runs of items, a new one wherever `isNew` says so of an item and the one before. */
export function cutAt<T>(items: readonly T[], isNew: (item: T, before: T) => boolean): T[][] {
  const runs: T[][] = [];
  for (const [at, item] of items.entries()) {
    const before = items[at - 1];
    if (before === undefined || isNew(item, before)) runs.push([]);
    runs.at(-1)?.push(item);
  }
  return runs;
}

import type { CatalogSlice } from '../read-model/country-catalog.ts';
import type { PerGender, Tally, YearlyTally } from './balance.ts';
import type { NameCounts } from './name-counts.ts';

interface OpenTally {
  readonly counts: { F: number; M: number };
  readonly births: { F: number; M: number };
  readonly hidden: { F: number; M: number };
  /** Whether every slice has its total of births. */
  hasBirths: boolean;
}

/** Both genders of one area within some years: pooled, and by year, with the births that suppression may hide. */
export function tallyOf(
  genders: readonly NameCounts[],
  {
    from = -Infinity,
    to = Infinity,
  }: { readonly from?: number | undefined; readonly to?: number | undefined },
): YearlyTally {
  const years = new Map<number, OpenTally>();
  const listed = new Set<number>();
  for (const { gender, slices, counts } of genders) {
    slices.forEach(({ toYear, births }, at) => {
      if (toYear < from || toYear > to) return;
      let year = years.get(toYear);
      if (!year) years.set(toYear, (year = emptyTally()));
      if (counts[at] !== undefined) listed.add(toYear);
      year.counts[gender] += counts[at] ?? 0;
      year.births[gender] += births ?? 0;
      year.hasBirths &&= births !== null;
    });
  }
  for (const { gender, slices, counts } of genders) {
    slices.forEach(({ toYear, threshold }, at) => {
      // Only in a year that lists the name at all may the other sex hide below the threshold.
      if (threshold === null || typeof counts[at] === 'number' || !listed.has(toYear)) return;
      const year = years.get(toYear);
      if (year) year.hidden[gender] += threshold - 1;
    });
  }
  const all = [...years.values()].map(closed);
  return { ...pool(all), years: all };
}

/** All births of the years that these slices are of; null where a total is missing. */
export function birthsOf(girls: readonly CatalogSlice[], boys: readonly CatalogSlice[]): PerGender | null {
  const slices = [...girls, ...boys];
  if (slices.length === 0 || slices.some(({ births }) => births === null)) return null;
  const sum = (some: readonly CatalogSlice[]): number =>
    some.reduce((total, { births }) => total + (births ?? 0), 0);
  return { F: sum(girls), M: sum(boys) };
}

function emptyTally(): OpenTally {
  return { counts: { F: 0, M: 0 }, births: { F: 0, M: 0 }, hidden: { F: 0, M: 0 }, hasBirths: true };
}

function closed({ counts, births, hidden, hasBirths }: OpenTally): Tally {
  return { counts, births: hasBirths ? births : null, hidden };
}

function pool(years: readonly Tally[]): Tally {
  const sum = (of: (year: Tally) => PerGender): PerGender => {
    const total = { F: 0, M: 0 };
    for (const year of years) {
      total.F += of(year).F;
      total.M += of(year).M;
    }
    return total;
  };
  const nothing = { F: 0, M: 0 };
  return {
    counts: sum(({ counts }) => counts),
    births:
      years.length > 0 && years.every(({ births }) => births !== null)
        ? sum(({ births }) => births ?? nothing)
        : null,
    hidden: sum(({ hidden }) => hidden),
  };
}

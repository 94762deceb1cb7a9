import { findParser } from '../parsers/index.ts';
import type { MethodBreak } from '../parsers/name-parser.ts';
import type { CatalogSlice, CountryCatalog } from '../read-model/country-catalog.ts';
import { oncePerSlice } from '../read-model/once-per-slice.ts';

export type { MethodBreak } from '../parsers/name-parser.ts';

/**
 * From which of these years on (one area and gender, rising) numbers are made in another way than in the year before:
 * as the parsers of the sources know, and where the areas that are added up are no longer the same.
 */
export function breaksOf(country: CountryCatalog, slices: readonly CatalogSlice[]): MethodBreak[] {
  const breaks: MethodBreak[] = [];
  let before: CatalogSlice | undefined;
  for (const slice of slices) {
    if (before) breaks.push(...breaksBetween(country, before, slice));
    before = slice;
  }
  return breaks;
}

function breaksBetween(country: CountryCatalog, before: CatalogSlice, slice: CatalogSlice): MethodBreak[] {
  const { toYear: year } = slice;
  const known = methodBreaksOf(country, slice).filter(
    (each) => before.toYear < each.year && each.year <= year,
  );
  const breaks = known.map(({ what }) => ({ year, what }));
  if (!slice.parts || !before.parts) return breaks;
  const areas = areasOf(country, slice);
  if (areas === areasOf(country, before)) return breaks;
  return [...breaks, { year, what: `The areas added up are ${areas}.` }];
}

const methodBreaksOf = oncePerSlice((country, slice): readonly MethodBreak[] => {
  const ids = new Set(
    (slice.parts ?? [slice]).map(({ releaseNo }) => country.sources.get(releaseNo)?.parser),
  );
  return [...ids].flatMap((id) => (id === undefined ? [] : (findParser(id)?.methodBreaks ?? [])));
});

/** Those that are added up. */
const areasOf = oncePerSlice((country, { parts = [] }) =>
  parts.map(({ areaNo }) => country.areaOf(areaNo).code).join(', '),
);

import type { CatalogSlice, CountryCatalog } from './country-catalog.ts';

/** `find`, asked once for each slice of a version of the data: slices do not change within it. */
export function oncePerSlice<Found extends string | object>(
  find: (country: CountryCatalog, slice: CatalogSlice) => Found,
): (country: CountryCatalog, slice: CatalogSlice) => Found {
  const known = new WeakMap<CountryCatalog, Map<CatalogSlice, Found>>();
  return (country, slice) => {
    let ofCountry = known.get(country);
    if (!ofCountry) known.set(country, (ofCountry = new Map()));
    let found = ofCountry.get(slice);
    if (found === undefined) ofCountry.set(slice, (found = find(country, slice)));
    return found;
  };
}

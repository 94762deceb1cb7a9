import { AppError } from '#platform/errors.ts';
import type { Measure } from '../name-count.ts';
import type { Gender } from '../normalize-gender.ts';
import type { AreaRow } from '../read-model/catalog.query.ts';
import type { CatalogSlice, CountryCatalog } from '../read-model/country-catalog.ts';
import type { Snapshot } from '../read-model/read-model.ts';

/** A country, the area of it that a question is about, and what is counted there. */
export interface CountryArea {
  readonly country: CountryCatalog;
  readonly area: AreaRow;
  /** Undefined: the first that the area has. */
  readonly measure?: Measure | undefined;
}

/**
 * The countries asked for, by code, or all that have published numbers; each with the area asked for, or itself.
 * Throws `country_unknown` and `area_unknown`.
 */
export function chooseAreas(
  snapshot: Snapshot,
  codes: readonly string[] | undefined,
  area: string | undefined,
  measure?: Measure,
): CountryArea[] {
  const countries = codes
    ? [...new Set(codes.map((code) => findCountry(snapshot, code)))]
    : withNumbers(snapshot.countries);
  if (area === undefined) return countries.map((country) => ({ country, area: country.national, measure }));
  const found = countries.flatMap((country) => {
    const match = country.findArea(area);
    return match ? [{ country, area: match, measure }] : [];
  });
  if (found.length > 0) return found;
  const where = countries.map(({ code }) => code).join(', ') || 'any country';
  throw new AppError(
    'not_found',
    'area_unknown',
    `There is no area "${area}" in ${where}. Use an ISO 3166-2 code such as US-CA, or its name.`,
  );
}

function findCountry(snapshot: Snapshot, code: string): CountryCatalog {
  const wanted = code.toUpperCase();
  const country = snapshot.countries.find((each) => each.code === wanted);
  if (country) return country;
  throw new AppError(
    'not_found',
    'country_unknown',
    `There is no country "${code}". GET /v1/countries lists them.`,
  );
}

function withNumbers(countries: readonly CountryCatalog[]): CountryCatalog[] {
  return countries.filter(({ all }) => all.length > 0);
}

export interface YearRange {
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

/** The single-year slices of an area and gender within a range of years, rising. */
export function slicesOf(
  { country, area, measure }: CountryArea,
  gender: 'F' | 'M',
  { from = -Infinity, to = Infinity }: YearRange,
): readonly CatalogSlice[] {
  const all = country.years(area.no, gender, measure);
  let start = 0;
  while (start < all.length && (all[start] as CatalogSlice).toYear < from) start++;
  let end = all.length;
  while (end > start && (all[end - 1] as CatalogSlice).toYear > to) end--;
  return start === 0 && end === all.length ? all : all.slice(start, end);
}

/** The latest year with published numbers of one of these genders; undefined where there are none. */
export function latestYear(
  { country, area, measure }: CountryArea,
  genders: readonly Gender[],
): number | undefined {
  const years = genders.map((gender) => country.years(area.no, gender, measure).at(-1)?.toYear ?? 0);
  const latest = Math.max(...years);
  return latest > 0 ? latest : undefined;
}

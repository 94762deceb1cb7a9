import { Type } from 'typebox';
import { invalidRequest } from '#platform/errors.ts';
import { Nullable, OneOf } from '#platform/http/schemas.ts';
import type { Measure } from '../name-count.ts';
import type { Gender } from '../normalize-gender.ts';
import type { AreaRow } from '../read-model/catalog.query.ts';
import type { CatalogSlice, CountryCatalog } from '../read-model/country-catalog.ts';
import type { Snapshot } from '../read-model/read-model.ts';
import { MissingAreaSchema, missingMeta } from './missing-areas.ts';
import { BOTH_GENDERS } from './name-counts.ts';
import { SourceSchema, sourcesOf } from './provenance.ts';
import { AreaText, CountryCodes, MeasureParameter, Year } from './schemas.ts';
import { chooseAreas, slicesOf } from './scope.ts';

/** What questions about whole slices have in common. */
export const placeParameters = {
  country: Type.Optional(CountryCodes),
  area: Type.Optional(AreaText),
  measure: Type.Optional(MeasureParameter),
  gender: Type.Optional(OneOf(['F', 'M'], { description: 'Absent: each of both' })),
};

export const yearParameter = {
  year: Type.Optional(
    Type.Integer({ ...Year, description: 'Absent: the latest of each country and gender' }),
  ),
};

/** Which slice an item is about. */
export const placeProperties = {
  country: Type.String(),
  area: Type.String(),
  gender: OneOf(['F', 'M']),
  year: Type.Integer(),
};

interface PlaceQuery {
  readonly country?: readonly string[];
  readonly area?: string;
  readonly measure?: Measure;
  readonly gender?: Gender;
}

/** All published years of an area and gender, rising; at least one. */
export interface PublishedYears {
  readonly country: CountryCatalog;
  readonly area: AreaRow;
  readonly gender: Gender;
  readonly slices: readonly CatalogSlice[];
}

/** Throws `country_unknown` and `area_unknown`. */
export function findPublishedYears(snapshot: Snapshot, query: PlaceQuery): PublishedYears[] {
  const scopes = chooseAreas(snapshot, query.country, query.area, query.measure);
  return scopes.flatMap((scope) =>
    (query.gender ? [query.gender] : BOTH_GENDERS).flatMap((gender) => {
      const slices = slicesOf(scope, gender, {});
      return slices.length === 0 ? [] : [{ country: scope.country, area: scope.area, gender, slices }];
    }),
  );
}

/** The same with only the year asked for, or the latest; left out where that is not published. */
export function findPublishedYear(
  snapshot: Snapshot,
  query: PlaceQuery & { readonly year?: number },
): PublishedYears[] {
  return findPublishedYears(snapshot, query).flatMap((years) => {
    const slice =
      query.year === undefined
        ? years.slices.at(-1)
        : years.slices.find(({ toYear }) => toYear === query.year);
    return slice ? [{ ...years, slices: [slice] }] : [];
  });
}

export function refuseTwoPeriods(query: {
  readonly year?: number;
  readonly year_from?: number;
  readonly year_to?: number;
}): void {
  const { year, year_from: from, year_to: to } = query;
  if (year !== undefined && (from !== undefined || to !== undefined))
    throw invalidRequest('year', 'Give either "year" or "year_from" and "year_to".');
  if (from !== undefined && to !== undefined && from > to)
    throw invalidRequest('year_from', '"year_from" is later than "year_to".');
}

/** A list that is always given whole. */
export const metaProperties = {
  next_cursor: Nullable(Type.String()),
  sources: Type.Array(SourceSchema),
  missing_areas: Type.Optional(Type.Array(MissingAreaSchema)),
};

export function metaOf(parts: readonly Pick<PublishedYears, 'country' | 'slices'>[]) {
  return { next_cursor: null, sources: sourcesOf(parts), ...missingMeta(parts) };
}

/** A figure without the noise of its last digits. */
export function rounded(value: number, decimals: number): number {
  const unit = 10 ** decimals;
  return Math.round(value * unit) / unit;
}

import { type Static, type TObject, Type } from 'typebox';
import { AppError } from '#platform/errors.ts';
import { strongEtag } from '#platform/http/etag.ts';
import { cursorFormat, pagingParameters } from '#platform/http/paging.ts';
import { Nullable, OneOf } from '#platform/http/schemas.ts';
import type { CountryCatalog } from '../read-model/country-catalog.ts';
import { type Comparison, type ListPair, OBSTACLES } from './list-pairs.ts';
import type { Snapshot } from '../read-model/read-model.ts';
import type { Change, Visit } from './list-changes.ts';
import { MissingAreaSchema, missingMeta } from './missing-areas.ts';
import { SourceSchema, sourcesOf, versionsOf } from './provenance.ts';
import { placeParameters, placeProperties, yearParameter } from './published-years.ts';
import { MeasureParameter } from './schemas.ts';

const MOST_YEARS = 150;

/** One kind of names that two lists tell of. */
export interface ChangeList<Query extends TObject, Item extends TObject> {
  /** The last word of the path. */
  readonly kind: string;
  readonly summary: string;
  readonly description: string;
  /** Beside `changeParameters`. */
  readonly query: Query;
  readonly item: Item;
  /** Whether it needs `ListPair.seenBefore`; absent: never. */
  asksForAllYears?(query: Static<Query>): boolean;
  candidates(pair: ListPair, query: Static<Query>, visit: Visit): void;
  itemOf(change: Change, snapshot: Snapshot): Static<Item>;
}

/** Which two lists are compared, and which page of the answer is wanted. */
export const changeParameters = {
  ...placeParameters,
  ...yearParameter,
  over: Type.Integer({
    minimum: 1,
    maximum: MOST_YEARS,
    default: 1,
    description: 'Compared with the list so many years before',
  }),
  ...pagingParameters,
};

export function minCountParameter(count: number, description: string) {
  return Type.Integer({ minimum: 0, maximum: 1_000_000_000, default: count, description });
}

export const changeProperties = {
  name: Type.String(),
  ...placeProperties,
  previous_year: Type.Integer(),
};

const ComparisonSchema = Type.Object({
  ...placeProperties,
  measure: MeasureParameter,
  previous_year: Type.Integer(),
  compared: Type.Boolean({ description: 'False: nothing is told of this list, for the reason in obstacle' }),
  obstacle: Nullable(
    OneOf(OBSTACLES, {
      description:
        'no_former_list: that year is not published; no_counts: one of the two has ranks alone; method_break: numbers are made in another way since',
    }),
  ),
  breaks: Type.Array(Type.Object({ year: Type.Integer(), what: Type.String() })),
  threshold: Nullable(Type.Integer({ description: 'Counts below it are left out by the office' })),
  previous_threshold: Nullable(Type.Integer()),
  denominator: Nullable(
    Type.Object(
      { kind: Type.String(), value: Type.Integer(), previous_value: Type.Integer() },
      { description: 'What shares are shares of' },
    ),
  ),
  names_new: Nullable(Type.Integer({ description: 'Names that the list has and the former one has not' })),
  names_lost: Nullable(Type.Integer()),
  quality: OneOf(['exact', 'approx', 'lower_bound'], { description: 'The less exact of the two lists' }),
});

export const changeMetaProperties = {
  total: Type.Integer(),
  limit: Type.Integer(),
  next_cursor: Nullable(Type.String()),
  sources: Type.Array(SourceSchema),
  missing_areas: Type.Optional(Type.Array(MissingAreaSchema)),
  comparisons: Type.Array(ComparisonSchema, { description: 'The lists asked about, compared or not' }),
};

const QUALITIES = ['lower_bound', 'approx', 'exact'] as const;

export function comparisonProperties(
  comparison: Comparison,
  over: number,
  pair: ListPair | undefined,
): Static<typeof ComparisonSchema> {
  const { country, area, gender, slice, former, obstacle, breaks } = comparison;
  return {
    country: country.code,
    area: area.code,
    gender,
    year: slice.toYear,
    measure: slice.measure,
    previous_year: slice.toYear - over,
    compared: obstacle === null,
    obstacle,
    breaks: [...breaks],
    threshold: slice.threshold,
    previous_threshold: former?.threshold ?? null,
    denominator: pair
      ? { kind: pair.denominator, value: pair.total, previous_value: pair.formerTotal }
      : null,
    names_new: pair ? pair.formerPlaces.reduce((sum, place) => sum + (place < 0 ? 1 : 0), 0) : null,
    names_lost: pair ? pair.lost.length : null,
    quality: QUALITIES.find((each) => each === slice.quality || each === former?.quality) ?? 'exact',
  };
}

/** For `meta`: whom to credit, and what is missing of what was added up. */
export function creditMeta(comparisons: readonly Comparison[]) {
  const parts = comparisons.map(({ country, slice, former }) => ({
    country,
    slices: former ? [former, slice] : [slice],
  }));
  return { sources: sourcesOf(parts), ...missingMeta(parts) };
}

/** Versions of the numbers, a digest of the question, and how far the walk is. */
const cursors = cursorFormat(
  Type.Object({ v: Type.String(), q: Type.String(), o: Type.Integer({ minimum: 0 }) }),
);

interface PagedQuery {
  readonly cursor?: string;
  readonly offset?: number;
  readonly limit: number;
}

/** The place that a question asks for. Throws `invalid_cursor`, and `cursor_expired` where its numbers have changed. */
export function openPage(countries: readonly CountryCatalog[], query: PagedQuery) {
  const { cursor, offset: first = 0, limit, ...question } = query;
  const v = versionsOf([...new Set(countries)]);
  const q = strongEtag(JSON.stringify(question));
  const offset = cursor === undefined ? first : placeOfCursor(cursor, v, q);
  const end = offset + limit;
  return {
    offset,
    limit,
    meta: (total: number) => ({
      total,
      limit,
      next_cursor: end < total ? cursors.encode({ v, q, o: end }) : null,
    }),
  };
}

function placeOfCursor(text: string, version: string, question: string): number {
  const { v, q, o } = cursors.decode(text);
  if (q !== question) {
    const message =
      'This cursor belongs to another question. Repeat the question it came from, or begin without it.';
    throw new AppError('invalid', 'invalid_cursor', message);
  }
  if (v === version) return o;
  const message = 'The numbers have changed since this walk began. Begin again without the cursor.';
  throw new AppError('gone', 'cursor_expired', message);
}

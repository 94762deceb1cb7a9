import { type Static, Type } from 'typebox';
import { Nullable, OneOf } from '#platform/http/schemas.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { CatalogSlice } from '../read-model/country-catalog.ts';
import type { ReadModel, Snapshot } from '../read-model/read-model.ts';
import { BOTH_GENDERS, findCountsOfNames, type NameCounts, rankInSlice } from './name-counts.ts';
import { nameQuestionRoute } from './name-question.route.ts';
import { SourceSchema, sourcesOf } from './provenance.ts';
import { denominatorOf } from './ranking.ts';
import { CountryCodes, NameText, perMillion, share, Year } from './schemas.ts';
import { chooseAreas } from './scope.ts';

const Query = Type.Object({
  name: Type.Optional(
    Type.Array(NameText, { minItems: 1, maxItems: 10, description: 'Further names to compare with' }),
  ),
  country: Type.Optional(CountryCodes),
  area: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
  gender: Type.Optional(OneOf(['F', 'M'])),
  from: Type.Optional(Year),
  to: Type.Optional(Year),
});

const Point = Type.Object({
  year: Type.Integer(),
  count: Nullable(Type.Integer()),
  rank: Nullable(Type.Integer()),
  tied: Nullable(Type.Integer()),
  share: Nullable(Type.Number()),
  per_million: Nullable(Type.Number()),
  status: OneOf(['exact', 'not_listed']),
  count_below: Nullable(
    Type.Integer({ description: 'Not listed: the count is below this, the threshold of the office' }),
  ),
});

const Series = Type.Object({
  name: Type.String(),
  country: Type.String(),
  area: Type.String(),
  gender: OneOf(['F', 'M']),
  denominator: Type.String({ description: 'What share and per_million are shares of' }),
  points: Type.Array(Point),
});

const Answer = Type.Object({
  data: Type.Object({ name: Type.String(), series: Type.Array(Series) }),
  meta: Type.Object({ sources: Type.Array(SourceSchema) }),
});

/** `GET /v1/names/{name}/trend`: one point for every published year; a year without the name is `not_listed`, never zero. */
export function nameTrendRoute(db: Database, model: ReadModel) {
  return nameQuestionRoute(model, {
    path: '/v1/names/:name/trend',
    summary: 'A name over the years',
    example: { params: { name: 'Emma' }, query: { country: 'US', gender: 'F' } },
    query: Query,
    answer: Answer,
    find: (snapshot, name, query) => findTrend(db, model, snapshot, name, query),
  });
}

async function findTrend(
  db: Database,
  model: ReadModel,
  snapshot: Snapshot,
  name: string,
  query: Static<typeof Query>,
): Promise<Static<typeof Answer>> {
  const names = [...new Set([name, ...(query.name ?? [])])];
  const found = await findCountsOfNames(db, model, snapshot, {
    names,
    scopes: chooseAreas(snapshot, query.country, query.area),
    genders: query.gender ? [query.gender] : BOTH_GENDERS,
    range: { from: query.from, to: query.to },
  });
  const credits = found.flat().map(({ scope, slices }) => ({ country: scope.country, slices }));
  return {
    data: {
      name,
      series: names.flatMap((each, at) => (found[at] ?? []).map((counts) => seriesOf(each, counts))),
    },
    meta: { sources: sourcesOf(credits) },
  };
}

function seriesOf(name: string, { scope, gender, slices, counts }: NameCounts): Static<typeof Series> {
  const { kind } = denominatorOf(slices);
  return {
    name,
    country: scope.country.code,
    area: scope.area.code,
    gender,
    denominator: kind,
    points: slices.map((slice, at) => pointOf(slice, counts[at], kind)),
  };
}

function pointOf(
  slice: CatalogSlice,
  count: number | undefined,
  kind: 'births' | 'listed',
): Static<typeof Point> {
  if (count === undefined) {
    const nothing = { count: null, rank: null, tied: null, share: null, per_million: null };
    return { year: slice.toYear, ...nothing, status: 'not_listed', count_below: slice.threshold };
  }
  const total = kind === 'births' ? (slice.births as number) : slice.sum;
  return {
    year: slice.toYear,
    count,
    ...rankInSlice(slice, count),
    share: share(count, total),
    per_million: perMillion(count, total),
    status: 'exact',
    count_below: null,
  };
}

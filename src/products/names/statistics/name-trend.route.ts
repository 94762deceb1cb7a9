import { type Static, Type } from 'typebox';
import { Nullable, OneOf } from '#platform/http/schemas.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { CatalogSlice } from '../read-model/country-catalog.ts';
import type { ReadModel, Snapshot } from '../read-model/read-model.ts';
import { COUNT_STATUSES, hiddenStatus, statusOf } from './count-status.ts';
import { groupParameters, groupSeries, namesAskedFor, ofGroup } from './group-trend.ts';
import { breaksOf, type MethodBreak } from './method-breaks.ts';
import { NameMeta, nameMeta } from './name-meta.ts';
import {
  BOTH_GENDERS,
  findCountsOfNames,
  type NameCounts,
  type Standing,
  standingOf,
} from './name-counts.ts';
import { nameQuestionRoute } from './name-question.route.ts';
import { type Denominator, denominatorOf } from './ranking.ts';
import { CountryCodes, MeasureParameter, NameText, perMillion, share, Year } from './schemas.ts';
import { chooseAreas } from './scope.ts';
import { changesOf, trendYear, TrendSchema, YearOnYearSchema } from './trend-schemas.ts';

const Query = Type.Object({
  name: Type.Optional(
    Type.Array(NameText, { minItems: 1, maxItems: 10, description: 'Further names to compare with' }),
  ),
  ...groupParameters,
  country: Type.Optional(CountryCodes),
  area: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
  measure: Type.Optional(MeasureParameter),
  gender: Type.Optional(OneOf(['F', 'M'])),
  from: Type.Optional(Year),
  to: Type.Optional(Year),
  year_on_year: Type.Optional(
    Type.Boolean({ description: 'Each point with its change against the year before' }),
  ),
});

const Point = Type.Object({
  year: Type.Integer(),
  count: Nullable(Type.Integer()),
  ...ofGroup.point,
  rank_published: Nullable(Type.Integer({ description: 'The rank that the office prints, where it does' })),
  rank: Nullable(Type.Integer()),
  tied: Nullable(Type.Integer()),
  out_of: Type.Integer({ description: 'Names listed, hidden ones included' }),
  rank_change: Nullable(
    Type.Integer({
      description:
        'The rank of the year before less this one; null where that was not asked for, and across a break',
    }),
  ),
  share: Nullable(Type.Number()),
  per_million: Nullable(Type.Number()),
  status: OneOf(COUNT_STATUSES),
  count_below: Nullable(
    Type.Integer({
      description: 'Not listed or hidden: the count is below this, the threshold of the office',
    }),
  ),
  year_on_year: Type.Optional(YearOnYearSchema),
});

const Break = Type.Object({ year: Type.Integer(), what: Type.String() });

const Series = Type.Object({
  name: Type.String(),
  ...ofGroup.series,
  country: Type.String(),
  area: Type.String(),
  gender: OneOf(['F', 'M']),
  measure: MeasureParameter,
  denominator: Type.String({ description: 'What share and per_million are shares of' }),
  breaks: Type.Array(Break, {
    description: 'From these years on, numbers are made in another way than before',
  }),
  trends: Type.Array(TrendSchema, {
    description: 'Change of the share over the last 5, 10 and 25 years of the points',
  }),
  year_on_year: YearOnYearSchema,
  points: Type.Array(Point),
});

const Answer = Type.Object({
  data: Type.Object({ name: Type.String(), series: Type.Array(Series) }),
  meta: NameMeta,
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
  const names = namesAskedFor(name, query);
  const withChanges = query.year_on_year === true;
  const found = await findCountsOfNames(db, model, snapshot, {
    names,
    scopes: chooseAreas(snapshot, query.country, query.area, query.measure),
    genders: query.gender ? [query.gender] : BOTH_GENDERS,
    range: { from: query.from, to: query.to },
  });
  return {
    data: {
      name,
      series: query.group
        ? groupSeries(names, found, withChanges)
        : names.flatMap((each, at) => (found[at] ?? []).map((counts) => seriesOf(each, counts, withChanges))),
    },
    meta: nameMeta(found.flat()),
  };
}

function seriesOf(name: string, found: NameCounts, withChanges: boolean): Static<typeof Series> {
  const { scope, gender, slices } = found;
  const { kind } = denominatorOf(slices);
  const breaks = breaksOf(scope.country, slices);
  const years = slices.flatMap((slice, at) => trendYear(slice, found.counts[at], kind) ?? []);
  return {
    name,
    country: scope.country.code,
    area: scope.area.code,
    gender,
    measure: (slices[0] as CatalogSlice).measure,
    denominator: kind,
    breaks,
    ...changesOf(years, breaks, pointsOf(found, kind, breaks), withChanges),
  };
}

function pointsOf(
  { slices, counts, printedRanks }: NameCounts,
  kind: Denominator['kind'],
  breaks: readonly MethodBreak[],
): Static<typeof Point>[] {
  const breakYears = new Set(breaks.map(({ year }) => year));
  let before: Static<typeof Point> | undefined;
  return slices.map((slice, at) => {
    const count = counts[at];
    const standing = standingOf(slice, count ?? null, printedRanks[at]);
    const former = before?.year === slice.toYear - 1 && !breakYears.has(slice.toYear) ? before.rank : null;
    before = {
      ...pointOf(slice, count, standing, kind),
      rank_change: former === null || standing.rank === null ? null : former - standing.rank,
    };
    return before;
  });
}

function pointOf(
  slice: CatalogSlice,
  count: number | null | undefined,
  { rank, tied, outOf, rankPublished }: Standing,
  kind: Denominator['kind'],
): Omit<Static<typeof Point>, 'rank_change'> {
  const year = slice.toYear;
  const ranks = { rank_published: rankPublished, rank, tied, out_of: outOf };
  if (count === undefined || count === null) {
    const status = count === null ? hiddenStatus([slice]) : 'not_listed';
    const below = status === 'rank_only' ? null : slice.threshold;
    return { year, count: null, ...ranks, share: null, per_million: null, status, count_below: below };
  }
  const total = kind === 'births' ? (slice.births as number) : slice.sum;
  const shares = { share: share(count, total), per_million: perMillion(count, total) };
  return { year, count, ...ranks, ...shares, status: statusOf([slice]), count_below: null };
}

import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Static, Type } from 'typebox';
import { Nullable, OneOf } from '#platform/http/schemas.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { CatalogSlice } from '../read-model/country-catalog.ts';
import type { ReadModel, Snapshot } from '../read-model/read-model.ts';
import { type ForecastPoint } from './forecast.ts';
import { forecastOfName, REASONS } from './forecast-series.ts';
import { NameMeta, nameMeta } from './name-meta.ts';
import { BOTH_GENDERS, findNameCounts, type NameCounts } from './name-counts.ts';
import { nameQuestionRoute } from './name-question.route.ts';
import { rounded } from './published-years.ts';
import { CountryCodes, MeasureParameter } from './schemas.ts';
import { chooseAreas } from './scope.ts';

const Query = Type.Object({
  country: Type.Optional(CountryCodes),
  area: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
  measure: Type.Optional(MeasureParameter),
  gender: Type.Optional(OneOf(['F', 'M'])),
  years: Type.Integer({ minimum: 1, maximum: 5, default: 5, description: 'Years ahead' }),
});

const Share = Type.Number({ description: 'Share' });

const Point = Type.Object({
  year: Type.Integer(),
  share: Share,
  per_million: Type.Number(),
  low_80: Share,
  high_80: Share,
  low_95: Share,
  high_95: Share,
});

const ForecastOfName = Type.Object({
  country: Type.String(),
  area: Type.String(),
  gender: OneOf(['F', 'M']),
  measure: MeasureParameter,
  denominator: Type.String({ description: 'What the shares are shares of' }),
  status: OneOf(['shown', 'withheld']),
  reason: Nullable(OneOf(REASONS, { description: 'Why it is withheld; not_better: than the last value' })),
  mase: Nullable(
    Type.Number({ description: 'Mean error in the back-test by that of the last value; below 1 is better' }),
  ),
  back_tests: Type.Integer({ description: 'Past years from which it was tried' }),
  year_from: Nullable(Type.Integer({ description: 'The years that it is made of' })),
  year_to: Nullable(Type.Integer()),
  years_hidden: Type.Integer({ description: 'Those of them without a count, which is assumed' }),
  points: Type.Array(Point),
});

const Answer = Type.Object({
  data: Type.Object({ name: Type.String(), forecasts: Type.Array(ForecastOfName) }),
  meta: NameMeta,
});

/** `GET /v1/names/{name}/forecast`: the share in years to come, where that was better than the last value in years past. */
export function nameForecastRoute(db: Database, model: ReadModel) {
  return nameQuestionRoute(model, {
    path: '/v1/names/:name/forecast',
    summary: 'The share of a name in the next years',
    example: { params: { name: 'Olivia' }, query: { country: 'US', gender: 'F' } },
    query: Query,
    answer: Answer,
    find: (snapshot, name, query) => findForecasts(db, model, snapshot, name, query),
  });
}

async function findForecasts(
  db: Database,
  model: ReadModel,
  snapshot: Snapshot,
  name: string,
  query: Static<typeof Query>,
): Promise<Static<typeof Answer>> {
  const found = await findNameCounts(db, model, snapshot, {
    name,
    scopes: chooseAreas(snapshot, query.country, query.area, query.measure),
    genders: query.gender ? [query.gender] : BOTH_GENDERS,
    range: {},
  });
  const forecasts: Static<typeof ForecastOfName>[] = [];
  for (const counts of found) {
    forecasts.push(answerOf(counts, query.years));
    // Each takes a few milliseconds, in which nobody else is answered.
    await nextTurn();
  }
  return {
    data: { name, forecasts },
    meta: nameMeta(found),
  };
}

function answerOf(counts: NameCounts, years: number): Static<typeof ForecastOfName> {
  const { scope, gender } = counts;
  const { slices, denominator, hiddenYears, forecast, reason } = forecastOfName(counts, years);
  const lastYear = slices.at(-1)?.toYear ?? 0;
  const mase = forecast?.mase ?? null;
  return {
    country: scope.country.code,
    area: scope.area.code,
    gender,
    measure: (counts.slices[0] as CatalogSlice).measure,
    denominator,
    status: reason ? 'withheld' : 'shown',
    reason: reason ?? null,
    mase: mase === null ? null : rounded(mase, 4),
    back_tests: forecast?.origins ?? 0,
    year_from: slices[0]?.toYear ?? null,
    year_to: slices.at(-1)?.toYear ?? null,
    years_hidden: hiddenYears,
    points: reason ? [] : (forecast?.points ?? []).map((point, at) => pointOf(point, lastYear + at + 1)),
  };
}

function pointOf({ share, bands: [narrow, wide] }: ForecastPoint, year: number): Static<typeof Point> {
  return {
    year,
    share: rounded(share, 9),
    per_million: rounded(share * 1e6, 2),
    low_80: rounded(narrow?.low ?? 0, 9),
    high_80: rounded(narrow?.high ?? 1, 9),
    low_95: rounded(wide?.low ?? 0, 9),
    high_95: rounded(wide?.high ?? 1, 9),
  };
}

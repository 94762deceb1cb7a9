import { type Static, Type } from 'typebox';
import { Nullable, OneOf } from '#platform/http/schemas.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { ReadModel, Snapshot } from '../read-model/read-model.ts';
import {
  type CountryCounts,
  DEFAULT_GENDER_OPTIONS,
  type GenderProbability,
  genderProbability,
} from './gender-probability.ts';
import { BOTH_GENDERS, findNameCounts, type NameCounts } from './name-counts.ts';
import { nameQuestionRoute } from './name-question.route.ts';
import { SourceSchema, sourcesOf } from './provenance.ts';
import { CountryCodes, Year } from './schemas.ts';
import { chooseAreas } from './scope.ts';

const Query = Type.Object({
  country: Type.Optional(CountryCodes),
  area: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
  year_from: Type.Optional(Year),
  year_to: Type.Optional(Year),
  level: Type.Number({
    minimum: 0.5,
    maximum: 0.999,
    default: DEFAULT_GENDER_OPTIONS.level,
    description: 'Mass of the interval',
  }),
  min_count: Type.Integer({ minimum: 1, maximum: 1_000_000, default: DEFAULT_GENDER_OPTIONS.minCount }),
});

const Interval = Type.Unsafe<{ low: number; high: number } | null>({
  type: ['object', 'null'],
  properties: { low: { type: 'number' }, high: { type: 'number' } },
  required: ['low', 'high'],
});

const Gender = Type.Object({
  name: Type.String(),
  male_count: Type.Integer(),
  female_count: Type.Integer(),
  total_count: Type.Integer(),
  male_probability: Nullable(Type.Number()),
  female_probability: Nullable(Type.Number()),
  interval: Interval,
  bounds: Interval,
  level: Type.Number(),
  gender: Nullable(OneOf(['M', 'F'])),
  label: OneOf(['female', 'mostly_female', 'unisex', 'mostly_male', 'male', 'insufficient', 'unknown']),
  skew_corrected: Type.Boolean(),
});

const Answer = Type.Object({
  data: Gender,
  meta: Type.Object({ note: Type.String(), sources: Type.Array(SourceSchema) }),
});

const CAUTION =
  'Sex recorded at birth, in the aggregate; it says nothing about any one person. Interval and bounds are of the female share.';

/** `GET /v1/names/{name}/gender`: how often a name was given to girls and boys, with the interval that its counts support. */
export function nameGenderRoute(db: Database, model: ReadModel) {
  return nameQuestionRoute(model, {
    path: '/v1/names/:name/gender',
    summary: 'Probability that a bearer of a name is female or male',
    example: { params: { name: 'Jordan' }, query: { country: 'US' } },
    query: Query,
    answer: Answer,
    find: (snapshot, name, query) => findGender(db, model, snapshot, name, query),
  });
}

async function findGender(
  db: Database,
  model: ReadModel,
  snapshot: Snapshot,
  name: string,
  query: Static<typeof Query>,
): Promise<Static<typeof Answer>> {
  const found = await findNameCounts(db, model, snapshot, {
    name,
    scopes: chooseAreas(snapshot, query.country, query.area),
    genders: BOTH_GENDERS,
    range: { from: query.year_from, to: query.year_to },
  });
  const options = { ...DEFAULT_GENDER_OPTIONS, level: query.level, minCount: query.min_count };
  const answer = genderProbability(
    [...Map.groupBy(found, ({ scope }) => scope).values()].map(countsOf),
    options,
  );
  const credits = found.map(({ scope, slices }) => ({ country: scope.country, slices }));
  return {
    data: inWords(name, answer, query.level),
    meta: { note: CAUTION, sources: sourcesOf(credits) },
  };
}

/** Both genders of one area, pooled over the years, with the births that suppression may hide. */
function countsOf(genders: readonly NameCounts[]): CountryCounts {
  const pooled = { counts: { F: 0, M: 0 }, births: { F: 0, M: 0 }, hidden: { F: 0, M: 0 } };
  const listedYears = new Set<number>();
  let hasBirths = true;
  for (const { gender, slices, counts } of genders) {
    slices.forEach((slice, at) => {
      const count = counts[at];
      if (count !== undefined) listedYears.add(slice.toYear);
      pooled.counts[gender] += count ?? 0;
      pooled.births[gender] += slice.births ?? 0;
      hasBirths &&= slice.births !== null;
    });
  }
  for (const { gender, slices, counts } of genders) {
    slices.forEach(({ toYear, threshold }, at) => {
      // Only in a year that lists the name at all may the other sex hide below the threshold.
      if (counts[at] === undefined && threshold !== null && listedYears.has(toYear))
        pooled.hidden[gender] += threshold - 1;
    });
  }
  return {
    counts: pooled.counts,
    births: hasBirths ? pooled.births : null,
    hidden: pooled.hidden,
    weight: 1,
  };
}

function inWords(name: string, answer: GenderProbability, level: number): Static<typeof Gender> {
  const { counts, femaleProbability: female } = answer;
  return {
    name,
    male_count: counts.M,
    female_count: counts.F,
    total_count: counts.M + counts.F,
    male_probability: female === null ? null : 1 - female,
    female_probability: female,
    interval: answer.interval,
    bounds: answer.bounds,
    level,
    gender: answer.gender,
    label: answer.label,
    skew_corrected: answer.skewCorrected,
  };
}

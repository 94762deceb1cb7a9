import { type Static, Type } from 'typebox';
import { invalidRequest } from '#platform/errors.ts';
import { OneOf } from '#platform/http/schemas.ts';
import type { Snapshot } from '../read-model/read-model.ts';
import type { ReadModel } from '../read-model/read-model.ts';
import type { PerGender } from './balance.ts';
import { BALANCES } from './balance.ts';
import { type GenderAnswers, PRIORS, WEIGHTS } from './gender-answers.ts';
import { CAUTION, genderFields, genderInWords, ruleParameters, rulesOf } from './gender-schemas.ts';
import { MissingAreaSchema, missingMeta } from './missing-areas.ts';
import { BOTH_GENDERS } from './name-counts.ts';
import { nameQuestionRoute } from './name-question.route.ts';
import { SourceSchema, sourcesOf } from './provenance.ts';
import { CountryCodes, MeasureParameter, Year } from './schemas.ts';
import { chooseAreas, type CountryArea, slicesOf, type YearRange } from './scope.ts';

const Query = Type.Object({
  country: Type.Optional(CountryCodes),
  area: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
  measure: Type.Optional(MeasureParameter),
  year_from: Type.Optional(Year),
  year_to: Type.Optional(Year),
  ...ruleParameters,
});

const PriorView = Type.Object({
  country: Type.String(),
  female: Type.Number({ description: 'As births added to those of the name' }),
  male: Type.Number(),
});

const Answer = Type.Object({
  data: Type.Object({
    ...genderFields,
    level: Type.Number(),
    min_count: Type.Integer(),
    balance: OneOf(BALANCES),
    prior: OneOf(PRIORS),
    weights: OneOf(WEIGHTS),
  }),
  meta: Type.Object({
    note: Type.String(),
    priors: Type.Optional(Type.Array(PriorView, { description: 'Where `prior=country`' })),
    sources: Type.Array(SourceSchema),
    missing_areas: Type.Optional(Type.Array(MissingAreaSchema)),
  }),
});

/** `GET /v1/names/{name}/gender`: how often a name was given to girls and boys, with the interval that its counts support. */
export function nameGenderRoute(model: ReadModel, answers: GenderAnswers) {
  return nameQuestionRoute(model, {
    path: '/v1/names/:name/gender',
    summary: 'Probability that a bearer of a name is female or male',
    example: { params: { name: 'Jordan' }, query: { country: 'US' } },
    query: Query,
    answer: Answer,
    find: (snapshot, name, query) => findGender(answers, snapshot, name, query),
  });
}

async function findGender(
  answers: GenderAnswers,
  snapshot: Snapshot,
  name: string,
  query: Static<typeof Query>,
): Promise<Static<typeof Answer>> {
  const { level, min_count, balance, prior, weights } = query;
  const range = rangeOf(query.year_from, query.year_to);
  const scopes = chooseAreas(snapshot, query.country, query.area, query.measure);
  const question = { scopes, rules: rulesOf(query), names: [{ name, range }] };
  const [answer] = await answers.ask(snapshot, question);
  if (!answer) throw new Error('a name has no answer');
  const priors = prior === 'country' ? priorsInWords(await answers.priorsOf(snapshot, scopes)) : undefined;
  const credits = creditsOf(scopes, range);
  return {
    data: { ...genderInWords(name, answer), level, min_count, balance, prior, weights },
    meta: {
      note: CAUTION,
      ...(priors && { priors }),
      sources: sourcesOf(credits),
      ...missingMeta(credits),
    },
  };
}

export function rangeOf(from: number | undefined, to: number | undefined, field = 'year_from'): YearRange {
  if (from !== undefined && to !== undefined && from > to)
    throw invalidRequest(field, '"year_from" is later than "year_to".');
  return { from, to };
}

/** Whose numbers answers about these places are made of. */
export function creditsOf(scopes: readonly CountryArea[], range: YearRange) {
  return scopes.map((scope) => ({
    country: scope.country,
    slices: BOTH_GENDERS.flatMap((gender) => slicesOf(scope, gender, range)),
  }));
}

function priorsInWords(priors: ReadonlyMap<string, PerGender>): Static<typeof PriorView>[] {
  return [...priors].map(([country, { F, M }]) => ({ country, female: F, male: M }));
}

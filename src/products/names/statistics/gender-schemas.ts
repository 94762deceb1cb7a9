import { type Static, Type } from 'typebox';
import { Nullable, OneOf } from '#platform/http/schemas.ts';
import { BALANCES } from './balance.ts';
import { type GenderRules, PRIORS, WEIGHTS } from './gender-answers.ts';
import { DEFAULT_GENDER_OPTIONS, type GenderProbability } from './gender-probability.ts';

/** How a probability is made, alike for one name and for many. */
export const ruleParameters = {
  level: Type.Number({
    minimum: 0.5,
    maximum: 0.999,
    default: DEFAULT_GENDER_OPTIONS.level,
    description: 'Mass of the interval',
  }),
  min_count: Type.Integer({
    minimum: 1,
    maximum: 1_000_000,
    default: DEFAULT_GENDER_OPTIONS.minCount,
    description: 'With fewer births a name is `insufficient`, and a country has no say among several',
  }),
  balance: OneOf(BALANCES, {
    default: 'auto',
    description:
      'Corrects for years with more of one sex than were born, where totals of births are loaded; auto: where girls to boys are outside 0.90 to 1.00; yearly: each year by itself',
  }),
  prior: OneOf(PRIORS, {
    default: 'jeffreys',
    description: 'country: what the names of the country say about one that is rare there',
  }),
  weights: OneOf(WEIGHTS, {
    default: 'neutral',
    description: 'Of several countries: alike, by births of the name, or by all births of the years',
  }),
};

const RuleWords = Type.Object(ruleParameters);

const Interval = Type.Unsafe<{ low: number; high: number } | null>({
  type: ['object', 'null'],
  properties: { low: { type: 'number' }, high: { type: 'number' } },
  required: ['low', 'high'],
});

const GENDER_LABELS = [
  'female',
  'mostly_female',
  'unisex',
  'mostly_male',
  'male',
  'insufficient',
  'unknown',
] as const;

export const genderFields = {
  name: Type.String(),
  male_count: Type.Integer(),
  female_count: Type.Integer(),
  total_count: Type.Integer(),
  male_probability: Nullable(Type.Number()),
  female_probability: Nullable(Type.Number()),
  interval: Interval,
  bounds: Interval,
  gender: Nullable(OneOf(['M', 'F'])),
  label: OneOf(GENDER_LABELS),
  skew_corrected: Type.Boolean(),
};

export const CAUTION =
  'Sex recorded at birth, in the aggregate; it says nothing about any one person. Interval and bounds are of the female share.';

export function rulesOf({
  level,
  min_count,
  balance,
  prior,
  weights,
}: Static<typeof RuleWords>): GenderRules {
  return { level, minCount: min_count, balance, prior, weights };
}

const Fields = Type.Object(genderFields);

export function genderInWords(name: string, answer: GenderProbability): Static<typeof Fields> {
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
    gender: answer.gender,
    label: answer.label,
    skew_corrected: answer.skewCorrected,
  };
}

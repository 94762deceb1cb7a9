import {
  type Balance,
  balancedTally,
  isCorrected,
  type PerGender,
  type Tally,
  type YearlyTally,
} from './balance.ts';
import { beta, betaMean } from './beta-distribution.ts';
import { type Interval, mixtureCdf, mixtureInterval, type WeightedBeta } from './beta-quantile.ts';
import type { Gender } from '../normalize-gender.ts';
import { FEMALE, type GenderLabel, genderLabel, MALE } from './gender-label.ts';

/** What one country's files say about a name, pooled over the chosen years. */
export interface CountryCounts extends YearlyTally {
  /** Relative weight among several countries; 1 for each = neutral to their size. */
  readonly weight: number;
  /** What is known of a name before its counts, as births of each sex; absent: Jeffreys, a half of each. */
  readonly prior?: PerGender;
}

export interface GenderOptions {
  /** Mass of the interval, between 0 and 1. */
  readonly level: number;
  /** Fewer births than this are `insufficient`. */
  readonly minCount: number;
  readonly balance: Balance;
}

export interface GenderProbability {
  /** Births as published, of all countries. */
  readonly counts: PerGender;
  readonly label: GenderLabel;
  readonly gender: Gender | null;
  readonly skewCorrected: boolean;
  /** The following are null when there is no birth at all. */
  readonly femaleProbability: number | null;
  readonly interval: Interval | null;
  /** The female share if all that may be hidden were boys (low) or girls (high). */
  readonly bounds: Interval | null;
}

export const DEFAULT_GENDER_OPTIONS: GenderOptions = { level: 0.95, minCount: 10, balance: 'auto' };

export const JEFFREYS: PerGender = { F: 0.5, M: 0.5 };
const NOTHING: PerGender = { F: 0, M: 0 };
const ALL_GIRLS: PerGender = { F: 1, M: 0 };
const ALL_BOYS: PerGender = { F: 0, M: 1 };

/**
 * How likely a bearer of a name is female, with an equal-tailed interval, a label and the bounds that suppressed
 * counts leave. Several countries: the mixture of the posteriors of those with enough births, so that a large country
 * does not decide alone; if none has enough, of all, with the label `insufficient`.
 */
export function genderProbability(
  countries: readonly CountryCounts[],
  options: GenderOptions = DEFAULT_GENDER_OPTIONS,
): GenderProbability {
  const counts = countries.reduce((sum, country) => add(sum, country.counts), NOTHING);
  if (counts.F + counts.M === 0) return notFound(counts);

  const enough = countries.filter(({ counts: { F, M } }) => F + M >= options.minCount && F + M > 0);
  const parts = enough.length > 0 ? enough : [pooled(countries)];
  const posteriors = mixtureOf(parts, options, NOTHING);
  const probability = posteriors.reduce((sum, part) => sum + part.weight * betaMean(part.distribution), 0);
  const interval = mixtureInterval(posteriors, options.level);
  const births = parts.reduce((sum, part) => sum + part.counts.F + part.counts.M, 0);
  const found = genderLabel({ births, probability, interval });
  const label = enough.length > 0 ? labelWithin(parts, options, found) : 'insufficient';
  return {
    counts,
    label,
    gender: genderOf(label),
    skewCorrected: parts.some((part) => isCorrected(part, options.balance)),
    femaleProbability: probability,
    interval,
    bounds: {
      low: femaleShare(parts, options, ALL_BOYS),
      high: femaleShare(parts, options, ALL_GIRLS),
    },
  };
}

/** The posteriors of the countries if `filled` (0 or 1 for each sex) of what may be hidden were there. */
function mixtureOf(
  parts: readonly CountryCounts[],
  { balance }: GenderOptions,
  filled: PerGender,
): WeightedBeta[] {
  const weights = parts.reduce((sum, part) => sum + part.weight, 0);
  return parts.map((part) => {
    const { F, M } = balancedTally(part, balance, filled);
    const { prior = JEFFREYS } = part;
    return { weight: part.weight / weights, distribution: beta(F + prior.F, M + prior.M) };
  });
}

/** `female` and `male` must also hold when all that may be hidden is of the other sex. */
function labelWithin(
  parts: readonly CountryCounts[],
  options: GenderOptions,
  label: GenderLabel,
): GenderLabel {
  if (label !== 'female' && label !== 'male') return label;
  const other = label === 'female' ? 'M' : 'F';
  if (parts.every(({ hidden }) => hidden[other] === 0)) return label;
  const atWorst = mixtureOf(parts, options, label === 'female' ? ALL_BOYS : ALL_GIRLS);
  // The end of the interval lies beyond the limit where the limit leaves no more than the tail.
  const tail = (1 - options.level) / 2;
  const beyond = label === 'female' ? mixtureCdf(atWorst, FEMALE) : 1 - mixtureCdf(atWorst, MALE);
  return beyond <= tail ? label : `mostly_${label}`;
}

function femaleShare(parts: readonly CountryCounts[], { balance }: GenderOptions, filled: PerGender): number {
  const weights = parts.reduce((sum, part) => sum + part.weight, 0);
  return parts.reduce((sum, part) => {
    const { F, M } = balancedTally(part, balance, filled);
    return sum + (part.weight / weights) * (F / (F + M));
  }, 0);
}

function pooled(countries: readonly CountryCounts[]): CountryCounts {
  const [first] = countries as [CountryCounts];
  if (countries.length === 1) return first;
  const sum = (of: (tally: Tally) => PerGender): PerGender =>
    countries.reduce((total, country) => add(total, of(country)), NOTHING);
  return {
    counts: sum(({ counts }) => counts),
    births: countries.every(({ births }) => births !== null) ? sum(({ births }) => births ?? NOTHING) : null,
    hidden: sum(({ hidden }) => hidden),
    years: countries.flatMap((country) => country.years ?? [country]),
    weight: 1,
  };
}

function add(a: PerGender, b: PerGender): PerGender {
  return { F: a.F + b.F, M: a.M + b.M };
}

function genderOf(label: GenderLabel): Gender | null {
  if (label === 'female' || label === 'mostly_female') return 'F';
  return label === 'male' || label === 'mostly_male' ? 'M' : null;
}

function notFound(counts: PerGender): GenderProbability {
  return {
    counts,
    label: 'unknown',
    gender: null,
    skewCorrected: false,
    femaleProbability: null,
    interval: null,
    bounds: null,
  };
}

import { beta, betaMean } from './beta-distribution.ts';
import { type Interval, mixtureInterval } from './beta-quantile.ts';
import type { Gender } from '../normalize-gender.ts';
import { type GenderLabel, genderLabel } from './gender-label.ts';

/** A number for each sex recorded at birth. */
export interface PerGender {
  readonly F: number;
  readonly M: number;
}

/** What one country's files say about a name, pooled over the chosen years. */
export interface CountryCounts {
  readonly counts: PerGender;
  /** All births by sex in the same years (official totals, not listed sums); null where none are loaded. */
  readonly births: PerGender | null;
  /** The most births the name may have had in the published slices that do not list it: slices × (threshold − 1). */
  readonly hidden: PerGender;
  /** Relative weight among several countries; 1 for each = neutral to their size. */
  readonly weight: number;
}

export interface GenderOptions {
  /** Mass of the interval, between 0 and 1. */
  readonly level: number;
  /** Fewer births than this are `insufficient`. */
  readonly minCount: number;
  /** Whether to correct for a file with more of one sex than were born; `auto`: where it is out of the ordinary. */
  readonly balance: 'auto' | 'on' | 'off';
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

/** Boys to girls at birth in a whole population; a file outside ORDINARY lacks some of one sex. */
const BOYS_PER_GIRL = 1.05;
const ORDINARY: Interval = { low: 0.9, high: 1 };
const NOTHING: PerGender = { F: 0, M: 0 };

/**
 * How likely a bearer of a name is female, with an equal-tailed interval (Jeffreys), a label and the bounds that
 * suppressed counts leave. Several countries: the mixture of the posteriors of those with enough births, so that a
 * large country does not decide alone; if none has enough, of all, with the label `insufficient`.
 */
export function genderProbability(
  countries: readonly CountryCounts[],
  options: GenderOptions = DEFAULT_GENDER_OPTIONS,
): GenderProbability {
  const counts = countries.reduce((sum, country) => add(sum, country.counts), NOTHING);
  if (counts.F + counts.M === 0) return notFound(counts);

  const enough = countries.filter(({ counts: { F, M } }) => F + M >= options.minCount && F + M > 0);
  const parts = enough.length > 0 ? enough : [pooled(countries)];
  const asPublished = estimate(parts, options, NOTHING);
  const label = labelWithin(parts, options, asPublished, enough.length > 0);
  return {
    counts,
    label,
    gender: genderOf(label),
    skewCorrected: parts.some((part) => correction(part.births, options.balance) !== undefined),
    femaleProbability: asPublished.probability,
    interval: asPublished.interval,
    bounds: {
      low: femaleShare(parts, options, { F: 0, M: 1 }),
      high: femaleShare(parts, options, { F: 1, M: 0 }),
    },
  };
}

/**
 * Counts in which neither sex has more only because the file has more of it: girls are weighted by boys to girls
 * in the file over that at birth, and the sum is kept.
 */
export function balancedCounts(
  counts: PerGender,
  births: PerGender | null,
  balance: GenderOptions['balance'],
): PerGender {
  const weight = correction(births, balance);
  const total = counts.F + counts.M;
  if (weight === undefined || total === 0) return counts;
  const scale = total / (counts.F * weight + counts.M);
  return { F: counts.F * weight * scale, M: counts.M * scale };
}

interface Estimate {
  readonly births: number;
  readonly probability: number;
  readonly interval: Interval;
}

/** The estimate if `filled` (0 or 1 for each sex) of what may be hidden were there. */
function estimate(parts: readonly CountryCounts[], options: GenderOptions, filled: PerGender): Estimate {
  const weights = parts.reduce((sum, part) => sum + part.weight, 0);
  const posteriors = parts.map((part) => {
    const { F, M } = balancedCounts(withHidden(part, filled), part.births, options.balance);
    return { weight: part.weight / weights, distribution: beta(F + 0.5, M + 0.5) };
  });
  return {
    births: parts.reduce((sum, { counts: { F, M } }) => sum + F + M, 0),
    probability: posteriors.reduce((sum, part) => sum + part.weight * betaMean(part.distribution), 0),
    interval: mixtureInterval(posteriors, options.level),
  };
}

/** `female` and `male` must also hold when all that may be hidden is of the other sex. */
function labelWithin(
  parts: readonly CountryCounts[],
  options: GenderOptions,
  asPublished: Estimate,
  enough: boolean,
): GenderLabel {
  if (!enough) return 'insufficient';
  const label = genderLabel(asPublished);
  if (label !== 'female' && label !== 'male') return label;
  const atWorst = estimate(parts, options, label === 'female' ? { F: 0, M: 1 } : { F: 1, M: 0 });
  return genderLabel(atWorst) === label ? label : `mostly_${label}`;
}

function femaleShare(parts: readonly CountryCounts[], options: GenderOptions, filled: PerGender): number {
  const weights = parts.reduce((sum, part) => sum + part.weight, 0);
  return parts.reduce((sum, part) => {
    const { F, M } = balancedCounts(withHidden(part, filled), part.births, options.balance);
    return sum + (part.weight / weights) * (F / (F + M));
  }, 0);
}

/** The weight of girls, or undefined where nothing is corrected. */
function correction(births: PerGender | null, balance: GenderOptions['balance']): number | undefined {
  if (balance === 'off' || !births || births.F <= 0 || births.M <= 0) return undefined;
  const girlsPerBoy = births.F / births.M;
  const ordinary = girlsPerBoy >= ORDINARY.low && girlsPerBoy <= ORDINARY.high;
  return balance === 'auto' && ordinary ? undefined : 1 / girlsPerBoy / BOYS_PER_GIRL;
}

function withHidden({ counts, hidden }: CountryCounts, filled: PerGender): PerGender {
  return { F: counts.F + hidden.F * filled.F, M: counts.M + hidden.M * filled.M };
}

function pooled(countries: readonly CountryCounts[]): CountryCounts {
  const births = countries.every((country) => country.births !== null)
    ? countries.reduce((sum, country) => add(sum, country.births ?? NOTHING), NOTHING)
    : null;
  return {
    counts: countries.reduce((sum, country) => add(sum, country.counts), NOTHING),
    births,
    hidden: countries.reduce((sum, country) => add(sum, country.hidden), NOTHING),
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

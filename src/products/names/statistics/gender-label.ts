import type { Interval } from './beta-quantile.ts';

/** `unisex` is a finding; `insufficient` and `unknown` (not in the files) are none. */
export type GenderLabel =
  | 'female'
  | 'mostly_female'
  | 'unisex'
  | 'mostly_male'
  | 'male'
  | 'insufficient'
  | 'unknown';

/** Limits of the probability of being female; written out, for 1 − 0.9 is less than 0.1. */
export const FEMALE = 0.9;
const MOSTLY_FEMALE = 0.65;
const MOSTLY_MALE = 0.35;
export const MALE = 0.1;
const MIN_UNISEX_BIRTHS = 20;

/** The label of a name with enough births; the first that fits, in this order. */
export function genderLabel(estimate: {
  readonly births: number;
  /** Of being female. */
  readonly probability: number;
  readonly interval: Interval;
}): GenderLabel {
  const { births, probability, interval } = estimate;
  if (interval.low >= FEMALE) return 'female';
  if (interval.high <= MALE) return 'male';
  if (probability >= MOSTLY_FEMALE) return 'mostly_female';
  if (probability <= MOSTLY_MALE) return 'mostly_male';
  return births >= MIN_UNISEX_BIRTHS ? 'unisex' : 'insufficient';
}

import { type Decimal, parseDecimal } from '../../sorting/number-key.ts';

/** Digits behind the point that are kept, and those before it: a number is a whole number of 10^-18. */
const PLACES = 18;
const MOST_WHOLE_DIGITS = 18;
export const UNIT = 10n ** BigInt(PLACES);

/** Decimals of a mean. */
const MEAN_PLACES = 12;

/** Units of 10^-18. `too long`: more than 18 digits before the point or behind it. */
export function exactNumber(text: string): bigint | 'no number' | 'too long' {
  const decimal = parseDecimal(text);
  return decimal === undefined ? 'no number' : units(decimal);
}

function units({ isNegative, digits, exponent }: Decimal): bigint | 'too long' {
  if (digits === '') return 0n;
  const decimals = digits.length - exponent;
  if (exponent > MOST_WHOLE_DIGITS || decimals > PLACES) return 'too long';
  const value = BigInt(digits) * 10n ** BigInt(PLACES - decimals);
  return isNegative ? -value : value;
}

/** Without zeros at the end: `-12.5`, `3`. */
export function exactText(value: bigint): string {
  const size = value < 0n ? -value : value;
  const decimals = (size % UNIT).toString().padStart(PLACES, '0').replace(/0+$/, '');
  return `${value < 0n ? '-' : ''}${size / UNIT}${decimals === '' ? '' : `.${decimals}`}`;
}

/** Rounded to 12 decimals, halves away from zero. */
export function meanText(sum: bigint, count: bigint): string {
  const step = 10n ** BigInt(PLACES - MEAN_PLACES);
  const size = sum < 0n ? -sum : sum;
  const rounded = ((2n * size + count * step) / (2n * count * step)) * step;
  return exactText(sum < 0n ? -rounded : rounded);
}

import { Type } from 'typebox';
import { OneOf } from '#platform/http/schemas.ts';
import { MEASURES } from '../read-model/country-catalog.ts';

export const Year = Type.Integer({ minimum: 1800, maximum: 2100 });
export const NameText = Type.String({ minLength: 1, maxLength: 100 });
export const CountryCodes = Type.Array(Type.String({ pattern: '^[A-Za-z]{2}$' }), {
  minItems: 1,
  maxItems: 50,
  description: 'ISO 3166-1 alpha-2 codes, repeated; absent: all countries with numbers',
});

export const AreaText = Type.String({
  minLength: 1,
  maxLength: 100,
  description: 'ISO 3166-2 code or name; absent: the whole country',
});

/** Different measures never meet in one series. */
export const MeasureParameter = OneOf(MEASURES, {
  description: 'What is counted; absent: the first of these that an area has',
});

/** A share to nine decimals: more digits than any count supports, and none of binary noise. */
export function share(count: number, denominator: number): number {
  return shareBillionths(count, denominator) / 1e9;
}

/** The same share as a whole number. */
export function shareBillionths(count: number, denominator: number): number {
  return denominator === 0 ? 0 : Math.round((count / denominator) * 1e9);
}

/** Per million, to two decimals. */
export function perMillion(count: number, denominator: number): number {
  return denominator === 0 ? 0 : Math.round((count / denominator) * 1e8) / 100;
}

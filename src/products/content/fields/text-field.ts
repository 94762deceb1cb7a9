import type { FieldReading } from '#engine/imports/resource.ts';
import { refused } from './refused.ts';

export interface TextRule {
  /** In characters (code points), as PostgreSQL counts them. */
  readonly min?: number;
  readonly max: number;
  readonly pattern?: RegExp;
  /** The pattern in words, e.g. `lower-case letters, digits, single hyphens`. */
  readonly form?: string;
}

/** A reader of texts of some length and form, kept as they are. */
export function textReader(rule: TextRule): (value: string) => FieldReading {
  const { min = 0, max, pattern, form = '' } = rule;
  return (value) => {
    if (!isStorable(value)) return refused('invalid_character');
    if (!hasLength(value, min, max)) {
      const expected = `${min === 0 ? 'at most' : `${min} to`} ${max} characters`;
      return refused('length', `The text has ${characters(value)} characters.`, { expected });
    }
    if (pattern?.test(value) === false) {
      return refused('pattern', `This does not have the required form: ${form}.`, { expected: form });
    }
    return { value };
  };
}

/** PostgreSQL's text holds neither NUL nor half a surrogate pair. */
export function isStorable(value: string): boolean {
  return !value.includes('\0') && value.isWellFormed();
}

function hasLength(value: string, min: number, max: number): boolean {
  if (value.length < min) return false;
  if (value.length <= max) return min <= 1 || characters(value) >= min;
  return value.length <= 2 * max && characters(value) <= max;
}

function characters(value: string): number {
  let count = 0;
  for (let at = 0; at < value.length; at += 1) {
    const unit = value.charCodeAt(at);
    // The second half of a surrogate pair is not a character of its own.
    if (unit < 0xdc_00 || unit > 0xdf_ff) count += 1;
  }
  return count;
}

import type { FieldReading } from '#engine/imports/resource.ts';
import { refused } from './refused.ts';
import { isStorable } from './text-field.ts';

const MAX_LENGTH = 254;
const ADDRESS = /^[^\s@\p{Cc}]+@[^\s@.\p{Cc}]+(?:\.[^\s@.\p{Cc}]+)+$/u;
const EXPECTED = 'name@host.example';

/** An e-mail address in lower case: one `@`, no blanks, a dot in the host. */
export function readEmail(value: string): FieldReading {
  if (!isStorable(value)) return refused('invalid_character');
  const folded = foldEmail(value);
  if (folded.length > MAX_LENGTH) {
    const expected = `at most ${MAX_LENGTH} characters`;
    return refused('length', `The address has ${folded.length} characters.`, { expected });
  }
  if (ADDRESS.test(folded)) return { value: folded };
  const trimmed = folded.trim();
  const suggestion = ADDRESS.test(trimmed) ? { suggestion: trimmed } : {};
  return refused('pattern', 'This is no e-mail address.', { expected: EXPECTED, ...suggestion });
}

/** Addresses that differ in case only are one. */
function foldEmail(value: string): string {
  return value.toLowerCase();
}

/** A user by e-mail address or user name; only an address has an `@`, and it is folded. */
export function readUserKey(value: string): FieldReading {
  if (value === '') return { value: null };
  if (!isStorable(value)) return refused('invalid_character');
  return { value: value.includes('@') ? foldEmail(value) : value };
}

import type { FieldReading } from '#engine/imports/resource.ts';
import { refused } from './refused.ts';
import { isStorable } from './text-field.ts';

const MAX_LENGTH = 2048;
/** What nearly all addresses look like; the others are looked at by the URL parser, which takes ten times as long. */
const PLAIN = /^https?:\/\/(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}(?:\/[\w./~=&+-]*)?$/;
const SCHEME_WITHOUT_BLANKS = /^https?:\/\/[^\s\p{Cc}]+$/iu;

/** An http or https address, kept as it is; an empty text says that there is none. */
export function readUrl(value: string): FieldReading {
  if (value === '') return { value };
  if (!isStorable(value)) return refused('invalid_character');
  if (value.length > MAX_LENGTH) {
    const expected = `at most ${MAX_LENGTH} characters`;
    return refused('length', `The address has ${value.length} characters.`, { expected });
  }
  if (PLAIN.test(value) || (SCHEME_WITHOUT_BLANKS.test(value) && URL.canParse(value))) return { value };
  return refused('pattern', 'This is no http or https address.', { expected: 'https://host.example/path' });
}

const MAX_CODE_POINTS = 100;
const UNPRINTABLE = /[\p{Cc}\p{Cs}\uFFFD]/u;
const NOTHING_TO_SEE = /^[\s\u00AD]*$/;
/** What a name may consist of without a remark: letters and accents, spaces, hyphens, apostrophes, dots. */
const EXPECTED =
  /^[\p{L}\p{M}\s.·'\u2019\u2018\u02BC\u02BB\u0060\u00B4\uFF07\u2010-\u2013\u2212\uFE63\uFF0D\u00AD-]*$/u;

/** Why a name is refused; `code` is a code of record errors. */
export interface NameRefusal {
  readonly code: 'invalid_name';
  readonly message: string;
}

/**
 * The name as published (NFC, trimmed), or undefined where it is refused: empty, more than 100 code points,
 * control characters, U+FFFD, half a surrogate pair. `nameRefusal` tells which. Digits and odd printable
 * characters are kept, see `hasOddCharacter`.
 */
export function checkName(raw: string): string | undefined {
  if (isPlain(raw)) return raw;
  const published = raw.trim().normalize('NFC');
  return problemOf(published) === undefined ? published : undefined;
}

/** Why `checkName(raw)` refused; undefined when it did not. */
export function nameRefusal(raw: string): NameRefusal | undefined {
  const message = problemOf(raw.trim().normalize('NFC'));
  return message === undefined ? undefined : { code: 'invalid_name', message };
}

/** Whether a published name earns the warning `odd_character`: a digit, or a character unusual in names. */
export function hasOddCharacter(published: string): boolean {
  return !EXPECTED.test(published);
}

/** Letters A to Z alone, at most 100: most rows of most files, decided without any allocation. */
function isPlain(raw: string): boolean {
  const { length } = raw;
  if (length === 0 || length > MAX_CODE_POINTS) return false;
  for (let i = 0; i < length; i++) {
    const letter = raw.charCodeAt(i) | 0x20;
    if (letter < 0x61 || letter > 0x7a) return false;
  }
  return true;
}

function problemOf(published: string): string | undefined {
  if (NOTHING_TO_SEE.test(published)) return 'The name is empty.';
  const unprintable = UNPRINTABLE.exec(published)?.[0];
  if (unprintable === '\uFFFD') {
    return 'The name holds U+FFFD: a character was lost when the text was converted.';
  }
  if (unprintable !== undefined) return `The name holds the control character ${codePoint(unprintable)}.`;
  // A code point is one or two units, so only a long text has to be counted.
  const length = published.length > MAX_CODE_POINTS ? codePoints(published) : 0;
  if (length > MAX_CODE_POINTS) {
    return `The name has ${length} characters; at most ${MAX_CODE_POINTS} are accepted.`;
  }
  return undefined;
}

function codePoint(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}

function codePoints(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}

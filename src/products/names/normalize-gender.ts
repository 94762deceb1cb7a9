/** Sex recorded at birth, in the words of the API: never a claim about a person. */
export type Gender = 'F' | 'M';

/** What a row of a file says: one of the two, or that it is not told (`X`), which no answer has. */
export type RowGender = Gender | 'X';

const WORDS: Readonly<Record<Gender, string>> = {
  F: 'f female females girl girls woman women',
  M: 'm male males boy boys man men',
};

const GENDER_BY_WORD: ReadonlyMap<string, Gender> = new Map([
  ...WORDS.F.split(' ').map((word) => [word, 'F'] as const),
  ...WORDS.M.split(' ').map((word) => [word, 'M'] as const),
]);

/**
 * The gender that a common word or letter names, in any case; undefined for all else. Codes such as 1 and 2
 * mean different things in different offices, so a parser whose office uses them brings its own table.
 */
export function checkGender(raw: string): Gender | undefined {
  if (raw === 'F' || raw === 'M') return raw;
  return GENDER_BY_WORD.get(raw.trim().toLowerCase());
}

/** The message to `invalid_gender`. */
export function genderRefusal(raw: string): string {
  return `"${raw.slice(0, 40)}" is not a gender this file may use: write F or M, Female or Male, Girl or Boy.`;
}

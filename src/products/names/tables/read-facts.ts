import type { Gender } from '../normalize-gender.ts';

const YEAR = /(?<![0-9])(?:1[89][0-9]{2}|20[0-9]{2}|2100)(?![0-9])/g;

/** The one year (1800 to 2100) in the name of a file; null where there is none or more than one. */
export function yearInFileName(path: string): number | null {
  return yearIn(path.slice(path.lastIndexOf('/') + 1));
}

/** The one year in a text; null where there is none or more than one. */
export function yearIn(text: string): number | null {
  const years = new Set(text.match(YEAR));
  const [year] = years;
  return years.size === 1 ? Number(year) : null;
}

/** The last year in a text, as in a title that names a span; null where there is none. */
export function lastYearIn(text: string): number | null {
  const years = (text.match(YEAR) ?? []).map(Number);
  return years.length > 0 ? Math.max(...years) : null;
}

const WORDS: Readonly<Record<Gender, RegExp>> = {
  F: /\b(?:girls?|females?|women|filles?|féminins?|femenin[oa]s?|femminile|femmine|mädchen|weiblich|flickor|naiset|meninas?)\b/i,
  M: /\b(?:boys?|males?|men|garçons?|masculins?|masculin[oa]s?|maschile|maschi|buben|knaben|jungen|männlich|pojkar|miehet|meninos?)\b/i,
};

/** The one gender that the words of a title tell; null where it names none or both. */
export function genderIn(text: string): Gender | null {
  // \b takes letters with accents and underscores for borders or letters, neither of which is meant.
  const words = text.replaceAll('_', ' ').replaceAll(/(?<=[a-z])(?=[A-Z0-9])|(?<=[0-9])(?=[A-Za-z])/g, ' ');
  const found = (['F', 'M'] as const).filter((gender) => WORDS[gender].test(words));
  return found.length === 1 ? (found[0] as Gender) : null;
}

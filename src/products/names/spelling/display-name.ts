const WORD = /[\p{L}\p{M}]+/gu;
/** Scripts such as Georgian have capitals that nobody begins a name with. */
const LATIN = /^[\p{Script=Latin}\p{M}\P{L}]+$/u;

/**
 * The form of a published name for people: title case where the office shouts (`JEAN-PIERRE` → `Jean-Pierre`,
 * `O'BRIEN` → `O'Brien`, `MCDONALD` → `Mcdonald`) or has small letters alone (`ruby` → `Ruby`), otherwise as published.
 * `language` (BCP 47) settles the letters that differ: Turkish I, Dutch IJ.
 */
export function displayName(published: string, language = 'en'): string {
  if (!isShouted(published) && !isWhispered(published)) return published;
  return published.replace(WORD, (word) => titleCase(word, language)).normalize('NFC');
}

function isShouted(text: string): boolean {
  return text === text.toUpperCase() && text !== text.toLowerCase();
}

function isWhispered(text: string): boolean {
  return text === text.toLowerCase() && text !== text.toUpperCase() && LATIN.test(text);
}

function titleCase(word: string, language: string): string {
  const [first = ''] = word;
  const initial = language === 'nl' && /^ij/i.test(word) ? word.slice(0, 2) : first;
  return initial.toLocaleUpperCase(language) + word.slice(initial.length).toLocaleLowerCase(language);
}

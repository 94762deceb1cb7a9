const WORD = /[\p{L}\p{M}]+/gu;

/**
 * The form of a published name for people: title case where the office shouts (`JEAN-PIERRE` → `Jean-Pierre`,
 * `O'BRIEN` → `O'Brien`, `MCDONALD` → `Mcdonald`), otherwise as published.
 * `language` (BCP 47) settles the letters that differ: Turkish I, Dutch IJ.
 */
export function displayName(published: string, language = 'en'): string {
  if (!isShouted(published)) return published;
  return published.replace(WORD, (word) => titleCase(word, language)).normalize('NFC');
}

function isShouted(text: string): boolean {
  return text === text.toUpperCase() && text !== text.toLowerCase();
}

function titleCase(word: string, language: string): string {
  const [first = ''] = word;
  const initial = language === 'nl' && word.startsWith('IJ') ? 'IJ' : first;
  return initial + word.slice(initial.length).toLocaleLowerCase(language);
}

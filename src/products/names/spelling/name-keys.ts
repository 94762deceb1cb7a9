/**
 * What makes two published names one name, and what a search compares. The results are stored, so a change of
 * any rule here raises FOLD_VERSION.
 */
export const FOLD_VERSION = 1;

const PLAIN_LETTERS = /^[A-Za-z]+$/;
const PLAIN_KEY = /^[a-z '.-]*$/;
const SPACES = /\s+/gu;
const APOSTROPHES = /[\u2019\u2018\u02BC\u02BB\u0060\u00B4\uFF07]/gu;
const HYPHENS = /[\u2010-\u2013\u2212\uFE63\uFF0D]/gu;
const SOFT_HYPHENS = /\u00AD/gu;
const ACCENTS = /\p{Mn}/gu;
const LETTERS_WITHOUT_BASE = /[łøđðþæœßıħŧ]/gu;
const UMLAUTS = /[äöüå]/gu;
const SEPARATORS = /[ '.-]/g;

const BASE_LETTERS: Readonly<Record<string, string>> = {
  ł: 'l',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  æ: 'ae',
  œ: 'oe',
  ß: 'ss',
  ı: 'i',
  ħ: 'h',
  ŧ: 't',
};
const WRITTEN_OUT: Readonly<Record<string, string>> = { ä: 'ae', ö: 'oe', ü: 'ue', å: 'aa' };

/** The identity of a name within a country: case, spaces, apostrophes and hyphens are one, accents stay. */
export function nameKey(published: string): string {
  if (PLAIN_LETTERS.test(published)) return published.toLowerCase();
  // Upper case may bring an apostrophe (ŉ), so the marks are unified behind it as well.
  return unifyMarks(unifyCase(unifyMarks(published.normalize('NFC')))).normalize('NFC');
}

/** What a search compares, across countries: the key without accents, in base letters. Scripts are kept. */
export function foldKey(key: string): string {
  if (PLAIN_KEY.test(key)) return key;
  const bare = key.normalize('NFKD').replace(ACCENTS, '');
  // Compatibility forms may bring capitals, spaces and hyphens of their own.
  return nameKey(bare).replace(LETTERS_WITHOUT_BASE, (letter) => BASE_LETTERS[letter] ?? letter);
}

/** The fold without space, hyphen, apostrophe and dot: links Julieanne, Julie-Anne and Julie Anne. */
export function compactKey(fold: string): string {
  return fold.replace(SEPARATORS, '');
}

/** The folds to look for when a user types `text`: its own first, then with ä ö ü å written out. Not empty. */
export function searchFolds(text: string): readonly string[] {
  const key = nameKey(text);
  const fold = foldKey(key);
  const writtenOut = foldKey(key.replace(UMLAUTS, (letter) => WRITTEN_OUT[letter] ?? letter));
  return writtenOut === fold ? [fold] : [fold, writtenOut];
}

/** Order by code point, which is the order of the UTF-8 bytes and of PostgreSQL's collation "C". */
export function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const left = a.charCodeAt(i);
    const right = b.charCodeAt(i);
    if (left !== right) return rankOfUnit(left) - rankOfUnit(right);
  }
  return a.length - b.length;
}

/** UTF-16 puts surrogates below U+E000 to U+FFFF, although they stand for higher code points. */
function rankOfUnit(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}

function unifyMarks(text: string): string {
  return text
    .replace(SOFT_HYPHENS, '')
    .replace(APOSTROPHES, "'")
    .replace(HYPHENS, '-')
    .replace(SPACES, ' ')
    .trim();
}

/** By upper case, so that ß is ss and ı is i; from lower case, so that ẞ is ss too. */
function unifyCase(text: string): string {
  return text.toLowerCase().toUpperCase().toLowerCase();
}

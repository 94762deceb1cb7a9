import type { Database } from '#platform/postgres/database.ts';
import { compactKey, foldKey, nameKey, searchFolds } from '../spelling/name-keys.ts';
import { findSimilarSpellings, findSpellings, type FoundSpelling } from './enrich.query.ts';

/** How a name was found, the most exact first; the words of the search for names. */
export type Match = 'exact' | 'accents' | 'compact' | 'first_token';

/** A name of the dictionary that may be meant. */
export interface Candidate {
  readonly match: Match;
  readonly key: string;
  /** Numbers of all its spellings. */
  readonly numbers: readonly number[];
}

/** In code points; longer ones are no names. */
const MAX_LENGTH = 100;
const FIRST_TOKEN = /^([^ -]+)[ -]+[^ -]/u;

/** Undefined for a text that can be no name. */
export function keyOfName(name: string): string | undefined {
  // A code point has at most two units: what is far longer is not looked at as a whole.
  if (name.length > MAX_LENGTH * 4) return undefined;
  const key = nameKey(name);
  return key === '' || Array.from(key).length > MAX_LENGTH ? undefined : key;
}

/** The spellings of these keys, by key. */
export async function findExact(db: Database, keys: readonly string[]): Promise<Map<string, Candidate>> {
  const found = keys.length > 0 ? await findSpellings(db, sent(keys)) : [];
  return new Map(
    [...Map.groupBy(found, ({ key }) => key)].map(([key, spellings]) => [
      key,
      { match: 'exact', key, numbers: spellings.map(({ no }) => no) },
    ]),
  );
}

/**
 * What else may be meant by names that no list has: the same without accents, the same without spaces, hyphens,
 * apostrophes and dots, the first of several tokens (as it is, then without accents); by key, the most exact first.
 */
export async function findSimilar(
  db: Database,
  keys: readonly string[],
): Promise<Map<string, readonly Candidate[]>> {
  if (keys.length === 0) return new Map();
  const looks = keys.map(lookOf);
  const folds = looks.flatMap(({ folds, token }) => (token ? [...folds, token.fold] : folds));
  const compacts = looks.flatMap((look) => look.compacts);
  const found = await findSimilarSpellings(db, sent(folds), sent(compacts));
  const byFold = Map.groupBy(found, ({ fold }) => fold);
  const byCompact = Map.groupBy(found, ({ compact }) => compact);
  return new Map(
    looks.map(({ key, folds, compacts, token }) => {
      const ofFolds = folds.flatMap((fold) => candidates('accents', byFold.get(fold)));
      const ofCompacts = compacts.flatMap((compact) => candidates('compact', byCompact.get(compact)));
      const ofToken = token ? candidates('first_token', byFold.get(token.fold)) : [];
      const isSame = (candidate: Candidate): boolean => candidate.key === token?.key;
      ofToken.sort((a, b) => Number(isSame(b)) - Number(isSame(a)));
      return [key, [...ofFolds, ...ofCompacts, ...ofToken].filter((candidate) => candidate.key !== key)];
    }),
  );
}

interface Look {
  readonly key: string;
  readonly folds: readonly string[];
  readonly compacts: readonly string[];
  readonly token: { readonly key: string; readonly fold: string } | undefined;
}

function lookOf(key: string): Look {
  const folds = searchFolds(key);
  const first = FIRST_TOKEN.exec(key)?.[1];
  return {
    key,
    folds,
    compacts: folds.map(compactKey).filter((compact) => compact !== ''),
    token: first === undefined ? undefined : { key: first, fold: foldKey(first) },
  };
}

function candidates(match: Match, found: readonly FoundSpelling[] = []): Candidate[] {
  return [...Map.groupBy(found, ({ key }) => key)].map(([key, spellings]) => ({
    match,
    key,
    numbers: spellings.map(({ no }) => no),
  }));
}

/** Each once, and only what the database can hold. */
function sent(texts: readonly string[]): string[] {
  return [...new Set(texts)].filter((text) => text.isWellFormed() && !text.includes('\0'));
}

import type { Database } from '#platform/postgres/database.ts';
import type { FindKeys } from './compare-rows.ts';
import { findSpellings } from './compare.query.ts';

/** Some 10 MB. */
const MAX_KEPT = 100_000;

/** Finds keys of spellings; those of the slices before are kept, since the years of a country share most of their names. */
export function createKeyFinder(db: Database): FindKeys {
  const kept = new Map<number, string>();
  return async (numbers) => {
    const missing = numbers.filter((number) => !kept.has(number));
    if (kept.size + missing.length > MAX_KEPT) kept.clear();
    const wanted = kept.size === 0 ? numbers : missing;
    if (wanted.length > 0) {
      for (const { no, key } of await findSpellings(db, wanted)) kept.set(no, key);
    }
    return kept;
  };
}

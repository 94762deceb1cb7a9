import type { Database } from '#platform/postgres/database.ts';
import { sql } from '#platform/postgres/sql.ts';

/** A spelling of the dictionary and what it is found by. */
export interface FoundSpelling {
  readonly no: number;
  readonly key: string;
  readonly fold: string;
  readonly compact: string;
}

/** Numbers of the countries that have data, by code. */
export async function listCountryNumbers(db: Database): Promise<Map<string, number>> {
  const rows = await db.many<{ code: string; no: number }>(
    'listCountryNumbers',
    sql`SELECT c.code, c.no FROM countries c JOIN data_versions v ON v.country_no = c.no ORDER BY c.code`,
  );
  return new Map(rows.map(({ code, no }) => [code, no]));
}

/** All spellings of these keys. */
export async function findSpellings(db: Database, keys: readonly string[]): Promise<FoundSpelling[]> {
  const rows = await db.raw(
    'findSpellings',
    sql`SELECT no, key FROM name_spellings WHERE key = ANY (${keys}::text[])`,
  );
  return rows.map(([no, key]) => ({ no: Number(no), key: key as string, fold: '', compact: '' }));
}

/** All spellings of the names that have one of these folds or compact forms. */
export async function findSimilarSpellings(
  db: Database,
  folds: readonly string[],
  compacts: readonly string[],
): Promise<FoundSpelling[]> {
  const rows = await db.raw(
    'findSimilarSpellings',
    sql`
      SELECT no, key, fold, compact FROM name_spellings
      WHERE fold = ANY (${folds}::text[]) OR compact = ANY (${compacts}::text[])`,
  );
  return rows.map(([no, key, fold, compact]) => ({
    no: Number(no),
    key: key as string,
    fold: fold as string,
    compact: compact as string,
  }));
}

/** The spellings that are not the first of their key, and the number of that first one. */
export async function listVariants(db: Database): Promise<Map<number, number>> {
  const rows = await db.raw(
    'listVariants',
    sql`
      SELECT no, first FROM (SELECT no, min(no) OVER (PARTITION BY key) AS first FROM name_spellings) AS spelling
      WHERE no <> first`,
  );
  return new Map(rows.map(([no, first]) => [Number(no), Number(first)]));
}

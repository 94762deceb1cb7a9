import { intArray } from '#platform/postgres/array-text.ts';
import type { Database } from '#platform/postgres/database.ts';
import { sql } from '#platform/postgres/sql.ts';
import { compareCodePoints, FOLD_VERSION } from '../spelling/name-keys.ts';
import type { Spelling } from './name-numbers.ts';

const UNKNOWN = 0;

/**
 * The dictionary numbers of these spellings; new ones are inserted. Each statement is a transaction of its own and
 * inserts in one order, so two imports never wait for each other in a circle and a stopped client holds no lock.
 */
export async function numberSpellings(db: Database, spellings: readonly Spelling[]): Promise<Int32Array> {
  const numbers = await findNumbers(db, spellings);
  const missing = [...numbers.keys()].filter((at) => numbers[at] === UNKNOWN);
  if (missing.length === 0) return numbers;

  const added = missing.map((at) => spellings[at] as Spelling);
  await insertSpellings(
    db,
    added.toSorted((a, b) => compareCodePoints(a.published, b.published)),
  );
  const found = await findNumbers(db, added);
  missing.forEach((at, index) => {
    numbers[at] = found[index] as number;
  });
  return numbers;
}

async function findNumbers(db: Database, spellings: readonly Spelling[]): Promise<Int32Array> {
  const [row] = await db.raw(
    'findSpellingNumbers',
    sql`
      SELECT array_agg(known.no ORDER BY wanted.place)
      FROM unnest(${spellings.map(({ published }) => published)}::text[]) WITH ORDINALITY AS wanted (published, place)
      LEFT JOIN name_spellings AS known ON known.published = wanted.published COLLATE "C"`,
  );
  return intArray(row?.[0] ?? '{}', UNKNOWN);
}

async function insertSpellings(db: Database, spellings: readonly Spelling[]): Promise<void> {
  await db.run(
    'insertSpellings',
    sql`
      INSERT INTO name_spellings (published, name, key, fold, compact, fold_v)
      SELECT published, name, key, fold, compact, ${FOLD_VERSION}::smallint
      FROM unnest(
        ${spellings.map(({ published }) => published)}::text[], ${spellings.map(({ name }) => name)}::text[],
        ${spellings.map(({ key }) => key)}::text[], ${spellings.map(({ fold }) => fold)}::text[],
        ${spellings.map(({ compact }) => compact)}::text[]
      ) AS spelling (published, name, key, fold, compact)
      ON CONFLICT (published) DO NOTHING`,
  );
}

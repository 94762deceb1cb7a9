import { intArray } from '#platform/postgres/array-text.ts';
import type { Database } from '#platform/postgres/database.ts';
import { type Sql, sql } from '#platform/postgres/sql.ts';
import { compareCodePoints, FOLD_VERSION } from '../spelling/name-keys.ts';
import type { Spelling } from './name-numbers.ts';

const UNKNOWN = 0;

const UNIQUE_VIOLATION = '23505';

/**
 * The dictionary numbers of these spellings; new ones are inserted. Each statement is a transaction of its own and
 * inserts in one order, so two imports never wait for each other in a circle and a stopped client holds no lock.
 */
export async function numberSpellings(db: Database, spellings: readonly Spelling[]): Promise<Int32Array> {
  const numbers = await findNumbers(db, spellings);
  const missing = [...numbers.keys()].filter((at) => numbers[at] === UNKNOWN);
  if (missing.length === 0) return numbers;

  const published = (at: number): string => (spellings[at] as Spelling).published;
  const inOrder = missing.toSorted((a, b) => compareCodePoints(published(a), published(b)));
  const added = await addSpellings(
    db,
    inOrder.map((at) => spellings[at] as Spelling),
  );
  for (const [index, at] of inOrder.entries()) numbers[at] = added[index] as number;
  return numbers;
}

/** The numbers of spellings that were unknown a moment ago, given and returned in code-point order. */
async function addSpellings(db: Database, spellings: readonly Spelling[]): Promise<Int32Array> {
  try {
    // Less than half the work of ON CONFLICT, which writes each row first as a mere attempt.
    return await insertSpellings(db, spellings, sql``);
  } catch (error) {
    if ((error as { code?: string }).code !== UNIQUE_VIOLATION) throw error;
    // Another import has added some of them in the meantime.
    await insertSpellings(db, spellings, sql`ON CONFLICT (published) DO NOTHING`);
    return findNumbers(db, spellings);
  }
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

/** Inserts spellings in code-point order; the numbers of those that were new, in the same order. */
async function insertSpellings(
  db: Database,
  spellings: readonly Spelling[],
  onConflict: Sql,
): Promise<Int32Array> {
  const [row] = await db.raw(
    'insertSpellings',
    sql`
      WITH added AS (
        INSERT INTO name_spellings (published, name, key, fold, compact, fold_v)
        SELECT published, name, key, fold, compact, ${FOLD_VERSION}::smallint
        FROM unnest(
          ${spellings.map(({ published }) => published)}::text[], ${spellings.map(({ name }) => name)}::text[],
          ${spellings.map(({ key }) => key)}::text[], ${spellings.map(({ fold }) => fold)}::text[],
          ${spellings.map(({ compact }) => compact)}::text[]
        ) AS spelling (published, name, key, fold, compact)
        ${onConflict}
        RETURNING no, published
      )
      SELECT array_agg(no ORDER BY published) FROM added`,
  );
  return intArray(row?.[0] ?? '{}', UNKNOWN);
}

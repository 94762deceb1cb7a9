import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sql } from '#platform/postgres/sql.ts';
import type { Spelling } from '#products/names/import/name-numbers.ts';
import { numberSpellings } from '#products/names/import/spellings.query.ts';
import { testDatabase } from '#test/support/database.ts';

const NAMES = 3000;
const LETTERS = ['é', 'a', 'Z', '𐐷', 'ﬁ'];
const db = await testDatabase();

function spelling(number: number): Spelling {
  const published = `Name${LETTERS[number % LETTERS.length]}${number}`;
  const key = published.toLowerCase();
  return { published, name: published, key, fold: key, compact: key };
}

async function numbersInDatabase(spellings: readonly Spelling[]): Promise<number[]> {
  const rows = await db.pool.many<{ published: string; no: number }>(
    'dictionary',
    sql`SELECT published, no FROM name_spellings`,
  );
  assert.equal(new Set(rows.map(({ published }) => published)).size, rows.length);
  const known = new Map(rows.map(({ published, no }) => [published, no]));
  return spellings.map(({ published }) => known.get(published) as number);
}

test('imports that number overlapping names at the same time agree on every number', async () => {
  const wishes = Array.from({ length: 6 }, (_, part) =>
    Array.from({ length: NAMES }, (_, at) => spelling((at * 7 + part * 900) % (2 * NAMES))),
  );
  const found = await Promise.all(wishes.map((wish) => numberSpellings(db.pool, wish)));
  for (const [part, wish] of wishes.entries()) {
    assert.deepEqual([...(found[part] as Int32Array)], await numbersInDatabase(wish));
  }
  // Known ones keep theirs beside new ones.
  const again = Array.from({ length: NAMES }, (_, at) => spelling(at + 2 * NAMES - 100));
  assert.deepEqual([...(await numberSpellings(db.pool, again))], await numbersInDatabase(again));
});

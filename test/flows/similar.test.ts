import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'csv-parse/sync';
import { testDatabase } from '#test/support/database.ts';
import { openAnswers } from '#test/support/names-answers.ts';
import { addCountry, type FlatRow, loadRows } from '#test/support/names-data.ts';

const db = await testDatabase();
await addCountry(db.pool, 'ZZ', 'Zedland');

const YEARS = Array.from({ length: 20 }, (_, at) => 2000 + at);
/** Births of each name in the year at a place; undefined: not listed. */
const COURSES: Readonly<Record<string, (at: number) => number | undefined>> = {
  Rise: (at) => 100 + 50 * at,
  'Rise-Too': (at) => 2 * (100 + 50 * at) + (at % 3),
  Level: (at) => 105 + 50 * at,
  Fall: (at) => 1100 - 50 * at,
  Late: (at) => (at < 6 ? undefined : 400 + 50 * at),
  Rare: (at) => 6 + at,
  Rest: (at) => 5e4 - 60 * at,
};
await loadRows(
  db.pool,
  'ZZ',
  YEARS.flatMap((year, at) =>
    Object.entries(COURSES).flatMap(([published, course]): FlatRow[] => {
      const count = course(at);
      return count === undefined ? [] : [{ area: null, gender: 'F', year, published, count }];
    }),
  ),
);
const { ask } = await openAnswers(db.pool);
const similar = (parameters: Record<string, string | number>) =>
  ask('/v1/statistics/similar', { country: 'ZZ', gender: 'F', ...parameters });

test('names of the same course come first, whatever their level; by level the one as frequent', async () => {
  const { status, body } = await similar({ name: 'rise' });
  assert.equal(status, 200);
  const names = body.data.map(({ name }: { name: string }) => name);
  assert.deepEqual(names, ['Rise-Too', 'Level', 'Rest', 'Fall']);
  const [first] = body.data;
  assert.ok(first.similarity > 0.9999 && first.similarity <= 1);
  assert.deepEqual([first.common_years, first.years_listed], [20, 20]);
  const level = await similar({ name: 'Rise', mode: 'level' });
  assert.equal(level.body.data[0].name, 'Level');
  const tooHigh = level.body.data.find(({ name }: { name: string }) => name === 'Rise-Too');
  assert.ok(Math.abs(tooHigh.similarity - 0.8) < 0.01);
});

test('names with few years or few births are not compared, and the answer says so', async () => {
  const { body } = await similar({ name: 'Late' });
  assert.deepEqual(body.data, []);
  const [compared] = body.meta.compared;
  assert.deepEqual(
    [compared.is_compared, compared.names, compared.year_from, compared.year_to, compared.denominator],
    [false, 5, 2000, 2019, 'listed'],
  );
  assert.deepEqual((await similar({ name: 'Rare' })).body.data, []);
  assert.deepEqual((await similar({ name: 'Nobody' })).body.data, []);
});

test('lines as CSV, sources, and the same answer only when something has changed', async () => {
  const { body, headers } = await similar({ name: 'Rise', limit: 2 });
  assert.deepEqual([body.data.length, body.meta.sources.length], [2, 1]);
  const csv = await ask('/v1/statistics/similar.csv', { country: 'ZZ', name: 'Rise', limit: 1 });
  assert.equal(parse<{ name: string }>(csv.text, { columns: true })[0]?.name, 'Rise-Too');
  const again = await ask(
    '/v1/statistics/similar',
    { country: 'ZZ', gender: 'F', name: 'Rise', limit: 2 },
    { 'if-none-match': headers['etag'] as string },
  );
  assert.equal(again.status, 304);
  await loadRows(db.pool, 'ZZ', [{ area: null, gender: 'F', year: 2020, published: 'Rise', count: 9000 }]);
  const later = await similar({ name: 'Rise', limit: 2 });
  assert.equal(later.body.meta.compared[0].year_to, 2020);
});

test('a name and a country have to be given', async () => {
  assert.equal((await ask('/v1/statistics/similar', { country: 'ZZ' })).status, 400);
  assert.equal((await ask('/v1/statistics/similar', { name: 'Rise' })).status, 400);
});

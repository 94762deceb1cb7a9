import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sql } from '#platform/postgres/sql.ts';
import { testDatabase } from '#test/support/database.ts';
import { openAnswers } from '#test/support/names-answers.ts';
import { addCountry, loadRows, sliceRows } from '#test/support/names-data.ts';

const db = await testDatabase();

await addCountry(db.pool, 'ZZ', 'Zedland');
await addCountry(db.pool, 'YY', 'Ypsilon');
await loadRows(db.pool, 'ZZ', [
  ...sliceRows(null, 'F', 2019, 'Ada 80, Bea 80'),
  ...sliceRows(null, 'F', 2020, 'Ada 40, Zoë 20, Lea-Zoé 10, Bea 10, Mia ..'),
  ...sliceRows(null, 'M', 2020, 'Jo 7, Bo 9'),
]);
await loadRows(db.pool, 'YY', [
  ...sliceRows('YY-A', 'F', 2020, 'Ada 30, Bea 10'),
  ...sliceRows('YY-B', 'F', 2020, 'Ada 10, Cleo 30'),
]);
await db.pool.run(
  'births',
  sql`
    INSERT INTO births (country_no, area_no, year, gender, births)
    SELECT c.no, a.no, 2020, 'F', 96 FROM countries c JOIN areas a ON a.code = c.code WHERE c.code = 'ZZ'`,
);
const { ask } = await openAnswers(db.pool);

test('diversity of a year: entropy, and what the births without a listed name could change', async () => {
  const { status, body } = await ask('/v1/statistics/diversity', { country: 'ZZ', gender: 'F', year: 2020 });
  assert.equal(status, 200);
  const [item, ...others] = body.data;
  assert.equal(others.length, 0);
  const { names, withheld, births, entropy, evenness, simpson, top1, top10, unlisted, threshold } = item;
  assert.deepEqual(
    [names, withheld, births, entropy, evenness, simpson],
    [4, 1, 80, 1.75, 0.875, 1 - (0.25 + 0.0625 + 2 / 64)],
  );
  assert.deepEqual([top1, top10, item.names_for_half, unlisted, threshold], [0.5, null, 1, 16, 5]);
  const half = [item.names_for_half_one_name, item.names_for_half_at_threshold, item.names_for_half_single];
  assert.deepEqual(half, [2, 2, 2]);
  assert.ok(item.entropy_one_name < item.entropy_at_threshold);
  assert.ok(item.entropy_at_threshold < item.entropy_single);
  assert.equal(body.meta.sources.length, 1);
});

test('diversity over years; without a total of births there is nothing to say about those not listed', async () => {
  const { body } = await ask('/v1/statistics/diversity', { country: 'ZZ', gender: 'F', year_to: 2019 });
  const [{ year, effective_names: effective, unlisted, entropy_single: single }] = body.data;
  assert.deepEqual([body.data.length, year, effective, unlisted, single], [1, 2019, 2, null, null]);
  const both = await ask('/v1/statistics/diversity', { country: 'ZZ' });
  assert.deepEqual(
    both.body.data.map((item: { gender: string; year: number }) => `${item.gender} ${item.year}`),
    ['F 2019', 'F 2020', 'M 2020'],
  );
});

test('the same number of names, or the same threshold, compares countries; shorter lists are left out', async () => {
  const first = await ask('/v1/statistics/diversity', { gender: 'F', year: 2020, top: 3 });
  assert.deepEqual(
    first.body.data.map(({ country, names, births }: Record<string, unknown>) => [country, names, births]),
    [
      ['YY', 3, 80],
      ['ZZ', 3, 70],
    ],
  );
  const four = await ask('/v1/statistics/diversity', { gender: 'F', year: 2020, top: 4 });
  assert.deepEqual(
    four.body.data.map(({ country }: { country: string }) => country),
    ['ZZ'],
  );
  const above = await ask('/v1/statistics/diversity', {
    country: 'ZZ',
    gender: 'F',
    year: 2020,
    min_count: 20,
  });
  assert.deepEqual([above.body.data[0].births, above.body.data[0].unlisted], [60, null]);
  const below = await ask('/v1/statistics/diversity', { country: 'ZZ', min_count: 4 });
  assert.deepEqual(below.body.data, []);
});

test('two periods at once are refused', async () => {
  const { status, body } = await ask('/v1/statistics/diversity', { year: 2020, year_from: 2019 });
  assert.deepEqual([status, body.error.code], [400, 'invalid_request']);
});

test('first letters and endings, without accents and hyphens, by births', async () => {
  const first = await ask('/v1/statistics/letters', { country: 'ZZ', gender: 'F', side: 'first' });
  assert.deepEqual(
    first.body.data.map((item: Record<string, unknown>) => [
      item.letters,
      item.names,
      item.births,
      item.share_of_names,
      item.share_of_births,
    ]),
    [
      ['a', 1, 40, 0.2, 0.5],
      ['z', 1, 20, 0.2, 0.25],
      ['b', 1, 10, 0.2, 0.125],
      ['l', 1, 10, 0.2, 0.125],
      ['m', 1, 0, 0.2, 0],
    ],
  );
  const endings = await ask('/v1/statistics/letters', {
    country: 'ZZ',
    gender: 'F',
    side: 'last',
    length: 3,
  });
  assert.deepEqual(
    endings.body.data.map(({ letters, births }: Record<string, unknown>) => [letters, births]),
    [
      ['ada', 40],
      ['zoe', 30],
      ['bea', 10],
      ['mia', 0],
    ],
  );
  const csv = await ask('/v1/statistics/letters.csv', {
    country: 'ZZ',
    gender: 'M',
    side: 'first',
    limit: 1,
  });
  assert.match(csv.text, /^country,area,gender,year,side,letters,names,births,share/);
  assert.match(csv.text, /\r\nZZ,ZZ,M,2020,first,b,1,9,0.5,0.5625\r\n$/);
});

test('lengths in letters; a country in parts is summed, and says so', async () => {
  const { body, headers } = await ask('/v1/statistics/lengths', { country: ['ZZ', 'YY'], gender: 'F' });
  assert.deepEqual(
    body.data.map(({ country, length, names, births }: Record<string, unknown>) => [
      country,
      length,
      names,
      births,
    ]),
    [
      ['ZZ', 3, 4, 70],
      ['ZZ', 6, 1, 10],
      ['YY', 3, 2, 50],
      ['YY', 4, 1, 30],
    ],
  );
  const again = await ask(
    '/v1/statistics/lengths',
    { country: ['ZZ', 'YY'], gender: 'F' },
    { 'if-none-match': headers.etag as string },
  );
  assert.equal(again.status, 304);
});

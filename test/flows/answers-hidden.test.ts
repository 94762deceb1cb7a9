import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testDatabase } from '#test/support/database.ts';
import { openAnswers } from '#test/support/names-answers.ts';
import { addCountry, loadRows, sliceRows } from '#test/support/names-data.ts';

const db = await testDatabase();

// The boys of England and Wales in 2024 around rank 64: two of 63 share it, so there is no 65.
const above = Array.from(
  { length: 63 },
  (_, at) => `Boy${String.fromCharCode(65 + (at % 26))}${at} ${900 - at}`,
);
const ons = sliceRows('GB-EAW', 'M', 2024, [...above, 'Dylan 715', 'David 715', 'Jaxon 708'].join(', '));
await loadRows(db.pool, 'GB', ons);
await addCountry(db.pool, 'ZZ', 'Zedland');
await loadRows(db.pool, 'ZZ', [
  ...sliceRows(null, 'F', 2019, 'Ada 9 1, Bea 8 2, Cleo 8 2, Dora ..'),
  ...sliceRows(null, 'F', 2020, 'Ada 9 1, Bea 8 3, Cleo 8 2, Dora .., Eve ..'),
  ...sliceRows(null, 'M', 1904, 'William .. 1, John .. 2, George .. 2, Ernest .. 4'),
]);
await addCountry(db.pool, 'YY', 'Ypsilon');
await loadRows(db.pool, 'YY', sliceRows(null, 'F', 2020, 'Mia 15, Lea 10, Ida 10'), { isRounded: true });
const { ask } = await openAnswers(db.pool);

const names = ({ body }: { body: { data: { name: string }[] } }): string[] =>
  body.data.map(({ name }) => name);

test('David and Dylan share rank 64 of the boys of 2024, Jaxon has 66', async () => {
  const { body } = await ask('/v1/names', { country: ['GB'], area: 'GB-EAW', year: 2024, offset: 63 });
  assert.deepEqual(
    body.data.map(({ name, rank, tied, out_of: outOf }: Record<string, unknown>) => [
      name,
      rank,
      tied,
      outOf,
    ]),
    [
      ['David', 64, 2, 66],
      ['Dylan', 64, 2, 66],
      ['Jaxon', 66, 1, 66],
    ],
  );
});

test('a hidden name is listed behind all others, without a count, a rank or a share', async () => {
  const zed = { country: ['ZZ'], gender: 'F', year: 2020 };
  const { body } = await ask('/v1/names', zed);
  assert.deepEqual(body.data.at(-1), {
    name: 'Eve',
    published: 'Eve',
    gender: 'F',
    year: 2020,
    count: null,
    rank_published: null,
    rank: null,
    tied: null,
    out_of: 5,
    share: null,
    country: 'ZZ',
    area: 'ZZ',
    status: 'below_threshold',
  });
  assert.equal(body.meta.slices[0].withheld, 2);
  assert.deepEqual(names(await ask('/v1/names', { ...zed, sort: 'count' })), [
    'Bea',
    'Cleo',
    'Ada',
    'Dora',
    'Eve',
  ]);
  assert.deepEqual(names(await ask('/v1/names', { ...zed, sort: '-rank' })), [
    'Bea',
    'Cleo',
    'Ada',
    'Dora',
    'Eve',
  ]);
  assert.deepEqual(names(await ask('/v1/names', { ...zed, min_count: 1 })), ['Ada', 'Bea', 'Cleo']);
  assert.deepEqual(names(await ask('/v1/names', { ...zed, top: 9 })), ['Ada', 'Bea', 'Cleo']);
  assert.deepEqual(names(await ask('/v1/names', { ...zed, prefix: 'e' })), ['Eve']);
});

test('the rank that an office prints stands beside ours, marked where it is another one', async () => {
  const { body } = await ask('/v1/names', { country: ['ZZ'], gender: 'F', year: 2020, limit: 3 });
  assert.deepEqual(
    body.data.map((item: Record<string, unknown>) => [
      item['rank_published'],
      item['rank'],
      item['rank_differs'],
    ]),
    [
      [1, 1, undefined],
      [3, 2, true],
      [2, 2, undefined],
    ],
  );
  const same = await ask('/v1/names', { country: ['ZZ'], gender: 'F', year: 2019, limit: 3 });
  assert.deepEqual(
    same.body.data.map((item: Record<string, unknown>) => [item['rank_published'], item['rank']]),
    [
      [1, 1],
      [2, 2],
      [2, 2],
    ],
  );
});

test('a list of ranks alone is in their order, and has a top', async () => {
  const old = { country: ['ZZ'], gender: 'M', year: 1904 };
  const { body } = await ask('/v1/names', old);
  assert.deepEqual(
    body.data.map((item: Record<string, unknown>) => [
      item['name'],
      item['rank_published'],
      item['rank'],
      item['status'],
    ]),
    [
      ['William', 1, null, 'rank_only'],
      ['George', 2, null, 'rank_only'],
      ['John', 2, null, 'rank_only'],
      ['Ernest', 4, null, 'rank_only'],
    ],
  );
  assert.deepEqual(names(await ask('/v1/names', { ...old, top: 2 })), ['William', 'George', 'John']);
  const facts = await ask('/v1/names/George', { country: ['ZZ'] });
  const [life] = facts.body.data.listings;
  assert.deepEqual(
    [life.total_count, life.years_withheld, life.peak_count, life.peak_rank, life.peak_rank_published.value],
    [0, 1, null, null, 2],
  );
});

test('sums over years leave out what is hidden, and say that something is', async () => {
  const { body } = await ask('/v1/names', { country: ['ZZ'], gender: 'F', year_from: 2019, year_to: 2020 });
  assert.deepEqual(
    body.data.map(({ name, count, rank, out_of: outOf }: Record<string, unknown>) => [
      name,
      count,
      rank,
      outOf,
    ]),
    [
      ['Ada', 18, 1, 3],
      ['Bea', 16, 2, 3],
      ['Cleo', 16, 2, 3],
    ],
  );
  assert.deepEqual(
    body.meta.slices.map(({ withheld }: { withheld: number }) => withheld),
    [1, 2],
  );
});

test('a year that hides a name is a point with the bound of the office', async () => {
  const { body } = await ask('/v1/names/Dora/trend', { country: ['ZZ'], gender: 'F' });
  for (const point of body.data.series[0].points) {
    const { count, status, count_below: below, rank } = point;
    assert.deepEqual([count, status, below, rank], [null, 'below_threshold', 5, null]);
  }
  const bea = await ask('/v1/names/Bea/trend', { country: ['ZZ'], gender: 'F' });
  assert.deepEqual(
    bea.body.data.series[0].points.map((point: Record<string, unknown>) => [
      point['rank_published'],
      point['rank'],
    ]),
    [
      [2, 2],
      [3, 2],
    ],
  );
});

test('rounded counts are said to be rounded, and their ranks approximate', async () => {
  const { body } = await ask('/v1/names', { country: ['YY'] });
  const [first] = body.data;
  assert.deepEqual(
    [first.status, first.rank_quality, body.meta.slices[0].quality],
    ['rounded', 'approx', 'approx'],
  );
  const trend = await ask('/v1/names/Mia/trend', { country: ['YY'] });
  assert.equal(trend.body.data.series[0].points[0].status, 'rounded');
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { testDatabase } from '#test/support/database.ts';
import { openAnswers } from '#test/support/names-answers.ts';
import { type FlatRow, loadRows } from '#test/support/names-data.ts';

const db = await testDatabase();

function rows(
  area: string | null,
  gender: 'F' | 'M',
  year: number,
  counts: Record<string, number | null>,
): FlatRow[] {
  return Object.entries(counts).map(([published, count]) => ({ area, gender, year, published, count }));
}

// Great Britain has parts alone, of two measures; the United States have a nation, states and a city.
await loadRows(db.pool, 'GB', [
  ...rows('GB-EAW', 'F', 2020, { Amelia: 30, Olivia: 20, Isla: 10 }),
  ...rows('GB-EAW', 'F', 2021, { Amelia: 28, Olivia: 24, Isla: 9 }),
  ...rows('GB-EAW', 'F', 2022, { Amelia: 27, Olivia: 26, Isla: 9 }),
  ...rows('GB-EAW', 'M', 2022, { Noah: 40 }),
]);
await loadRows(db.pool, 'GB', [
  ...rows('GB-SCT', 'F', 2021, { Isla: 40, Olivia: 25, Eilidh: 7, AMELIA: null }),
  ...rows('GB-SCT', 'F', 2022, { Isla: 41, Olivia: 20, Eilidh: 6, AMELIA: 5 }),
  ...rows('GB-SCT-GLG', 'F', 2022, { Isla: 5 }),
]);
await loadRows(db.pool, 'GB', rows('GB-NIR', 'F', 2022, { Grace: 99 }), { measure: 'registrations' });
await loadRows(db.pool, 'US', [
  ...rows(null, 'F', 2020, { Emma: 100, Ava: 90 }),
  ...rows('US-AK', 'F', 2020, { Emma: 7 }),
  ...rows('US-AK', 'F', 2021, { Emma: 8 }),
]);
await loadRows(db.pool, 'US', rows(null, 'F', 2023, { Zelda: 1000, Emma: 3 }), { measure: 'living_bearers' });
const { ask } = await openAnswers(db.pool);

type Item = Record<string, unknown>;
const counts = ({ body }: { body: { data: Item[] } }): unknown[] =>
  body.data.map(({ name, count, rank }) => [name, count, rank]);

test('a country without numbers of its own has the sum of its parts of one level and measure, marked', async () => {
  const answer = await ask('/v1/names', { country: ['GB'], year: 2022, gender: 'F' });
  assert.deepEqual(counts(answer), [
    ['Isla', 50, 1],
    ['Olivia', 46, 2],
    ['Amelia', 32, 3],
    ['Eilidh', 6, 4],
  ]);
  const { data, meta } = answer.body;
  assert.deepEqual([data[0].area, data[0].status, data[0].out_of], ['GB', 'lower_bound', 4]);
  assert.deepEqual(
    meta.slices.map(({ area, quality, measure }: Item) => [area, quality, measure]),
    [
      ['GB-EAW', 'lower_bound', 'births'],
      ['GB-SCT', 'lower_bound', 'births'],
    ],
  );
  assert.equal(meta.sources.length, 2);
  assert.deepEqual(meta.missing_areas, [
    {
      country: 'GB',
      area: 'GB-NIR',
      name: 'Area GB-NIR',
      gender: 'F',
      years: [{ from: 2022, to: 2022 }],
      other_measure: 'registrations',
    },
  ]);
});

test('sums over years, lists of one name, trends, facts and gender add up the same parts', async () => {
  const summed = await ask('/v1/names', {
    country: ['GB'],
    gender: 'F',
    year_from: 2020,
    year_to: 2022,
    name: 'isla',
  });
  assert.deepEqual(counts(summed), [['Isla', 10 + 49 + 50, 2]]);
  const trend = await ask('/v1/names/Amelia/trend', { country: ['GB'], gender: 'F' });
  const [series] = trend.body.data.series;
  assert.deepEqual(
    series.points.map(({ year, count, rank, status, rank_change: change }: Item) => [
      year,
      count,
      rank,
      status,
      change,
    ]),
    [
      [2020, 30, 1, 'lower_bound', null],
      // Scotland joins in here: what comes before is no comparison.
      [2021, 28, 3, 'lower_bound', null],
      [2022, 32, 3, 'lower_bound', 0],
    ],
  );
  assert.deepEqual(series.breaks, [{ year: 2021, what: 'The areas added up are GB-EAW, GB-SCT.' }]);
  assert.equal(series.measure, 'births');
  const [missing] = trend.body.meta.missing_areas;
  assert.deepEqual([missing.area, missing.years], ['GB-NIR', [{ from: 2020, to: 2021 }]]);
  const facts = await ask('/v1/names/Amelia', { country: ['GB'] });
  const [life] = facts.body.data.listings;
  assert.deepEqual([life.total_count, life.quality, life.peak_rank.value], [90, 'lower_bound', 1]);
  const gender = await ask('/v1/names/Amelia/gender', { country: ['GB'] });
  assert.equal(gender.body.data.female_count, 90);
});

test('gender is of one measure, and says which areas have another one', async () => {
  const places = ({ body }: { body: { meta: { missing_areas?: Item[] } } }): unknown[] | undefined =>
    body.meta.missing_areas?.map(({ area, gender, other_measure: other }) => [area, gender, other].join(' '));
  const births = await ask('/v1/names/Grace/gender', { country: ['GB'], year_from: 2022 });
  assert.equal(births.body.data.total_count, 0);
  assert.deepEqual(places(births), ['GB-NIR F registrations', 'GB-NIR M ', 'GB-SCT M ']);
  const registrations = await ask('/v1/names/Grace/gender', { country: ['GB'], measure: 'registrations' });
  assert.equal(registrations.body.data.female_count, 99);
  assert.deepEqual(places(registrations), ['GB-EAW F births', 'GB-SCT F births']);
});

test('where the nation has numbers, its states add nothing', async () => {
  const answer = await ask('/v1/names', { country: ['US'], year: 2020 });
  assert.deepEqual(counts(answer), [
    ['Emma', 100, 1],
    ['Ava', 90, 2],
  ]);
  assert.equal(answer.body.meta.missing_areas, undefined);
  assert.deepEqual(counts(await ask('/v1/names', { country: ['US'], year: 2021 })), []);
});

test('AK and US-AK are the same area', async () => {
  const [short, long] = await Promise.all(
    ['AK', 'US-AK'].map((area) => ask('/v1/names', { country: ['US'], area, year: 2021 })),
  );
  assert.deepEqual(counts(short as never), [['Emma', 8, 1]]);
  assert.deepEqual(short?.body.data, long?.body.data);
});

test('measures are answered one at a time, births first', async () => {
  assert.deepEqual(counts(await ask('/v1/names', { country: ['US'] })), [
    ['Emma', 100, 1],
    ['Ava', 90, 2],
  ]);
  const living = await ask('/v1/names', { country: ['US'], measure: 'living_bearers' });
  assert.deepEqual(counts(living), [
    ['Zelda', 1000, 1],
    ['Emma', 3, 2],
  ]);
  assert.equal(living.body.meta.slices[0].measure, 'living_bearers');
  const trend = await ask('/v1/names/Emma/trend', {
    country: ['US'],
    gender: 'F',
    measure: 'living_bearers',
  });
  const [series] = trend.body.data.series;
  assert.deepEqual([series.measure, series.points.length, series.points[0].count], ['living_bearers', 1, 3]);
  const registered = await ask('/v1/names', { country: ['GB', 'US'], measure: 'registrations' });
  assert.deepEqual(counts(registered), [['Grace', 99, 1]]);
  assert.equal(registered.body.meta.slices[0].area, 'GB-NIR');
  assert.equal((await ask('/v1/names', { measure: 'guesses' })).status, 400);
});

test('any order and page of a sum over areas is a part of the same list', async () => {
  const whole = (await ask('/v1/names', { country: ['GB'], gender: 'F', year: 2022 })).body.data as Item[];
  await fc.assert(
    fc.asyncProperty(
      fc.nat(4),
      fc.integer({ min: 1, max: 4 }),
      fc.boolean(),
      async (offset, limit, isSum) => {
        const when = isSum ? { year_from: 2022, year_to: 2022 } : { year: 2022 };
        const { body } = await ask('/v1/names', { country: ['GB'], gender: 'F', ...when, offset, limit });
        assert.deepEqual(body.data, whole.slice(offset, offset + limit));
      },
    ),
    { numRuns: 20 },
  );
});

test('sums over many years of a country in parts are those of its rows', async () => {
  const letters = 'abcdefghijklmnopqrstuvwxyz';
  const wordOf = (n: number): string => `Na${letters[Math.floor(n / 26)]}${letters[n % 26]}`;
  const countOf = (n: number, year: number, part: number): number =>
    5 + ((n * 31 + year * 17 + part * 7) % 97);
  const years = Array.from({ length: 24 }, (_, at) => 1990 + at);
  const parts = ['AU-NSW', 'AU-SA'];
  const all = parts.flatMap((area, part) =>
    years.flatMap((year) =>
      Array.from({ length: 500 }, (_, n) => ({
        area,
        gender: 'F' as const,
        year,
        published: wordOf(n + 50 * part),
        count: countOf(n, year, part),
      })),
    ),
  );
  await loadRows(db.pool, 'AU', all);
  for (const [from, to] of [
    [1990, 2013],
    [1991, 2012],
    [1994, 2003],
  ] as const) {
    const sums = new Map<string, number>();
    for (const { published, year, count } of all)
      if (year >= from && year <= to) sums.set(published, (sums.get(published) ?? 0) + count);
    const expected = [...sums].sort(([a, one], [b, other]) => other - one || (a < b ? -1 : 1));
    for (const measure of [undefined, 'births']) {
      const where = { country: ['AU'], gender: 'F', year_from: from, year_to: to, measure, limit: 600 };
      const { body } = await ask('/v1/names', where);
      assert.deepEqual(
        (body.data as Item[]).map(({ name, count }) => [name, count]),
        expected,
      );
    }
  }
});

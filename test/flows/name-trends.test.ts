import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sql } from '#platform/postgres/sql.ts';
import { testDatabase } from '#test/support/database.ts';
import { openAnswers } from '#test/support/names-answers.ts';
import { addCountry, type FlatRow, loadRows } from '#test/support/names-data.ts';

const db = await testDatabase();

function rows(
  gender: 'F' | 'M',
  published: string,
  counts: Readonly<Record<number, number | null>>,
): FlatRow[] {
  return Object.entries(counts).map(([year, count]) => ({
    area: null,
    gender,
    year: Number(year),
    published,
    count,
  }));
}

const years = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, at) => from + at);
const each = (from: number, to: number, count: (year: number) => number | null) =>
  Object.fromEntries(years(from, to).map((year) => [year, count(year)]));

await addCountry(db.pool, 'ZZ', 'Zedland');
await loadRows(db.pool, 'ZZ', [
  ...rows(
    'F',
    'Filler',
    each(1996, 2020, () => 100_000),
  ),
  ...rows(
    'F',
    'Rosa',
    each(1996, 2020, (year) => Math.round(20_000 * 1.05 ** (year - 2020))),
  ),
  // Three of its last five years are hidden, one is not listed.
  ...rows('F', 'Vera', { ...each(1996, 2015, () => 40), 2016: null, 2017: null, 2018: null, 2020: 5 }),
]);
await addCountry(db.pool, 'AT', 'Austria');
await loadRows(
  db.pool,
  'AT',
  [
    ...rows(
      'F',
      'Anna',
      each(2004, 2013, (year) => (year < 2010 ? 900 : 1000 + year)),
    ),
    ...rows(
      'F',
      'Berta',
      each(2004, 2013, () => 50_000),
    ),
  ],
  { parser: 'at_ogd' },
);
await loadRows(db.pool, 'US', [
  ...rows('F', 'Mary', {
    ...each(1920, 1936, () => 900),
    ...each(1937, 1945, (year) => (year === 1941 ? 500 : 300)),
  }),
  ...rows(
    'F',
    'Other',
    each(1920, 1945, () => 1000),
  ),
  ...rows('F', 'Hulda', { 1921: 80, 1922: 90 }),
]);
const { ask } = await openAnswers(db.pool);

async function series(name: string, query: Record<string, string | number | boolean>) {
  const { body, status } = await ask(`/v1/names/${name}/trend`, { gender: 'F', ...query });
  assert.equal(status, 200, JSON.stringify(body));
  return body.data.series[0];
}

test('the trend of a name over 5, 10 and 25 years, in percent a year', async () => {
  const { trends, year_on_year: last, points } = await series('Rosa', { country: 'ZZ' });
  assert.deepEqual(
    trends.map((trend: Record<string, unknown>) => [trend.years, trend.from, trend.points, trend.class]),
    [
      [5, 2016, 5, 'rising'],
      [10, 2011, 10, 'rising'],
      [25, 1996, 25, 'rising'],
    ],
  );
  // Shares rise a little more slowly than counts: the total grows with the name.
  const [{ percent_per_year: percent, low, high, mostly_known: known }] = trends;
  assert.ok(percent > 3.9 && percent < 5 && low < percent && percent < high && known);
  assert.ok(last.low < last.percent && last.percent < last.high);
  assert.equal('year_on_year' in points[0], false);
});

test('hidden years are assumed and counted; with more than a fifth of them the trend says so', async () => {
  const { trends, year_on_year: last } = await series('Vera', { country: 'ZZ' });
  const [five, ten, all] = trends;
  assert.deepEqual([five.hidden_points, five.mostly_known], [4, false]);
  assert.deepEqual([ten.hidden_points, ten.mostly_known], [4, false]);
  assert.deepEqual([all.hidden_points, all.mostly_known], [4, true]);
  assert.equal(last, null);
});

test('each year against the year before, on demand; nothing across a break of method', async () => {
  const { trends, points, breaks } = await series('Anna', { country: 'AT', year_on_year: true });
  assert.equal(breaks[0].year, 2010);
  const changes = new Map(
    points.map((point: Record<string, unknown>) => [point.year, point.year_on_year !== null]),
  );
  assert.deepEqual(
    [changes.get(2004), changes.get(2009), changes.get(2010), changes.get(2011)],
    [false, true, false, true],
  );
  const [five, ten] = trends;
  assert.deepEqual([five.points, five.class, five.percent_per_year > 0], [4, null, true]);
  assert.deepEqual([ten.points, ten.percent_per_year], [4, null]);
});

test('peaks and half-life are those of years with sound figures, or of the years asked for', async () => {
  const life = async (name: string, query: object = {}) => {
    const { body } = await ask(`/v1/names/${name}`, { country: 'US', ...query });
    return body.data.listings[0];
  };
  const mary = await life('Mary');
  assert.deepEqual([mary.peaks_from, mary.first_listed, mary.years_listed], [1937, 1920, 26]);
  assert.deepEqual(mary.peak_count, { value: 500, year: 1941, years: [1941] });
  const mean = (500 / 1500 + (4 * 300) / 1300) / 5;
  assert.deepEqual([mary.peak_share.value, mary.peak_share.year], [Math.round(mean * 1e9) / 1e9, 1939]);
  assert.deepEqual(mary.peak_share.years, [1939, 1940, 1941, 1942, 1943]);
  assert.deepEqual(mary.half_life, { years: 5, from: 1937, to: 1941 });
  const all = await life('Mary', { peaks_from: 1920 });
  assert.deepEqual([all.peaks_from, all.peak_count.value, all.peak_count.years.length], [1920, 900, 17]);
  assert.deepEqual(all.half_life, { years: 11, from: 1920, to: 1930 });
  const hulda = await life('Hulda');
  assert.deepEqual([hulda.peaks_from, hulda.peak_count.year], [null, 1922]);
  assert.deepEqual(hulda.half_life, { years: 1, from: 1922, to: 1922 });
  const anna = (await ask('/v1/names/Anna', { country: 'AT' })).body.data.listings[0];
  assert.deepEqual(
    anna.breaks.map(({ year }: { year: number }) => year),
    [2010],
  );
});

test('shares are those of all births where the totals are loaded', async () => {
  await db.pool.run(
    'births',
    sql`
      INSERT INTO births (country_no, area_no, year, gender, births)
      SELECT c.no, a.no, y, 'F', 200000 FROM generate_series(1996, 2020) y, countries c JOIN areas a ON a.code = c.code
      WHERE c.code = 'ZZ'`,
  );
  await db.pool.run('version', sql`UPDATE data_versions SET version = version + 1`);
  const { trends, denominator } = await series('Rosa', { country: 'ZZ' });
  assert.equal(denominator, 'births');
  assert.ok(Math.abs(trends[2].percent_per_year - 5) < 0.01);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testDatabase } from '#test/support/database.ts';
import { openAnswers } from '#test/support/names-answers.ts';
import { addCountry, type FlatRow, loadRows } from '#test/support/names-data.ts';

const db = await testDatabase();
for (const code of ['YY', 'ZZ', 'XX']) await addCountry(db.pool, code, `Land ${code}`);

function list(years: readonly number[], counts: Readonly<Record<string, number | null>>): FlatRow[] {
  return years.flatMap((year) =>
    (['F', 'M'] as const).flatMap((gender) =>
      Object.entries(counts).map(([published, count]) => ({ area: null, gender, year, published, count })),
    ),
  );
}
const span = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, at) => from + at);

await loadRows(db.pool, 'YY', list(span(2011, 2020), { Saoirse: 100, Ada: 900 }));
await loadRows(db.pool, 'ZZ', [
  ...list(span(1990, 1999), { Saoirse: 999 }),
  ...list(span(2011, 2020), { Saoirse: 10, Ada: 990 }),
]);
await loadRows(db.pool, 'XX', list(span(2018, 2020), { Saoirse: 500, Ada: 500 }));
await loadRows(db.pool, 'US', list(span(2011, 2020), { Ada: 1990, Mae: 10 }));
const { ask } = await openAnswers(db.pool);

test('the share in each country by that in the others, of the last twenty years', async () => {
  const { status, body } = await ask('/v1/statistics/countryness', {
    name: 'saoirse',
    country: ['YY', 'ZZ', 'XX'],
  });
  assert.equal(status, 200);
  const [first, second] = body.data;
  assert.deepEqual(
    [first.country, first.count, first.total, first.years, first.year_from, first.per_million],
    ['YY', 2000, 20_000, 10, 2011, 100_000],
  );
  assert.equal(first.ratio, Math.round((2000.5 / 200.5) * 1e4) / 1e4);
  assert.deepEqual([second.country, second.count], ['ZZ', 200]);
  assert.deepEqual(
    [
      body.meta.country,
      body.meta.countryness,
      body.meta.is_certain,
      body.meta.left_out,
      body.meta.denominator,
    ],
    ['YY', first.ratio, true, ['XX'], 'listed'],
  );
  assert.equal(body.meta.sources.length, 2);
});

test('a country that does not list the name may hide some of it', async () => {
  const { body } = await ask('/v1/statistics/countryness', {
    name: 'Saoirse',
    gender: 'F',
    country: ['YY', 'US'],
  });
  const [here, there] = body.data;
  assert.deepEqual([there.count, there.count_at_most, there.per_million], [null, 40, null]);
  assert.ok(here.ratio_low < here.ratio && here.ratio_high === here.ratio);
  assert.equal(here.ratio_low, Math.round((1000.5 / 10_000 / (40.5 / 20_000)) * 1e4) / 1e4);
});

test('a name that nobody lists is at home nowhere; one country alone has no ratio', async () => {
  const nobody = await ask('/v1/statistics/countryness', { name: 'Nobody', country: ['YY', 'ZZ'] });
  assert.deepEqual([nobody.body.meta.country, nobody.body.meta.countryness], [null, null]);
  const alone = await ask('/v1/statistics/countryness', { name: 'Ada', country: 'US' });
  assert.deepEqual([alone.body.data[0].ratio, alone.body.meta.country], [null, 'US']);
  const early = await ask('/v1/statistics/countryness.csv', {
    name: 'Saoirse',
    year_from: 1990,
    year_to: 1999,
  });
  assert.match(early.text, /\r\nZZ,1990,1999,10,/);
});

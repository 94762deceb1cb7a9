import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testDatabase } from '#test/support/database.ts';
import { openAnswers } from '#test/support/names-answers.ts';
import { addCountry, type FlatRow, loadRows } from '#test/support/names-data.ts';

const db = await testDatabase();

/** Counts of names by year; null stands for a hidden count. */
function rows(counts: Readonly<Record<string, Readonly<Record<number, number | null>>>>): FlatRow[] {
  return Object.entries(counts).flatMap(([published, ofName]) =>
    Object.entries(ofName).map(([year, count]) => ({
      area: null,
      gender: 'F' as const,
      year: Number(year),
      published,
      count,
    })),
  );
}

const every = (count: number): Record<number, number> =>
  Object.fromEntries(Array.from({ length: 61 }, (_, at) => [1960 + at, count]));

await addCountry(db.pool, 'ZZ', 'Zedland');
await loadRows(
  db.pool,
  'ZZ',
  rows({
    Filler: every(100_000),
    // Frequent, then not listed at all, then frequent again.
    Hazel: { 1965: 900, 1966: 800, 2018: 10, 2019: 40, 2020: 400 },
    // Its low is 50 of 1985, a quarter of what came before and after.
    Ruth: { ...every(220), 1985: 50 },
    // Never frequent before: no revival.
    Khaleesi: { 2017: 30, 2018: 300, 2019: 500, 2020: 600 },
    // As rare now as at its low, but for three times.
    Vera: { ...every(150), 1990: 60 },
    Lottie: { 1999: 25 },
    Nevaeh: { 2001: 7, 2003: null },
    Often: { 1970: 50, 1980: 50, 1990: 50 },
    Late: { 2020: 90 },
  }),
);
await addCountry(db.pool, 'AT', 'Austria');
await loadRows(
  db.pool,
  'AT',
  rows({
    Anna: { 2006: 1000, 2007: 1000, 2008: 1000, 2009: 1000, 2010: 1000, 2011: 1000 },
    Berta: { 2006: 500, 2008: 20, 2011: 500 },
  }),
  { parser: 'at_ogd' },
);
await loadRows(
  db.pool,
  'US',
  rows({
    Filler: { 1930: 1000, 1940: 1000, 1970: 1000, 2000: 1000 },
    Ada: { 1930: 90, 1970: 10, 2000: 50 },
    Ida: { 1940: 60, 1970: 10, 2000: 80 },
  }),
);
const { ask } = await openAnswers(db.pool);

async function find(kind: string, query: Record<string, string | number | boolean>) {
  const { status, body } = await ask(`/v1/statistics/${kind}`, query);
  assert.equal(status, 200, JSON.stringify(body));
  return body;
}

test('revivals: four times above the low of forty years, and as much before it', async () => {
  const { data, meta } = await find('revivals', { country: 'ZZ' });
  assert.deepEqual(
    data.map((item: Record<string, unknown>) => [item.name, item.count, item.low_count, item.peak_count]),
    [
      ['Hazel', 400, null, 900],
      ['Ruth', 220, 50, 220],
    ],
  );
  const [hazel, ruth] = data;
  assert.deepEqual([hazel.peak_year, ruth.low_year], [1965, 1985]);
  const total = 100_000 + 400 + 220 + 600 + 150 + 90;
  assert.equal(hazel.share, Math.round((400 / total) * 1e9) / 1e9);
  // Not listed, so that it had at most four births, in the years with the most births.
  const atLow = 100_000 + 220 + 150 + (hazel.low_year === 2017 ? 30 : 0);
  assert.equal(hazel.low_share, Math.round((4 / atLow) * 1e9) / 1e9);
  assert.equal(meta.total, 2);
  const [span] = meta.spans;
  assert.deepEqual([span.from, span.to, span.lists, span.denominator], [1960, 2020, 61, 'listed']);
  const former = await find('revivals', { country: 'ZZ', year: 2000, min_count: 1 });
  assert.deepEqual(
    former.data.map(({ name }: { name: string }) => name),
    ['Ruth'],
  );
  const few = await find('revivals', { country: 'ZZ', min_count: 300 });
  assert.deepEqual([few.meta.total, few.data[0].name], [1, 'Hazel']);
});

test('peaks are those of years with sound figures, or of the years asked for, and above chance', async () => {
  const names = async (query: Record<string, number>) =>
    (await find('revivals', { country: 'US', ...query })).data.map((item: Record<string, unknown>) => [
      item.name,
      item.peak_year,
    ]);
  assert.deepEqual(await names({}), [['Ida', 1940]]);
  assert.deepEqual(await names({ min_count: 70 }), []);
  assert.deepEqual(await names({ peaks_from: 1900 }), [
    ['Ida', 1940],
    ['Ada', 1930],
  ]);
});

test('no revival across a break of method', async () => {
  const { data, meta } = await find('revivals', { country: 'AT' });
  assert.deepEqual(data, []);
  const [span] = meta.spans;
  assert.deepEqual([span.from, span.to, span.breaks[0].year], [2010, 2011, 2010]);
  const before = await find('revivals', { country: 'AT', year: 2009 });
  assert.equal(before.meta.spans[0].from, 2006);
});

test('flashes: listed in one or two years of all', async () => {
  const all = { country: 'ZZ', gender: 'F' };
  const { data, meta } = await find('flashes', all);
  assert.deepEqual(data, [
    {
      name: 'Lottie',
      country: 'ZZ',
      area: 'ZZ',
      gender: 'F',
      years_listed: 1,
      first_year: 1999,
      first_count: 25,
      last_year: 1999,
      last_count: 25,
      is_open: false,
    },
  ]);
  assert.deepEqual([meta.spans[0].from, meta.spans[0].to], [1960, 2020]);
  const names = async (query: Record<string, string | number | boolean>): Promise<string[]> =>
    (await find('flashes', { ...all, ...query })).data.map(({ name }: { name: string }) => name);
  assert.deepEqual(await names({ include_open: true }), ['Late', 'Lottie']);
  assert.deepEqual(await names({ min_count: 1 }), ['Lottie', 'Nevaeh']);
  assert.deepEqual(await names({ min_count: 1, year: 2003 }), ['Nevaeh']);
  const page = await find('flashes', { ...all, min_count: 1, limit: 1 });
  const next = await find('flashes', { ...all, min_count: 1, limit: 1, cursor: page.meta.next_cursor });
  const [nevaeh] = next.data;
  assert.deepEqual([nevaeh.first_count, nevaeh.last_count, next.meta.next_cursor], [7, null, null]);
  const csv = await ask('/v1/statistics/flashes.csv', all);
  assert.match(csv.text, /\r\nLottie,ZZ,ZZ,F,1,1999,25,1999,25,false\r\n$/);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'csv-parse/sync';
import { testDatabase } from '#test/support/database.ts';
import { openAnswers } from '#test/support/names-answers.ts';
import { type FlatRow, loadRows } from '#test/support/names-data.ts';

const db = await testDatabase();
const years = Array.from({ length: 25 }, (_, at) => 1996 + at);
const row = (gender: 'F' | 'M', year: number, published: string, count: number): FlatRow => ({
  area: null,
  gender,
  year,
  published,
  count,
});
await loadRows(
  db.pool,
  'US',
  years.flatMap((year) => [
    row('F', year, 'Mary', 1000),
    row('M', year, 'John', 1000),
    row('F', year, 'Avery', 60),
    row('M', year, 'Avery', 40),
    row('F', year, 'River', 5),
    row('M', year, 'River', 6),
    // Even before the window, one-sided in it.
    row('F', year, 'Leslie', 50),
    ...(year < 2001 ? [row('M', year, 'Leslie', 50)] : []),
  ]),
);
const { ask } = await openAnswers(db.pool);

test('unisex names of the last twenty years, by use or by evenness', async () => {
  const { body } = await ask('/v1/statistics/unisex', { country: ['US'] });
  assert.deepEqual(
    body.data.map((item: Record<string, unknown>) => [
      item['name'],
      item['female_count'],
      item['male_count'],
      item['year_from'],
      item['year_to'],
      item['band'],
    ]),
    [
      ['Avery', 1200, 800, 2001, 2020, 'even'],
      ['River', 100, 120, 2001, 2020, 'even'],
    ],
  );
  assert.ok(Math.abs(body.data[0].index - 0.8) < 1e-9);
  assert.equal(body.meta.total, 2);
  assert.equal(body.meta.sources.length, 1);
  const even = await ask('/v1/statistics/unisex', { country: ['US'], sort: '-index' });
  assert.equal(even.body.data[0].name, 'River');
  const former = await ask('/v1/statistics/unisex', { country: ['US'], year_to: 2000 });
  assert.deepEqual(
    former.body.data.map(({ name, year_from }: { name: string; year_from: number }) => [name, year_from]),
    [
      ['Avery', 1996],
      ['Leslie', 1996],
    ],
  );
});

test('pages of the list lead on, and CSV has its lines', async () => {
  const first = await ask('/v1/statistics/unisex', { country: ['US'], limit: 1 });
  const cursor = first.body.meta.next_cursor as string;
  const second = await ask('/v1/statistics/unisex', { country: ['US'], limit: 1, cursor });
  assert.deepEqual([second.body.data[0].name, second.body.meta.next_cursor], ['River', null]);
  const csv = await ask('/v1/statistics/unisex.csv', { country: ['US'] });
  assert.equal(parse<{ name: string }>(csv.text, { columns: true })[1]?.name, 'River');
  await loadRows(db.pool, 'GB', [row('F', 2020, 'Mary', 5)]);
  assert.equal((await ask('/v1/statistics/unisex', { country: ['US'], limit: 1, cursor })).status, 200);
  await loadRows(db.pool, 'US', [row('F', 1990, 'Mary', 5)]);
  assert.equal((await ask('/v1/statistics/unisex', { country: ['US'], limit: 1, cursor })).status, 410);
});

test('the index of a country by year', async () => {
  const { body } = await ask('/v1/statistics/unisex/years', {
    country: ['US'],
    year_from: 2000,
    year_to: 2001,
  });
  const [before, after] = body.data;
  const even = 100 * 0.8 + 11 * (10 / 11);
  assert.equal(before.year, 2000);
  assert.ok(Math.abs(before.index - (even + 100) / 2211) < 1e-9);
  assert.ok(Math.abs(after.index - even / 2161) < 1e-9);
  assert.ok(Math.abs(after.one_sex_share - 2050 / 2161) < 1e-9);
  assert.ok(after.index_at_most > after.index);
  assert.deepEqual([after.names, after.births], [5, 2161]);
  // Of 1990 there is a list of girls alone, which tells nothing.
  const all = await ask('/v1/statistics/unisex/years', { country: ['US'] });
  assert.equal(all.body.data[0].year, 1996);
});

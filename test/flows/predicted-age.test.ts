import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testDatabase } from '#test/support/database.ts';
import { openAnswers } from '#test/support/names-answers.ts';
import { type FlatRow, loadRows } from '#test/support/names-data.ts';
import { startNamesServer } from '#test/support/names-server.ts';

const db = await testDatabase();
const row = (gender: 'F' | 'M', year: number, published: string, count: number | null): FlatRow => ({
  area: null,
  gender,
  year,
  published,
  count,
});
await loadRows(db.pool, 'US', [
  row('F', 1980, 'Ada', 1000),
  row('F', 1981, 'Ada', null),
  row('F', 1990, 'Ada', 400),
  row('F', 2000, 'Ada', 300),
  row('M', 1990, 'Ada', 100),
  row('F', 2020, 'Bea', 10),
  row('M', 2020, 'Bo', 10),
]);
const names = await startNamesServer(db);
const { ask } = await openAnswers(db.pool);
const url = '/v1/countries/US/life-table';

/** A part of `rate` dies each year, from the first on. */
function table(gender: 'F' | 'M', cohort: number, rate: number): string {
  return Array.from(
    { length: 60 },
    (_, age) => `${cohort},${gender},${age},${Math.round(1000 - 1000 * rate * age)}`,
  ).join('\n');
}

// oxlint-disable-next-line typescript/no-explicit-any
async function sendCsv(lines: string): Promise<{ status: number; body: any }> {
  const body = `cohort,gender,age,survivors\n${lines}\n`;
  const answer = await fetch(`${names.url}${url}`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'text/csv' },
  });
  return { status: answer.status, body: await answer.json() };
}

test('without a life table there is no age', async () => {
  const { body } = await ask('/v1/names/Ada/age', { country: 'US', gender: 'F' });
  assert.deepEqual([body.data.ages[0].status, body.data.ages[0].median], ['no_life_table', null]);
});

test('a table is loaded whole or not at all, and its CSV can be sent back', async () => {
  const wrong = await sendCsv('1980,F,0,1000\n1980,F,1,1001');
  assert.deepEqual(
    [wrong.status, wrong.body.error.code, wrong.body.error.details[0].line],
    [422, 'life_table_refused', 3],
  );
  const sent = await sendCsv(
    [table('F', 1980, 0.01), table('F', 1990, 0.005), table('F', 2000, 0), table('M', 1990, 0.01)].join('\n'),
  );
  assert.equal(sent.status, 200, JSON.stringify(sent.body).slice(0, 500));
  assert.deepEqual(sent.body.data, { total: 4, written: 4 });
  const former = (await names.request('GET', `${url}.csv`)).body;
  assert.match(former, /^cohort,gender,age,survivors,source\r\n1980,F,0,1000,\r\n1980,F,1,990,/);
  const again = await fetch(`${names.url}${url}`, {
    method: 'POST',
    body: former,
    headers: { 'content-type': 'text/csv' },
  });
  assert.equal(again.status, 200);
  assert.equal((await names.request('GET', url)).body.meta.total, 240);
});

test('births by survival: median, quartiles, mode, and how many are alive', async () => {
  const { status, body } = await ask('/v1/names/ada/age', {
    country: 'US',
    gender: 'F',
    as_of: 2020,
    band: 0.5,
  });
  assert.equal(status, 200);
  const [ages] = body.data.ages;
  // 1000 · 0.6, 400 · 0.85, 300 · 1
  assert.deepEqual(
    ages.histogram.map(({ age, births, alive }: Record<string, number>) => [age, births, alive]),
    [
      [20, 300, 300],
      [30, 400, 340],
      [40, 1000, 600],
    ],
  );
  assert.deepEqual(
    [ages.status, ages.alive_estimate, ages.median, ages.lower_quartile, ages.upper_quartile, ages.mode],
    ['predicted', 1240, 30, 30, 40, 40],
  );
  assert.deepEqual([ages.band_low, ages.band_high, ages.births_hidden_at_most], [30, 40, 8]);
  assert.equal(body.data.caveats.length, 3);
});

test('both sexes together, a range of ages, and years without a table', async () => {
  const both = await ask('/v1/names/Ada/age', {
    country: 'US',
    gender: 'auto',
    as_of: 2020,
    min_age: 25,
    max_age: 35,
  });
  const [ages, ...others] = both.body.data.ages;
  assert.equal(others.length, 0);
  assert.deepEqual([ages.gender, ages.births, ages.alive_estimate, ages.median], ['auto', 500, 410, 30]);
  const late = await ask('/v1/names/Bea/age', { country: 'US', gender: 'F' });
  const [bea] = late.body.data.ages;
  assert.deepEqual([bea.as_of, bea.status, bea.births_without_table], [2020, 'nobody_alive', 10]);
  const turned = await ask('/v1/names/Ada/age', { country: 'US', min_age: 40, max_age: 30 });
  assert.equal(turned.status, 400);
});

test('a table that is removed is gone from answers too', async () => {
  assert.deepEqual((await names.request('DELETE', url)).body.data, { removed: 4 });
  const { body } = await ask('/v1/names/Ada/age', { country: 'US', gender: 'F' });
  assert.equal(body.data.ages[0].status, 'no_life_table');
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testDatabase } from '#test/support/database.ts';
import { type FlatRow, loadRows } from '#test/support/names-data.ts';
import { openAnswers } from '#test/support/names-answers.ts';
import { startNamesServer } from '#test/support/names-server.ts';

const db = await testDatabase();
const row = (
  gender: 'F' | 'M',
  year: number,
  published: string,
  count: number,
  area: string | null = null,
): FlatRow => ({
  area,
  gender,
  year,
  published,
  count,
});
await loadRows(db.pool, 'US', [
  row('F', 1901, 'Merle', 91),
  row('M', 1901, 'Merle', 52),
  row('F', 1901, 'Mary', 13_000),
  row('M', 1901, 'John', 6900),
  row('F', 1902, 'Merle', 80),
  row('M', 1902, 'Merle', 80),
  row('F', 1902, 'Mary', 500, 'US-CA'),
]);
const names = await startNamesServer(db);
const { ask } = await openAnswers(db.pool);
const births = '/v1/countries/US/births';
const totals1901 = 'year,gender,births\n1901,F,239345\n1901,M,106467\n';

interface Total {
  readonly area: string;
  readonly year: number;
  readonly gender: string;
  readonly births: number;
  readonly source: string | null;
}

interface Fault {
  readonly line: number;
  readonly field: string | null;
  readonly code: string;
}

// oxlint-disable-next-line typescript/no-explicit-any
function sendCsv(method: 'PUT' | 'POST', text: string): Promise<{ status: number; body: any }> {
  return fetch(`${names.url}${births}`, { method, body: text, headers: { 'content-type': 'text/csv' } }).then(
    async (response) => ({ status: response.status, body: await response.json() }),
  );
}

test('totals are sent as CSV, answered as JSON, CSV and NDJSON, and taken back by PUT of the former', async () => {
  const first = await sendCsv('PUT', totals1901);
  assert.deepEqual(first.body.data, { total: 2, added: 2, changed: 0, removed: 0 });
  const former = (await names.request('GET', `${births}.csv`)).body;
  assert.equal(former.split('\r\n')[1], 'US,1901,F,239345,,');

  const merged = await sendCsv(
    'POST',
    'sex;year;births;area;source\nGirls;1902;300;;table 3\nF;1901;239346;US;\nF;1902;77;CA;\n',
  );
  assert.deepEqual(merged.body.data, { total: 4, added: 2, changed: 1, removed: 0 });
  const { body } = await names.request('GET', births);
  assert.deepEqual(
    body.data.map(({ area, year, gender, births: total, source }: Total) => [
      area,
      year,
      gender,
      total,
      source,
    ]),
    [
      ['US', 1901, 'F', 239_346, null],
      ['US', 1901, 'M', 106_467, null],
      ['US', 1902, 'F', 300, 'table 3'],
      ['US-CA', 1902, 'F', 77, null],
    ],
  );

  const back = await sendCsv('PUT', former);
  assert.deepEqual(back.body.data, { total: 2, added: 0, changed: 1, removed: 2 });
  assert.equal((await names.request('GET', `${births}.csv`)).body, former);
  const same = await names.request('PUT', births, (await names.request('GET', births)).body);
  assert.deepEqual(same.body.data, { total: 2, added: 0, changed: 0, removed: 0 });
});

test('a body with a wrong line changes nothing, and each of its lines says why', async () => {
  const before = (await names.request('GET', `${births}.csv`)).body;
  const { status, body } = await sendCsv(
    'PUT',
    'area,year,gender,births\nUS,1903,F,"1,000"\n,19O3,x,5\nBavaria,1903,M,7\n,1903,M,7\n,1903,Boys,8\n,1904\n',
  );
  assert.equal(status, 422);
  assert.equal(body.error.code, 'births_refused');
  assert.deepEqual(
    body.error.details.map(({ line, field, code }: Fault) => [line, field, code]),
    [
      [2, 'births', 'invalid_count'],
      [3, 'year', 'invalid_year'],
      [3, 'gender', 'invalid_gender'],
      [4, 'area', 'reference_missing'],
      [6, null, 'duplicate_in_file'],
      [7, 'gender', 'invalid_gender'],
      [7, 'births', 'invalid_count'],
    ],
  );
  assert.equal((await sendCsv('POST', 'year,births\n1901,5\n')).body.error.code, 'missing_columns');
  assert.equal((await sendCsv('POST', '')).body.error.code, 'missing_columns');
  assert.equal((await names.request('PUT', births, { data: [{ year: 1901 }] })).status, 400);
  assert.equal((await names.request('PUT', '/v1/countries/ZZ/births', { data: [] })).status, 404);
  assert.equal((await names.request('GET', `${births}.csv`)).body, before);
});

test('lists, slices and trends divide by the totals as soon as they are loaded, and not after their removal', async () => {
  const question = { country: ['US'], year: 1901, gender: 'F' };
  await sendCsv('PUT', 'year,gender,births\n');
  const listed = await ask('/v1/names', question);
  assert.deepEqual(listed.body.meta.slices[0].denominator, { kind: 'listed', value: 13_091 });
  assert.equal(listed.body.meta.slices[0].coverage, null);

  await sendCsv('PUT', totals1901);
  const { body, headers } = await ask('/v1/names', question);
  assert.notEqual(headers['etag'], listed.headers['etag']);
  assert.deepEqual(body.meta.slices[0].denominator, { kind: 'births', value: 239_345 });
  assert.equal(body.meta.slices[0].coverage, 0.054695105);
  assert.equal(body.data[0].share, 0.054314901);
  // Of 1902 there is no total: a sum over both years has listed births on both sides.
  const both = await ask('/v1/names', { country: ['US'], year_from: 1901, year_to: 1902, gender: 'F' });
  assert.equal(both.body.data[0].share, Number((13_000 / 13_171).toFixed(9)));
  const trend = await ask('/v1/names/Merle/trend', { country: ['US'], gender: 'F', to: 1901 });
  assert.equal(trend.body.data.series[0].denominator, 'births');
  assert.equal(trend.body.data.series[0].points[0].per_million, 380.2);

  await sendCsv('PUT', 'year,gender,births\n');
  assert.deepEqual((await ask('/v1/names', question)).body.meta.slices, listed.body.meta.slices);
});

test('Merle of 1901 leans male once the births of that year are loaded', async () => {
  await sendCsv('PUT', 'year,gender,births\n');
  const question = { country: ['US'], year_from: 1901, year_to: 1901 };
  const raw = await ask('/v1/names/Merle/gender', question);
  assert.equal(raw.body.data.female_probability.toFixed(3), '0.635');
  assert.equal(raw.body.data.skew_corrected, false);

  await sendCsv('PUT', totals1901);
  const { data } = (await ask('/v1/names/Merle/gender', question)).body;
  assert.equal(data.female_probability.toFixed(4), '0.4263');
  assert.equal(data.skew_corrected, true);
  assert.deepEqual([data.female_count, data.male_count], [91, 52]);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sql } from '#platform/postgres/sql.ts';
import { testDatabase } from '#test/support/database.ts';
import { NAME_PARSERS } from '#products/names/parsers/index.ts';
import { startNamesServer } from '#test/support/names-server.ts';

const KEY = '11111111-1111-4111-8111-111111111111';
const db = await testDatabase();
const names = await startNamesServer(db, {
  authorize: () => ({ keyId: KEY, name: 'admin', role: 'admin', scopes: null }),
});

const sweden = { code: 'SE', name: 'Sweden', source_url: 'https://www.scb.se/', attribution: 'SCB' };

test('the countries of the seed are there, with source and licence', async () => {
  const { status, body } = await names.request('GET', '/v1/countries');
  assert.equal(status, 200);
  assert.deepEqual(
    body.data.map(({ code }: { code: string }) => code),
    ['AU', 'CA', 'GB', 'US'],
  );
  const us = await names.request('GET', '/v1/countries/us');
  assert.equal(us.body.data.attribution, 'Social Security Administration');
  assert.match(us.body.data.created_at, /^\d{4}-\d\d-\d\dT.*Z$/);
  const byId = await names.request('GET', `/v1/countries/${us.body.data.id}`);
  assert.deepEqual(byId.body.data, us.body.data);
});

test('pages and CSV of the list', async () => {
  const first = await names.request('GET', '/v1/countries?limit=3');
  const second = await names.request('GET', `/v1/countries?limit=3&cursor=${first.body.meta.next_cursor}`);
  const codes = [...first.body.data, ...second.body.data].map(({ code }: { code: string }) => code);
  assert.deepEqual(codes, ['AU', 'CA', 'GB', 'US']);
  assert.equal(second.body.meta.next_cursor, null);
  const offset = await names.request('GET', '/v1/countries?offset=3');
  assert.equal(offset.body.data[0].code, 'US');
  const csv = await names.request('GET', '/v1/countries.csv');
  assert.match(csv.body, /^id,code,name,/);
});

test('a country is added, changed, replaced and deleted', async () => {
  const created = await names.request('POST', '/v1/countries', sweden);
  assert.equal(created.status, 201);
  const { id } = created.body.data;
  assert.equal(created.headers.get('location'), `/v1/countries/${id}`);
  assert.deepEqual([created.body.data.created_by, created.body.data.licence], [KEY, null]);
  const area = await db.pool.many('areas', sql`SELECT name, level FROM areas WHERE code = 'SE'`);
  assert.deepEqual(area, [{ name: 'Sweden', level: 0 }]);

  const patched = await names.request('PATCH', '/v1/countries/SE', { licence: 'CC0' });
  assert.deepEqual([patched.body.data.licence, patched.body.data.attribution], ['CC0', 'SCB']);
  const put = await names.request('PUT', `/v1/countries/${id}`, { code: 'SX', name: 'Sverige' });
  assert.deepEqual(
    [put.body.data.code, put.body.data.licence, put.body.data.attribution],
    ['SX', null, null],
  );
  assert.ok(put.body.data.updated_at > put.body.data.created_at);

  assert.equal((await names.request('DELETE', '/v1/countries/SX')).status, 204);
  assert.equal((await names.request('GET', `/v1/countries/${id}`)).status, 404);
  assert.equal((await names.request('DELETE', '/v1/countries/SX')).status, 404);
});

test('two countries cannot have one code', async () => {
  const again = await names.request('POST', '/v1/countries', { code: 'US', name: 'Again' });
  assert.deepEqual([again.status, again.body.error.code], [409, 'country_exists']);
  const moved = await names.request('PATCH', '/v1/countries/CA', { code: 'US' });
  assert.deepEqual([moved.status, moved.body.error.code], [409, 'country_exists']);
});

test('a country with datasets is neither deleted nor renamed', async () => {
  const dataset = await names.imported('yob1901.txt', 'Ada,F,9\n');
  const deleted = await names.request('DELETE', '/v1/countries/US');
  assert.deepEqual([deleted.status, deleted.body.error.code], [409, 'country_in_use']);
  await names.request('DELETE', `/v1/datasets/${dataset.id}`);
  assert.equal((await names.request('DELETE', '/v1/countries/US')).status, 409);
  const renamed = await names.request('PATCH', '/v1/countries/US', { code: 'UX' });
  assert.deepEqual([renamed.status, renamed.body.error.code], [409, 'country_in_use']);
  assert.equal((await names.request('PATCH', '/v1/countries/US', { name: 'USA' })).body.data.name, 'USA');
});

test('what is wrong with a country is said field by field', async () => {
  const bodies: [object, string[]][] = [
    [{}, ['code', 'name']],
    [{ code: 'swe', name: '' }, ['code', 'name']],
    [{ ...sweden, source_url: 'javascript:alert(1)' }, ['source_url']],
    [{ ...sweden, colour: 'blue' }, ['colour']],
  ];
  for (const [body, fields] of bodies) {
    const answer = await names.request('POST', '/v1/countries', body);
    assert.equal(answer.status, 400);
    const named = answer.body.error.details.map(({ field }: { field: string }) => field);
    assert.deepEqual(named.sort(), fields);
  }
  assert.equal((await names.request('PATCH', '/v1/countries/US', {})).status, 400);
  assert.equal((await names.request('GET', '/v1/countries/Sweden')).status, 400);
});

test('parsers are listed with layout, sample and licence', async () => {
  const { body } = await names.request('GET', '/v1/parsers');
  const idsOf = (data: readonly { readonly id: string }[]): string[] => data.map(({ id }) => id);
  assert.deepEqual(
    idsOf(body.data),
    NAME_PARSERS.map(({ id }) => id),
  );
  const one = await names.request('GET', '/v1/parsers/us_ssa');
  assert.deepEqual(
    one.body.data,
    body.data.find(({ id }: { id: string }) => id === 'us_ssa'),
  );
  assert.deepEqual([one.body.data.measure, one.body.data.threshold], ['births', 5]);
  const ofUs = await names.request('GET', '/v1/parsers?country=US');
  assert.deepEqual(idsOf(ofUs.body.data), ['us_nyc', 'us_ssa', 'us_ssa_state']);
  assert.equal((await names.request('GET', '/v1/parsers?country=IS')).body.data.length, 0);
  assert.equal((await names.request('GET', '/v1/parsers/none')).status, 404);
  assert.match((await names.request('GET', '/v1/parsers.csv')).body, /^id,country,name,/);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testDatabase } from '#test/support/database.ts';
import { openAnswers } from '#test/support/names-answers.ts';
import { loadRows } from '#test/support/names-data.ts';
import { startNamesServer } from '#test/support/names-server.ts';

const db = await testDatabase();
const row = { area: null, gender: 'F', year: 2020 } as const;
await loadRows(db.pool, 'US', [
  { ...row, published: 'Zoe', count: 50 },
  { ...row, published: 'Zoë', count: 30 },
]);
const names = await startNamesServer(db);
const { ask } = await openAnswers(db.pool);
const url = '/v1/name-groups';

test('a group is saved, replaced, listed with the path of its sum, and removed', async () => {
  const first = await names.request('PUT', `${url}/zoe`, { title: 'Zoe', names: ['Zoe', 'Zoë', 'ZOE'] });
  assert.deepEqual([first.status, first.body.data.names, first.body.data.note], [200, ['Zoe', 'Zoë'], null]);
  const { trend } = first.body.data;
  assert.equal(trend, '/v1/names/Zoe/trend?name=Zo%C3%AB&group=sum');
  const { pathname, searchParams } = new URL(trend, names.url);
  const sum = await ask(pathname, { ...Object.fromEntries(searchParams), gender: 'F' });
  assert.equal(sum.body.data.series[0].points[0].count, 80);

  await names.request('PUT', `${url}/zoe`, {
    title: 'Zoe and Zoey',
    names: ['Zoe', 'Zoey'],
    note: 'by sound',
  });
  await names.request('PUT', `${url}/ada`, { title: 'Ada', names: ['Ada', 'Adah'] });
  const { body } = await names.request('GET', `${url}?limit=1`);
  assert.deepEqual([body.data.length, body.data[0].slug], [1, 'ada']);
  const next = await names.request('GET', `${url}?limit=1&cursor=${body.meta.next_cursor}`);
  assert.deepEqual([next.body.data[0].note, next.body.meta.next_cursor], ['by sound', null]);
  assert.equal((await names.request('GET', `${url}/zoe`)).body.data.title, 'Zoe and Zoey');

  assert.equal((await names.request('DELETE', `${url}/zoe`)).status, 204);
  assert.equal((await names.request('GET', `${url}/zoe`)).status, 404);
  assert.equal((await names.request('DELETE', `${url}/zoe`)).status, 404);
});

test('one name in two spellings is no group, and neither are twelve names', async () => {
  const one = await names.request('PUT', `${url}/one`, { title: 'One', names: ['Zoe', ' zoe '] });
  assert.deepEqual([one.status, one.body.error.code], [400, 'invalid_request']);
  const many = Array.from({ length: 12 }, (_, at) => `Zo${'e'.repeat(at)}`);
  assert.equal((await names.request('PUT', `${url}/many`, { title: 'Many', names: many })).status, 400);
  assert.equal(
    (await names.request('PUT', `${url}/Not A Slug`, { title: 'No', names: ['A', 'B'] })).status,
    400,
  );
});

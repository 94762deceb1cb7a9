import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AppError } from '#platform/errors.ts';
import type { Caller } from '#platform/http/access-rule.ts';
import { sql } from '#platform/postgres/sql.ts';
import { craftZip } from '#test/support/crafted-zip.ts';
import { testDatabase } from '#test/support/database.ts';
import { startNamesServer } from '#test/support/names-server.ts';

const ADMIN: Caller = {
  keyId: '11111111-1111-4111-8111-111111111111',
  name: 'a',
  role: 'admin',
  scopes: null,
};
const VIEWER: Caller = { ...ADMIN, keyId: '22222222-2222-4222-8222-222222222222', role: 'viewer' };
const UPLOADER: Caller = {
  ...VIEWER,
  keyId: '33333333-3333-4333-8333-333333333333',
  scopes: ['datasets:write'],
};
const callers: Record<string, Caller> = { viewer: VIEWER, uploader: UPLOADER };

const names = await startNamesServer(await testDatabase(), {
  authorize({ rule, scope, authorization }) {
    const caller = callers[authorization ?? ''] ?? ADMIN;
    const scoped = scope !== undefined && caller.scopes?.includes(scope) === true;
    if (rule === 'admin' && caller.role !== 'admin' && !scoped) {
      throw new AppError('forbidden', 'forbidden', 'No.');
    }
    return caller;
  },
});

test('metadata is merged, names the edition and never counts', async () => {
  const dataset = await names.imported('yob1850.txt', 'Ada,F,9\n', {
    country_id: 'US',
    metadata: '{"a":1,"b":2}',
  });
  const before = await dataVersion();
  const { status, body } = await names.request('PATCH', `/v1/datasets/${dataset.id}`, {
    metadata: { b: null, edition: '1850b' },
  });
  assert.equal(status, 200);
  assert.deepEqual([body.data.metadata, body.data.edition], [{ a: 1, edition: '1850b' }, '1850b']);
  assert.ok((await dataVersion()) > before);
  const counts = await names.request('PATCH', `/v1/datasets/${dataset.id}`, { row_count: 5 });
  assert.equal(counts.status, 400);
});

test('a list is filtered, paged and written as CSV', async () => {
  const gone = await names.imported('yob1851.txt', 'Bea,F,9\n');
  await names.request('DELETE', `/v1/datasets/${gone.id}`);
  for (const year of [1852, 1853, 1854]) await names.imported(`yob${year}.txt`, 'Ada,F,9\n');
  await names.imported('yob1855.txt', 'Ada,F,9\nBad,X,1\n', { country_id: 'US', mode: 'atomic' });
  const all = (await names.request('GET', '/v1/datasets?limit=1000')).body.data;
  const walked: unknown[] = [];
  for (let path = '/v1/datasets?limit=2'; path;) {
    const page = await names.request('GET', path);
    walked.push(...page.body.data);
    path = /<(.+)>/.exec(page.headers.get('link') ?? '')?.[1] ?? '';
  }
  assert.deepEqual(walked, all);
  const count = async (query: string): Promise<number> =>
    (await names.request('GET', `/v1/datasets?limit=1000&${query}`)).body.data.length;
  assert.equal(await count('country=us'), all.length);
  assert.equal(await count('country=GB'), 0);
  assert.equal(
    await count('status=failed'),
    all.filter(({ status }: { status: string }) => status === 'failed').length,
  );
  assert.equal(await count('parser=us_ssa_state'), 0);
  assert.equal(await count('deleted=true'), 1);
  const csv = await names.request('GET', '/v1/datasets.csv?limit=1000');
  assert.match(csv.body, /^id,country,filename,/);
});

test('slices and errors are paged; a cursor of a former reading is gone', async () => {
  const good = Array.from('abcdefghi', (letter) => `B${letter},M,8\n`).join('');
  const bad = Array.from('abcdefg', (letter) => `N${letter},X,5\n`).join('');
  const zip = craftZip([
    { name: 'yob1861.txt', data: `Ada,F,9\n${good}${bad}` },
    { name: 'yob1862.txt', data: 'Ada,F,9\n' },
  ]);
  const dataset = await names.imported('c.zip', zip);
  const slices = await names.request('GET', `/v1/datasets/${dataset.id}/slices?limit=2`);
  const rest = await names.request(
    'GET',
    `/v1/datasets/${dataset.id}/slices?cursor=${slices.body.meta.next_cursor}`,
  );
  const key = ({ year_from, gender }: { year_from: number; gender: string }) => `${year_from}${gender}`;
  assert.deepEqual([...slices.body.data, ...rest.body.data].map(key), ['1861F', '1861M', '1862F']);
  const errors = await names.request('GET', `/v1/datasets/${dataset.id}/errors?limit=2`);
  await names.request('POST', `/v1/datasets/${dataset.id}/reprocess`);
  await names.settled(dataset.id);
  for (const [path, cursor] of [
    ['slices', slices.body.meta.next_cursor],
    ['errors', errors.body.meta.next_cursor],
  ]) {
    const late = await names.request('GET', `/v1/datasets/${dataset.id}/${path}?cursor=${cursor}`);
    assert.deepEqual([late.status, late.body.error.code], [410, 'cursor_expired']);
  }
});

test('the file comes whole, in ranges, or not at all when it is known', async () => {
  const text = 'Ada,F,9\nBo,M,8\n';
  const dataset = await names.imported('yob1870.txt', text);
  const path = `/v1/datasets/${dataset.id}/file`;
  const get = (headers: Record<string, string>) => names.request('GET', path, undefined, headers);
  const whole = await get({});
  assert.deepEqual([whole.body, whole.headers.get('content-length')], [text, String(text.length)]);
  for (const [range, status, body, contentRange] of [
    ['bytes=2-5', 206, text.slice(2, 6), 'bytes 2-5/15'],
    ['bytes=10-', 206, text.slice(10), 'bytes 10-14/15'],
    ['bytes=-4', 206, text.slice(-4), 'bytes 11-14/15'],
    ['bytes=15-', 416, '', 'bytes */15'],
    ['bytes=0-1,3-4', 200, text, null],
    ['lines=1-2', 200, text, null],
  ] as const) {
    const answer = await get({ range });
    assert.deepEqual(
      [answer.status, answer.body, answer.headers.get('content-range')],
      [status, body, contentRange],
      range,
    );
  }
  const etag = whole.headers.get('etag') ?? '';
  assert.equal((await get({ 'if-none-match': etag })).status, 304);
  assert.equal((await get({ range: 'bytes=2-5', 'if-range': etag })).status, 206);
  assert.equal((await get({ range: 'bytes=2-5', 'if-range': '"other"' })).status, 200);
});

test('events of a dataset are those of its job and end with it', async () => {
  const dataset = await names.imported('yob1880.txt', 'Ada,F,9\n');
  const response = await fetch(`${names.url}/v1/datasets/${dataset.id}/events`);
  assert.match(response.headers.get('content-type') ?? '', /^text\/event-stream/);
  const text = await response.text();
  assert.match(text, /"status":"completed"/);
  const id = /id: (.+)/.exec(text)?.[1] ?? '';
  const again = await fetch(`${names.url}/v1/datasets/${dataset.id}/events`, {
    headers: { 'last-event-id': id },
  });
  assert.equal(again.status, 204);
});

test('who uploaded a dataset sees it and admins do; others do not learn that it is there', async () => {
  const form = new FormData();
  form.set('file', new Blob(['Ada,F,9\n']), 'yob1890.txt');
  const headers = { authorization: 'uploader' };
  const response = await fetch(`${names.url}/v1/datasets`, { method: 'POST', body: form, headers });
  assert.equal(response.status, 202);
  const { data } = (await response.json()) as { data: { dataset_id: string } };
  const dataset = await names.settled(data.dataset_id);
  assert.equal(dataset.uploaded_by, UPLOADER.keyId);

  const as = (name: string, method: string, path: string) =>
    names.request(method, path, undefined, { authorization: name });
  const own = await as('uploader', 'GET', '/v1/datasets');
  assert.deepEqual(
    own.body.data.map(({ id }: { id: string }) => id),
    [dataset.id],
  );
  assert.deepEqual((await as('viewer', 'GET', '/v1/datasets')).body.data, []);
  for (const path of ['', '/slices', '/errors', '/file', '/events']) {
    assert.equal((await as('viewer', 'GET', `/v1/datasets/${dataset.id}${path}`)).status, 404, path);
  }
  assert.equal((await as('viewer', 'DELETE', `/v1/datasets/${dataset.id}`)).status, 403);
  assert.equal((await as('uploader', 'DELETE', `/v1/datasets/${dataset.id}`)).status, 200);
});

async function dataVersion(): Promise<number> {
  const row = await names.pool.maybeOne<{ version: string }>(
    'version',
    sql`SELECT version FROM data_versions v JOIN countries c ON c.no = v.country_no WHERE c.code = 'US'`,
  );
  return Number(row?.version);
}

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'csv-parse/sync';
import { testDatabase } from '#test/support/database.ts';
import { openAnswers } from '#test/support/names-answers.ts';
import { loadRows, publishAgain } from '#test/support/names-data.ts';

const db = await testDatabase();
const rows = [
  { published: 'Zoë', count: 30 },
  { published: "O'Neil", count: 20 },
  { published: 'Anna, "Ann"', count: 20 },
].map((row) => ({ ...row, area: null, gender: 'F' as const, year: 2000 }));
const dataset = await loadRows(db.pool, 'US', rows);
const { ask } = await openAnswers(db.pool);
const question = { country: ['US'], year: 2000, gender: 'F' };

test('a list is the same as JSON, CSV and NDJSON, by path and by Accept', async () => {
  const { body } = await ask('/v1/names', question);
  for (const [path, accept] of [
    ['/v1/names.csv', '*/*'],
    ['/v1/names', 'text/csv'],
  ] as const) {
    const csv = await ask(path, question, { accept });
    assert.match(csv.headers['content-type'] ?? '', /^text\/csv; charset=utf-8/);
    const [header, ...lines] = parse(csv.text, { bom: true });
    for (const property of Object.keys(body.data[0])) assert.ok(header?.includes(property), property);
    assert.deepEqual(
      lines,
      body.data.map((item: Record<string, string | number | null>) =>
        header?.map((column) => String(item[column] ?? '')),
      ),
    );
  }
  for (const [path, accept] of [
    ['/v1/names.ndjson', '*/*'],
    ['/v1/names', 'application/x-ndjson'],
  ] as const) {
    const ndjson = await ask(path, question, { accept });
    assert.deepEqual(
      ndjson.text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
      body.data,
    );
  }
});

test('pages of CSV go on by their link', async () => {
  const first = await ask('/v1/names.csv', { ...question, limit: 2 });
  const next = /<([^>]+)>; rel="next"/.exec(first.headers['link'] ?? '')?.[1] ?? '';
  const [path = '', query = ''] = next.split('?');
  assert.equal(path, '/v1/names.csv');
  const { cursor, ...parameters } = Object.fromEntries(new URLSearchParams(query));
  const second = await ask(path, { ...parameters, cursor });
  assert.match(second.text, /O'Neil/);
  assert.equal(second.headers['link'], undefined);
});

test('an answer that a client has is not sent again, until the numbers change', async () => {
  const paths = [
    '/v1/names',
    '/v1/names/Zoë/trend',
    '/v1/names/Zoë',
    '/v1/names/Zoë/gender',
    '/v1/names/search',
  ];
  for (const path of paths.map(encodeURI)) {
    const parameters = path.endsWith('search') ? { q: 'zoe' } : { country: ['US'] };
    const { etag = '', 'cache-control': caching } = (await ask(path, parameters)).headers;
    assert.match(etag, /^"[^"]+"$/);
    assert.match(caching ?? '', /max-age=/);
    const unchanged = await ask(path, parameters, { 'if-none-match': etag });
    assert.deepEqual([unchanged.status, unchanged.text, unchanged.headers.etag], [304, '', etag]);
    await publishAgain(db.pool, dataset);
    const changed = await ask(path, parameters, { 'if-none-match': etag });
    assert.equal(changed.status, 200);
    assert.notEqual(changed.headers.etag, etag);
  }
});

test('formats and questions have tags of their own', async () => {
  const tags = await Promise.all([
    ask('/v1/names', question),
    ask('/v1/names.csv', question),
    ask('/v1/names.ndjson', question),
    ask('/v1/names', { ...question, offset: 1 }),
    ask('/v1/names', { ...question, limit: 2 }),
    ask('/v1/names', { ...question, prefix: 'z' }),
  ]);
  assert.equal(new Set(tags.map(({ headers }) => headers['etag'])).size, tags.length);
});

for (const [refused, code, status] of [
  [{ year: 2000, year_from: 1990 }, 'invalid_request', 400],
  [{ year_from: 2001, year_to: 2000 }, 'invalid_request', 400],
  [{ sort: 'year' }, 'invalid_request', 400],
  [{ sort: 'births' }, 'invalid_request', 400],
  [{ limit: 1001 }, 'invalid_request', 400],
  [{ country: ['XX'] }, 'country_unknown', 404],
  [{ area: 'Atlantis' }, 'area_unknown', 404],
  [{ cursor: 'abc' }, 'invalid_cursor', 400],
] as const) {
  test(`${JSON.stringify(refused)} is refused as ${code}`, async () => {
    const answer = await ask('/v1/names', refused);
    assert.deepEqual([answer.status, answer.body.error.code], [status, code]);
  });
}

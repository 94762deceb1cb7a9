import assert from 'node:assert/strict';
import { test } from 'node:test';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { type IncomingMessage, request as httpRequest } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { Type } from 'typebox';
import { isUnchanged, sendUnchanged, strongEtag } from '#platform/http/etag.ts';
import { registerList } from '#platform/http/list-formats.ts';
import { cursorFormat, pagingParameters } from '#platform/http/paging.ts';
import { Nullable } from '#platform/http/schemas.ts';
import type { HttpServer } from '#platform/http/server.ts';
import { serverOptions, startServer } from '#test/support/http-server.ts';

const Cursor = cursorFormat(Type.Object({ after: Type.Integer({ minimum: 0 }) }));
const TOTAL = 250;

function listRoutes(app: HttpServer): void {
  registerList(app, {
    url: '/v1/names',
    config: { access: 'public' },
    summary: 'Names',
    tags: ['names'],
    query: Type.Object({ ...pagingParameters, note: Type.Optional(Type.String()) }),
    item: Type.Object({
      name: Type.String(),
      rank: Nullable(Type.Integer()),
      note: Nullable(Type.String()),
      tags: Type.Array(Type.String()),
    }),
    meta: Type.Object({ total: Type.Integer(), next_cursor: Nullable(Type.String()) }),
    async find({ query: { limit, cursor, offset = 0, note = null }, format, request, reply }) {
      const etag = strongEtag(7, request.url, format);
      if (isUnchanged(request, reply, { etag, maxAgeSeconds: 60, scope: 'public' })) return undefined;
      const start = cursor === undefined ? offset : Cursor.decode(cursor).after;
      const data = Array.from({ length: Math.min(limit, TOTAL - start) }, (_, index) => ({
        name: `Zoé ${start + index}`,
        rank: index === 0 ? null : start + index,
        note,
        tags: ['a', 'b'],
        secret: 'not in the schema',
      }));
      const end = start + data.length;
      return {
        data,
        meta: { total: TOTAL, next_cursor: end < TOTAL ? Cursor.encode({ after: end }) : null },
      };
    },
  });
  app.get('/v1/small', { config: { access: 'public' } }, (request, reply) => {
    const etag = strongEtag('small');
    if (isUnchanged(request, reply, { etag, maxAgeSeconds: 0, scope: 'private' }))
      return sendUnchanged(reply);
    return { ok: true };
  });
}

interface NamePage {
  data: { name: string; rank: number | null }[];
  meta: { total: number; next_cursor: string | null };
}

test('a list is JSON, CSV or NDJSON, by path and by Accept', async (t) => {
  const { url } = await startServer(t, listRoutes);
  const get = async (path: string, accept?: string): Promise<[string | null, string]> => {
    const response = await fetch(
      `${url}${path}?limit=2`,
      accept === undefined ? {} : { headers: { accept } },
    );
    assert.equal(response.status, 200);
    return [response.headers.get('content-type'), await response.text()];
  };
  const json =
    '{"data":[{"name":"Zoé 0","rank":null,"note":null,"tags":["a","b"]},{"name":"Zoé 1","rank":1,"note":null,"tags":["a","b"]}],' +
    `"meta":{"total":250,"next_cursor":"${Cursor.encode({ after: 2 })}"}}`;
  const csv = 'name,rank,note,tags\r\nZoé 0,,,"[""a"",""b""]"\r\nZoé 1,1,,"[""a"",""b""]"\r\n';

  assert.deepEqual(await get('/v1/names'), ['application/json; charset=utf-8', json]);
  assert.deepEqual(await get('/v1/names', 'text/html, */*;q=0.1'), ['application/json; charset=utf-8', json]);
  assert.deepEqual(await get('/v1/names.csv'), ['text/csv; charset=utf-8', csv]);
  assert.deepEqual(await get('/v1/names', 'application/json;q=0.5, text/csv'), [
    'text/csv; charset=utf-8',
    csv,
  ]);
  for (const [type, text] of [
    await get('/v1/names.ndjson'),
    await get('/v1/names', 'application/x-ndjson'),
  ]) {
    assert.equal(type, 'application/x-ndjson; charset=utf-8');
    const lines = text.trimEnd().split('\n');
    assert.deepEqual(
      lines.map((line) => (JSON.parse(line) as { name: string }).name),
      ['Zoé 0', 'Zoé 1'],
    );
  }
});

test('text that a spreadsheet would run as a formula is made harmless in CSV, not in JSON', async (t) => {
  const { url } = await startServer(t, listRoutes);
  const note = '=cmd|" /C calc"!A0';
  const query = `limit=1&note=${encodeURIComponent(note)}`;
  const csv = await (await fetch(`${url}/v1/names.csv?${query}`)).text();
  assert.match(csv, /,"'=cmd\|"" \/C calc""!A0",/);
  assert.ok((await (await fetch(`${url}/v1/names?${query}`)).text()).includes(JSON.stringify(note)));
});

test('walking all pages by Link gives each item once', async (t) => {
  const { url } = await startServer(t, listRoutes);
  const seen: string[] = [];
  for (let path: string | undefined = '/v1/names?limit=100'; path !== undefined;) {
    const response = await fetch(`${url}${path}`);
    const page = (await response.json()) as NamePage;
    seen.push(...page.data.map(({ name }) => name));
    path = /<(.+)>; rel="next"/.exec(response.headers.get('link') ?? '')?.[1];
  }
  assert.deepEqual(
    seen,
    Array.from({ length: TOTAL }, (_, index) => `Zoé ${index}`),
  );
});

test('a cursor of another list, a limit of 1001 and a negative offset are refused', async (t) => {
  const { url } = await startServer(t, listRoutes);
  const foreign = Buffer.from('{"after":-1}').toString('base64url');
  for (const [query, code] of [
    [`cursor=${foreign}`, 'invalid_cursor'],
    ['cursor=%00', 'invalid_cursor'],
    ['limit=1001', 'invalid_request'],
    ['limit=0', 'invalid_request'],
    ['offset=-1', 'invalid_request'],
  ]) {
    const response = await fetch(`${url}/v1/names?${query}`);
    assert.equal(response.status, 400, query);
    assert.equal(((await response.json()) as { error: { code: string } }).error.code, code);
  }
});

/** `fetch` takes encodings off by itself, so this one does not. */
async function getRaw(url: string, headers: Record<string, string>) {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  httpRequest(url, { headers }, resolve).on('error', reject).end();
  const response = await promise;
  return { status: response.statusCode, headers: response.headers, body: await buffer(response) };
}

test('long answers are compressed as the client likes, and each form has its own strong tag', async (t) => {
  const cors = { ...serverOptions().cors, origins: ['https://app.example'] };
  const { url } = await startServer(t, listRoutes, { cors });
  const plain = await getRaw(`${url}/v1/names`, {});
  const gzip = await getRaw(`${url}/v1/names`, { 'accept-encoding': 'gzip' });
  const br = await getRaw(`${url}/v1/names`, { 'accept-encoding': 'gzip, br' });
  assert.equal(gzip.headers['content-encoding'], 'gzip');
  assert.equal(br.headers['content-encoding'], 'br');
  assert.deepEqual(gunzipSync(gzip.body), plain.body);
  assert.deepEqual(brotliDecompressSync(br.body), plain.body);

  const tags = [plain, gzip, br].map(({ headers }) => headers.etag ?? '');
  assert.equal(new Set(tags).size, 3);
  for (const tag of tags) assert.match(tag, /^"[\w-]+"$/);
  for (const answer of [plain, gzip, br]) {
    assert.equal(answer.headers['cache-control'], 'public, max-age=60');
    assert.equal(answer.headers.vary, 'Origin, accept, accept-encoding');
  }
  const small = await getRaw(`${url}/v1/small`, { 'accept-encoding': 'gzip, br' });
  assert.equal(small.headers['content-encoding'], undefined);
});

test('where a key is asked for, no cache that others share may keep an answer', async (t) => {
  const { url } = await startServer(t, listRoutes, { publicRead: false });
  const { headers } = await getRaw(`${url}/v1/names`, {});
  assert.equal(headers['cache-control'], 'private, max-age=60');
});

test('a client that has the answer already gets 304 and no body', async (t) => {
  const { url } = await startServer(t, listRoutes);
  for (const [path, encoding] of [
    ['/v1/names', 'identity'],
    ['/v1/names', 'gzip'],
    ['/v1/names.csv', 'br'],
    ['/v1/small', 'gzip'],
  ] as const) {
    const first = await getRaw(`${url}${path}`, { 'accept-encoding': encoding });
    const tag = first.headers.etag ?? '';
    const again = await getRaw(`${url}${path}`, {
      'accept-encoding': encoding,
      'if-none-match': `"other", W/${tag}`,
    });
    assert.equal(again.status, 304, path);
    assert.equal(again.headers.etag, tag);
    assert.equal(again.body.length, 0);
    const other = await getRaw(`${url}${path}`, { 'if-none-match': '"other"' });
    assert.equal(other.status, 200);
  }
});

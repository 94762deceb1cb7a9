import assert from 'node:assert/strict';
import { before, test, type TestContext } from 'node:test';
import { ensureAdminKey } from '#engine/access/admin-key.ts';
import { newApiKey } from '#engine/access/api-key.ts';
import { apiKeyRoutes } from '#engine/access/api-keys.route.ts';
import { createAuthorize } from '#engine/access/authorize.ts';
import { createLogger } from '#platform/observability/log.ts';
import { sql } from '#platform/postgres/sql.ts';
import { type TestDatabase, testDatabase } from '#test/support/database.ts';
import { exampleRequests } from '#test/support/examples.ts';
import { startServer } from '#test/support/http-server.ts';

let database: TestDatabase;
let adminKey: string;

before(async () => {
  database = await testDatabase();
  adminKey = newApiKey().text;
  await ensureAdminKey(database.pool, { bootstrapKey: adminKey });
});

interface Api {
  call(method: string, path: string, key?: string, body?: unknown): Promise<Response>;
}

async function startApi(t: TestContext, publicRead = true, lines: string[] = []): Promise<Api> {
  const log = createLogger({
    level: 'debug',
    format: 'json',
    destination: { write: (line) => void lines.push(line) },
  });
  const { url } = await startServer(
    t,
    (app) => {
      app.register(apiKeyRoutes(database.pool));
      app.get('/v1/open', { config: { access: 'public' } }, ({ caller }) => caller);
      app.get('/v1/figures', { config: { access: 'public_read' } }, ({ caller }) => caller);
      app.get('/v1/mine', { config: { access: 'viewer' } }, ({ caller }) => caller);
      app.post('/v1/files', { config: { access: 'admin', scope: 'datasets:write' } }, ({ caller }) => caller);
    },
    { log, publicRead, authorize: createAuthorize(database.pool, { publicRead, log }) },
  );
  return {
    call: (method, path, key, body) =>
      fetch(`${url}${path}`, {
        method,
        headers: {
          ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
  };
}

interface CreatedKey {
  data: { id: string; key: string; role: string; created_by: string | null; last_used_at: string | null };
}

async function createKey(api: Api, body: object): Promise<CreatedKey['data']> {
  const response = await api.call('POST', '/v1/api-keys', adminKey, body);
  assert.equal(response.status, 201);
  return ((await response.json()) as CreatedKey).data;
}

async function codeOf(response: Response): Promise<string> {
  return ((await response.json()) as { error: { code: string } }).error.code;
}

test('each role opens what its rule says', async (t) => {
  const api = await startApi(t);
  const viewer = (await createKey(api, { name: 'viewer', role: 'viewer' })).key;
  const writer = (await createKey(api, { name: 'writer', role: 'viewer', scopes: ['datasets:write'] })).key;
  const narrow = (await createKey(api, { name: 'narrow', role: 'admin', scopes: ['tasks:write'] })).key;
  const table: [method: string, path: string, statuses: Record<string, number>][] = [
    ['GET', '/v1/open', { none: 200, viewer: 200, writer: 200, narrow: 200, admin: 200 }],
    ['GET', '/v1/figures', { none: 200, viewer: 200, writer: 200, narrow: 200, admin: 200 }],
    ['GET', '/v1/mine', { none: 401, viewer: 200, writer: 200, narrow: 200, admin: 200 }],
    ['POST', '/v1/files', { none: 401, viewer: 403, writer: 200, narrow: 403, admin: 200 }],
    ['GET', '/v1/api-keys', { none: 401, viewer: 403, writer: 403, narrow: 403, admin: 200 }],
  ];
  const keys: Record<string, string | undefined> = {
    none: undefined,
    viewer,
    writer,
    narrow,
    admin: adminKey,
  };
  for (const [method, path, statuses] of table) {
    for (const [who, status] of Object.entries(statuses)) {
      assert.equal((await api.call(method, path, keys[who])).status, status, `${who} ${method} ${path}`);
    }
  }
});

test('without PUBLIC_READ the figures take a key', async (t) => {
  const api = await startApi(t, false);
  assert.equal((await api.call('GET', '/v1/figures')).status, 401);
  assert.equal((await api.call('GET', '/v1/figures', adminKey)).status, 200);
  assert.equal((await api.call('GET', '/v1/open')).status, 200);
});

test('every way of not being let in has its code', async (t) => {
  const api = await startApi(t);
  const expired = await createKey(api, {
    name: 'short-lived',
    role: 'viewer',
    expires_at: '2999-01-01T00:00:00Z',
  });
  await database.pool.run('test', sql`UPDATE api_keys SET expires_at = now() WHERE id = ${expired.id}`);
  const almost = `${adminKey.slice(0, -1)}${adminKey.endsWith('A') ? 'B' : 'A'}`;
  const cases: [header: string | undefined, code: string][] = [
    [undefined, 'missing_authorization'],
    ['Basic abc', 'invalid_authorization'],
    ['Bearer', 'invalid_authorization'],
    ['Bearer a b', 'invalid_authorization'],
    ['Bearer nonsense', 'invalid_token'],
    [`Bearer ${newApiKey().text}`, 'invalid_token'],
    [`Bearer ${almost}`, 'invalid_token'],
    [`Bearer ${expired.key}`, 'invalid_token'],
  ];
  const { url } = await startServer(
    t,
    (app) => {
      app.get('/v1/mine', { config: { access: 'viewer' } }, () => 'in');
    },
    {
      authorize: createAuthorize(database.pool, {
        publicRead: true,
        log: createLogger({ level: 'silent', format: 'json' }),
      }),
    },
  );
  for (const [authorization, code] of cases) {
    const response = await fetch(
      `${url}/v1/mine`,
      authorization === undefined ? {} : { headers: { authorization } },
    );
    assert.equal(response.status, 401, code);
    assert.equal(response.headers.get('www-authenticate'), 'Bearer');
    assert.equal(await codeOf(response), code);
  }
});

test('a key is shown once, kept as a hash only, never logged, and refused once revoked', async (t) => {
  const lines: string[] = [];
  const api = await startApi(t, true, lines);
  const created = await createKey(api, { name: 'once', role: 'viewer' });
  const secret = created.key.slice('ak_12345678_'.length);
  assert.equal((await api.call('GET', '/v1/mine', created.key)).status, 200);

  const list = await (await api.call('GET', '/v1/api-keys?limit=1000', adminKey)).text();
  assert.match(list, new RegExp(created.id));
  assert.doesNotMatch(list, /hash/);
  const table = await database.pool.maybeOne<{ text: string }>(
    'test',
    sql`SELECT string_agg(api_keys::text, ' ') AS text FROM api_keys`,
  );
  for (const place of [list, table?.text ?? '', lines.join('\n')]) assert.ok(!place.includes(secret));

  assert.equal((await api.call('DELETE', `/v1/api-keys/${created.id}`, adminKey)).status, 204);
  assert.equal(await codeOf(await api.call('GET', '/v1/mine', created.key)), 'invalid_token');
  assert.equal((await api.call('DELETE', `/v1/api-keys/${created.id}`, adminKey)).status, 204);
  const unknown = await api.call('DELETE', '/v1/api-keys/00000000-0000-4000-8000-000000000000', adminKey);
  assert.equal(unknown.status, 404);
});

test('who made a key and when it was used last is recorded', async (t) => {
  const api = await startApi(t);
  const created = await createKey(api, { name: 'used', role: 'viewer' });
  const admin = (await (await api.call('GET', '/v1/mine', adminKey)).json()) as { keyId: string };
  assert.equal(created.created_by, admin.keyId);
  assert.equal(created.last_used_at, null);
  await api.call('GET', '/v1/mine', created.key);
  const usedAt = async (): Promise<Date | null | undefined> =>
    (
      await database.pool.maybeOne<{ last_used_at: Date | null }>(
        'test',
        sql`SELECT last_used_at FROM api_keys WHERE id = ${created.id}`,
      )
    )?.last_used_at;
  // It is noted beside the request, so it may come a moment later.
  const deadline = Date.now() + 60_000;
  while (!(await usedAt()) && Date.now() < deadline) await new Promise(setImmediate);
  assert.ok(await usedAt());
});

test('keys are listed page by page, each once, also as CSV', async (t) => {
  const api = await startApi(t);
  for (let n = 0; n < 5; n += 1) await createKey(api, { name: `=page ${n}`, role: 'viewer' });
  const ids: string[] = [];
  for (let path: string | null = '/v1/api-keys?limit=2'; path !== null;) {
    const response = await api.call('GET', path, adminKey);
    const { data, meta } = (await response.json()) as {
      data: { id: string }[];
      meta: { next_cursor: string | null };
    };
    ids.push(...data.map(({ id }) => id));
    const link = /<(.+)>; rel="next"/.exec(response.headers.get('link') ?? '')?.[1] ?? null;
    assert.equal(link === null, meta.next_cursor === null);
    path = link;
  }
  const total = await database.pool.maybeOne<{ count: number }>(
    'test',
    sql`SELECT count(*)::int FROM api_keys`,
  );
  assert.equal(ids.length, total?.count);
  assert.equal(new Set(ids).size, ids.length);

  const csv = await api.call('GET', '/v1/api-keys.csv?limit=1', adminKey);
  assert.equal(csv.headers.get('content-type'), 'text/csv; charset=utf-8');
  const [heading, row] = (await csv.text()).split('\r\n');
  assert.equal(heading?.split(',').slice(0, 3).join(), 'id,key_id,name');
  assert.match(row ?? '', /,'=page 4,viewer,/);
  const forged = Buffer.from('{"created_at":"x","id":"y"}').toString('base64url');
  assert.equal(
    await codeOf(await api.call('GET', `/v1/api-keys?cursor=${forged}`, adminKey)),
    'invalid_cursor',
  );
});

test('nobody makes a key with more rights than their own', async (t) => {
  const api = await startApi(t);
  const { key } = await createKey(api, {
    name: 'clerk',
    role: 'viewer',
    scopes: ['keys:admin', 'tasks:write'],
  });
  const attempt = async (body: object): Promise<number> =>
    (await api.call('POST', '/v1/api-keys', key, { name: 'child', ...body })).status;
  assert.equal(await attempt({ role: 'admin' }), 403);
  assert.equal(await attempt({ role: 'admin', scopes: ['tasks:write'] }), 403);
  assert.equal(await attempt({ role: 'viewer' }), 403);
  assert.equal(await attempt({ role: 'viewer', scopes: ['datasets:write'] }), 403);
  assert.equal(await attempt({ role: 'viewer', scopes: ['tasks:write'] }), 201);
});

test('the example of every operation in openapi.json works', async (t) => {
  const log = createLogger({ level: 'silent', format: 'json' });
  const { url } = await startServer(
    t,
    (app) => {
      app.register(apiKeyRoutes(database.pool));
    },
    { authorize: createAuthorize(database.pool, { publicRead: true, log }) },
  );
  const requests = await exampleRequests(url, adminKey);
  assert.deepEqual(
    requests.map(({ title }) => title),
    [
      'POST /v1/api-keys',
      'GET /v1/api-keys',
      'GET /v1/api-keys.csv',
      'GET /v1/api-keys.ndjson',
      'DELETE /v1/api-keys/{id}',
    ],
  );
  for (const { title, example, path, init } of requests) {
    const response = await fetch(`${url}${path}`, init);
    if (example?.status === undefined) assert.ok(response.ok, `${title}: ${response.status}`);
    else assert.equal(response.status, example.status, title);
  }
});

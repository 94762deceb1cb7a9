import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Type } from 'typebox';
import { AppError } from '#platform/errors.ts';
import type { HttpServer } from '#platform/http/server.ts';
import { createHttpServer } from '#platform/http/server.ts';
import { OneOf } from '#platform/http/schemas.ts';
import { serverOptions, startServer } from '#test/support/http-server.ts';

interface Envelope {
  error: {
    code: string;
    message: string;
    details?: { field: string; message: string }[];
    request_id: string;
  };
}

const config = { access: 'public' } as const;

function sampleRoutes(app: HttpServer): void {
  app.get(
    '/v1/things',
    {
      config,
      schema: {
        querystring: Type.Object({
          year: Type.Optional(Type.Integer({ minimum: 1800 })),
          gender: Type.Optional(OneOf(['F', 'M'])),
          country: Type.Optional(Type.Array(Type.String({ minLength: 2 }))),
          sort: Type.Optional(Type.Union([Type.Literal('name'), Type.Literal('-name')])),
          exact: Type.Boolean({ default: false }),
        }),
      },
    },
    ({ query }) => query,
  );
  app.post(
    '/v1/things',
    { config, schema: { body: Type.Object({ items: Type.Array(Type.Object({ count: Type.Integer() })) }) } },
    ({ body }) => body,
  );
  app.get('/v1/things/:id', { config }, () => {
    throw new AppError('conflict', 'thing_busy', 'Wait for it.', { thing: 7 });
  });
  app.get('/v1/bug', { config }, () => {
    throw new Error('secret detail at /some/path');
  });
  app.get('/v1/outage', { config }, () => {
    throw Object.assign(new Error('connect ECONNREFUSED 10.0.0.1:5432'), { code: 'ECONNREFUSED' });
  });
}

async function envelope(response: Response): Promise<Envelope['error']> {
  assert.match(response.headers.get('content-type') ?? '', /^application\/json/);
  const { error } = (await response.json()) as Envelope;
  assert.equal(error.request_id, response.headers.get('x-request-id'));
  return error;
}

test('words of a query become numbers, lists and booleans; nothing is bent that does not fit', async (t) => {
  const { url } = await startServer(t, sampleRoutes);
  const get = async (query: string): Promise<unknown> => (await fetch(`${url}/v1/things?${query}`)).json();
  assert.deepEqual(await get('year=2020&country=US'), { year: 2020, country: ['US'], exact: false });
  assert.deepEqual(await get('country=US&country=GB&exact=true'), { country: ['US', 'GB'], exact: true });
  for (const wrong of ['year=12.5', 'year=', 'year=abc', 'year=2020&year=2021', 'exact=yes', 'country=U']) {
    assert.equal((await fetch(`${url}/v1/things?${wrong}`)).status, 400, wrong);
  }
});

test('a validation error names every field, unknown ones too', async (t) => {
  const { url } = await startServer(t, sampleRoutes);
  const response = await fetch(`${url}/v1/things?year=1700&gender=X&sort=size&yaer=2020`);
  assert.equal(response.status, 400);
  const { code, details = [] } = await envelope(response);
  assert.equal(code, 'invalid_request');
  assert.deepEqual(Object.fromEntries(details.map(({ field, message }) => [field, message])), {
    year: 'must be >= 1800',
    gender: 'must be one of F, M',
    sort: 'must be one of name, -name',
    yaer: 'yaer is not known here',
  });
});

test('a JSON body is taken as it is, not converted', async (t) => {
  const { url } = await startServer(t, sampleRoutes);
  const post = (body: string, type = 'application/json'): Promise<Response> =>
    fetch(`${url}/v1/things`, { method: 'POST', body, headers: { 'content-type': type } });
  assert.equal((await post('{"items":[{"count":1}]}')).status, 200);
  const wrong = await envelope(await post('{"items":[{"count":"1"},{"count":2},{}],"other":1}'));
  assert.deepEqual(
    wrong.details?.map(({ field }) => field),
    ['other', 'items[0].count', 'items[2].count'],
  );
  assert.equal((await envelope(await post('{"items":'))).code, 'invalid_request');
  const type = await post('<a/>', 'application/xml');
  assert.equal(type.status, 415);
  assert.equal((await envelope(type)).code, 'unsupported_media_type');
  const large = await post(`"${'x'.repeat(5 * 1024 * 1024)}"`);
  assert.equal(large.status, 413);
  assert.equal((await envelope(large)).code, 'file_too_large');
});

test('expected errors keep their code and details, bugs show nothing, outages ask to come back', async (t) => {
  const { url } = await startServer(t, sampleRoutes);
  const busy = await fetch(`${url}/v1/things/7`);
  assert.equal(busy.status, 409);
  assert.deepEqual(
    { ...(await envelope(busy)), request_id: '' },
    { code: 'thing_busy', message: 'Wait for it.', details: { thing: 7 }, request_id: '' },
  );

  const bug = await fetch(`${url}/v1/bug`);
  assert.equal(bug.status, 500);
  assert.doesNotMatch(await bug.text(), /secret|path/);

  const outage = await fetch(`${url}/v1/outage`);
  assert.equal(outage.status, 503);
  assert.equal(outage.headers.get('retry-after'), '2');
  assert.doesNotMatch(JSON.stringify(await envelope(outage)), /10\.0\.0\.1/);
});

test('unknown paths are 404, known paths with another method 405', async (t) => {
  const { url } = await startServer(t, sampleRoutes);
  const unknown = await fetch(`${url}/v1/nothing`);
  assert.equal(unknown.status, 404);
  assert.equal((await envelope(unknown)).code, 'route_not_found');
  const wrong = await fetch(`${url}/v1/things/7`, { method: 'DELETE' });
  assert.equal(wrong.status, 405);
  assert.equal(wrong.headers.get('allow'), 'GET, HEAD');
  const badUrl = await fetch(`${url}/v1/things/%E0%A4%A`);
  assert.equal(badUrl.status, 400);
  assert.equal((await envelope(badUrl)).code, 'invalid_request');
});

test('a sane request id is kept, any other replaced', async (t) => {
  const { url } = await startServer(t, sampleRoutes);
  const idOf = async (sent: string): Promise<string | null> =>
    (await fetch(`${url}/v1/things`, { headers: { 'x-request-id': sent } })).headers.get('x-request-id');
  assert.equal(await idOf('trace-1.a'), 'trace-1.a');
  assert.match((await idOf('a b<script>')) ?? '', /^[0-9a-f-]{36}$/);
});

test('a route without an access rule does not start', async () => {
  const app = await createHttpServer(serverOptions());
  assert.throws(() => app.get('/v1/open', () => 'oops'), /GET \/v1\/open declares no access rule/);
  await app.close();
});

test('the guard is asked for the rule and the scope of the route, and its caller reaches the handler', async (t) => {
  const asked: unknown[] = [];
  const { url } = await startServer(
    t,
    (app) => {
      app.get('/v1/mine', { config: { access: 'viewer', scope: 'tasks:write' } }, ({ caller }) => caller);
    },
    {
      async authorize(request) {
        asked.push(request);
        if (!request.authorization) throw new AppError('unauthenticated', 'missing_authorization', 'Key!');
        return { keyId: 'k', name: 'me', role: 'viewer', scopes: null };
      },
    },
  );
  const without = await fetch(`${url}/v1/mine`);
  assert.equal(without.status, 401);
  assert.equal(without.headers.get('www-authenticate'), 'Bearer');
  const answer = await fetch(`${url}/v1/mine`, { headers: { authorization: 'Bearer x' } });
  assert.deepEqual(await answer.json(), { keyId: 'k', name: 'me', role: 'viewer', scopes: null });
  assert.deepEqual(asked[1], { rule: 'viewer', scope: 'tasks:write', authorization: 'Bearer x' });
});

test('a form that is cut off is the fault of its sender; so is a NUL byte', async (t) => {
  const { url } = await startServer(t, (app) => {
    app.post('/v1/files', { config }, async (request) => {
      for await (const part of request.parts()) if (part.type === 'file') await part.toBuffer();
      return 'taken';
    });
    app.get('/v1/nul', { config }, () => {
      throw Object.assign(new Error('invalid byte sequence for encoding "UTF8": 0x00'), { code: '22021' });
    });
  });
  const post = (body: string, type = 'multipart/form-data; boundary=x'): Promise<Response> =>
    fetch(`${url}/v1/files`, { method: 'POST', body, headers: { 'content-type': type } });
  const whole =
    '--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\nabc\r\n--x--\r\n';
  assert.equal((await post(whole)).status, 200);
  for (const response of [
    await post(whole.slice(0, 60)),
    await post(whole.slice(0, 74)),
    await post(whole, 'multipart/form-data'),
    await fetch(`${url}/v1/nul`),
  ]) {
    assert.equal(response.status, 400);
    assert.equal((await envelope(response)).code, 'invalid_request');
  }
  assert.equal((await post('{}', 'application/json')).status, 415);
  const many = Array.from({ length: 3 }, (_, n) => whole.slice(0, -7).replace('"file"', `"file${n}"`)).join(
    '',
  );
  const tooMany = await post(`${many}--x--\r\n`);
  assert.equal(tooMany.status, 413);
  assert.equal((await envelope(tooMany)).code, 'too_many_parts');
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Type } from 'typebox';
import { systemClock } from '#platform/clock.ts';
import { type HealthDependencies, healthRoutes } from '#platform/http/health.route.ts';
import { createLogger } from '#platform/observability/log.ts';
import { AppError } from '#platform/errors.ts';
import { startServer } from '#test/support/http-server.ts';

interface Operation {
  operationId: string;
  security: object[];
  parameters: { name: string; in: string; example: unknown }[];
  requestBody?: { content: Record<string, unknown> };
  responses: Record<string, unknown>;
  'x-access': string;
  'x-example': unknown;
}

interface OpenApi {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
}

function deny(): never {
  throw new AppError('unauthenticated', 'missing_authorization', 'Key!');
}

test('openapi.json has each route with its security, its example and the error', async (t) => {
  const example = { params: { name: 'Zoe' }, query: { country: 'US' } };
  const { url } = await startServer(t, (app) => {
    app.get(
      '/v1/names/:name',
      {
        config: { access: 'public_read', example },
        schema: { querystring: Type.Object({ country: Type.String() }) },
      },
      () => ({}),
    );
    app.post(
      '/v1/datasets',
      {
        config: {
          access: 'admin',
          scope: 'datasets:write',
          multipart: Type.Object({ file: Type.String({ format: 'binary' }) }),
        },
      },
      () => ({}),
    );
  });
  const document = (await (await fetch(`${url}/openapi.json`)).json()) as OpenApi;
  assert.equal(document.openapi, '3.1.0');
  const get = document.paths['/v1/names/{name}']?.['get'];
  assert.equal(get?.operationId, 'get_names_name');
  assert.deepEqual(get?.security, [{}, { api_key: [] }]);
  assert.deepEqual(get?.['x-example'], example);
  assert.deepEqual(get?.responses['default'], { $ref: '#/components/responses/Error' });
  assert.deepEqual(
    get?.parameters.map((parameter) => [parameter.in, parameter.example]),
    [
      ['query', 'US'],
      ['path', 'Zoe'],
    ],
  );
  const post = document.paths['/v1/datasets']?.['post'];
  assert.deepEqual(post?.security, [{ api_key: [] }]);
  assert.equal(post?.['x-access'], 'admin or datasets:write');
  assert.deepEqual(Object.keys(post?.requestBody?.content ?? {}), ['multipart/form-data']);
  // Only documented: the parts are read by the route itself.
  const form = new FormData();
  form.set('file', new Blob(['x']), 'x.csv');
  assert.equal((await fetch(`${url}/v1/datasets`, { method: 'POST', body: form })).status, 200);
});

test('Swagger UI is served with all that it needs from here', async (t) => {
  const { url } = await startServer(t, () => undefined, { authorize: deny });
  const page = await fetch(`${url}/swagger/index.html`);
  assert.equal(page.url, `${url}/docs/`);
  const html = await page.text();
  const policy = page.headers.get('content-security-policy') ?? '';
  assert.match(policy, /script-src 'self';/);
  assert.doesNotMatch(html, /<script>(?!\s*<)/);
  const links = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link = '']) => new URL(link, page.url));
  assert.ok(links.length >= 4);
  for (const link of links) {
    assert.equal(link.origin, url);
    assert.equal((await fetch(link)).status, 200, link.pathname);
  }
});

test('health names each part and says 503 when one is away or does not answer', async (t) => {
  const fine = async (): Promise<void> => undefined;
  const away = async (): Promise<void> => {
    throw new Error('connect ECONNREFUSED');
  };
  let checks: HealthDependencies['checks'] = { database: fine, storage: fine, queue: fine };
  let ready = false;
  const { url } = await startServer(t, (app) => {
    app.register(
      healthRoutes({
        version: '1.2.3',
        clock: systemClock,
        checks: {
          database: () => checks.database(),
          storage: () => checks.storage(),
          queue: () => checks.queue(),
        },
        readiness: [() => ready, async () => true],
      }),
    );
  });
  interface Health {
    status: string;
    version: string;
    uptime_seconds: number;
    timestamp: string;
    checks: object;
  }
  const health = async (): Promise<[number, Health]> => {
    const response = await fetch(`${url}/health`);
    return [response.status, (await response.json()) as Health];
  };
  const [status, answer] = await health();
  assert.equal(status, 200);
  assert.match(answer.timestamp, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  assert.deepEqual(
    { ...answer, timestamp: '' },
    {
      status: 'healthy',
      version: '1.2.3',
      uptime_seconds: answer.uptime_seconds,
      timestamp: '',
      checks: { database: 'connected', storage: 'accessible', queue: 'connected' },
    },
  );
  checks = { database: away, storage: away, queue: fine };
  const [unhealthy, body] = await health();
  assert.equal(unhealthy, 503);
  assert.deepEqual(body.checks, { database: 'disconnected', storage: 'inaccessible', queue: 'connected' });
  checks = { database: fine, storage: fine, queue: away };
  const [slower, named] = await health();
  assert.equal(slower, 200, 'a broker that is away costs time, and nothing else');
  assert.deepEqual(named.checks, { database: 'connected', storage: 'accessible', queue: 'disconnected' });

  const readiness = async (): Promise<[number, unknown]> => {
    const response = await fetch(`${url}/ready`);
    return [response.status, await response.json()];
  };
  assert.deepEqual(await readiness(), [503, { ready: false }]);
  ready = true;
  assert.deepEqual(await readiness(), [200, { ready: true }]);
});

test('a check that never answers is a failed one, in time', { timeout: 60_000 }, async (t) => {
  const hanging = (): Promise<never> => new Promise(() => undefined);
  const { url } = await startServer(t, (app) => {
    app.register(
      healthRoutes({
        version: '1',
        clock: systemClock,
        checks: { database: hanging, storage: hanging, queue: hanging },
        readiness: [hanging],
      }),
    );
  });
  const started = performance.now();
  const [ready, health] = await Promise.all([
    fetch(`${url}/ready`).then((response) => [response.status, performance.now() - started] as const),
    fetch(`${url}/health`).then((response) => [response.status, performance.now() - started] as const),
  ]);
  assert.equal(ready[0], 503);
  assert.ok(ready[1] < 15_000);
  assert.equal(health[0], 503);
  assert.ok(health[1] < 15_000);
});

test('a request is logged once: its pattern, never the name that was looked up, never a key', async (t) => {
  const lines: string[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const destination = {
    write(line: string): void {
      lines.push(line);
      if (lines.length === 3) resolve();
    },
  };
  const { url } = await startServer(
    t,
    (app) => {
      app.get('/v1/names/:name/gender', { config: { access: 'public_read' } }, () => ({}));
      app.get('/v1/jobs/:id', { config: { access: 'viewer' } }, () => ({}));
    },
    { log: createLogger({ level: 'info', format: 'json', destination }) },
  );
  const headers = { authorization: 'Bearer ak_hush', 'x-request-id': 'trace-7' };
  await fetch(`${url}/v1/names/Chelsea/gender?q=Chelsea`, { headers });
  await fetch(`${url}/v1/jobs/42?q=1`, { headers });
  await promise;
  assert.doesNotMatch(lines.join(''), /Chelsea|hush/);
  const requests = lines
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter(({ msg }) => msg === 'request');
  assert.equal(requests.length, 2);
  const [gender, job] = requests;
  assert.equal(gender?.['route'], '/v1/names/:name/gender');
  assert.equal(gender?.['request_id'], 'trace-7');
  assert.equal(gender?.['status'], 200);
  assert.equal(typeof gender?.['duration_ms'], 'number');
  assert.equal(job?.['path'], '/v1/jobs/42');
});

test('pages of allowed origins may call, others may not', async (t) => {
  const { url } = await startServer(
    t,
    (app) => {
      app.get('/v1/names', { config: { access: 'public_read' } }, () => ({}));
    },
    {
      // A preflight carries no key.
      authorize: deny,
      cors: {
        origins: ['https://app.example'],
        methods: ['GET', 'PUT'],
        headers: ['Authorization'],
        maxAgeSeconds: 60,
      },
    },
  );
  const preflight = (origin: string): Promise<Response> =>
    fetch(`${url}/v1/names`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'PUT' },
    });
  const allowed = await preflight('https://app.example');
  assert.equal(allowed.status, 204);
  assert.equal(allowed.headers.get('access-control-allow-origin'), 'https://app.example');
  assert.equal(allowed.headers.get('access-control-allow-methods'), 'GET, PUT');
  assert.equal((await preflight('https://evil.example')).headers.get('access-control-allow-origin'), null);
  const get = await fetch(`${url}/v1/names`, { headers: { origin: 'https://app.example' } });
  assert.match(get.headers.get('access-control-expose-headers') ?? '', /ETag/);
  assert.match(get.headers.get('vary') ?? '', /Origin/i);
});

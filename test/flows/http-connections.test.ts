import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { createHttpServer, stopHttpServer } from '#platform/http/server.ts';
import { createLogger } from '#platform/observability/log.ts';
import { serverOptions, startServer } from '#test/support/http-server.ts';

const config = { access: 'public' } as const;

async function open(url: string): Promise<{ socket: Socket; received: () => Promise<string> }> {
  const { port } = new URL(url);
  const socket = connect(Number(port), '127.0.0.1');
  await once(socket, 'connect');
  socket.on('error', () => undefined);
  let text = '';
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
  });
  return {
    socket,
    async received() {
      if (!socket.closed) await once(socket, 'close');
      return text;
    },
  };
}

test('bytes that are no HTTP are answered with the envelope', async (t) => {
  const { url } = await startServer(t, () => undefined);
  const { socket, received } = await open(url);
  socket.write('HELLO\r\n\r\n');
  const text = await received();
  assert.match(text, /^HTTP\/1\.1 400 Bad Request/);
  assert.match(text, /"code":"invalid_request"/);
});

test('headers larger than the limit are refused', async (t) => {
  const { url } = await startServer(t, () => undefined, { maxHeaderBytes: 2000 });
  const { socket, received } = await open(url);
  socket.write(`GET /health HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(3000)}\r\n\r\n`);
  assert.match(await received(), /^HTTP\/1\.1 431 .*"headers_too_large"/s);
});

test('a client that goes silent in its headers or in its body is let go', async (t) => {
  const { url } = await startServer(
    t,
    (app) => {
      app.post('/v1/things', { config }, () => 'done');
    },
    { readTimeoutMs: 200 },
  );
  const inHeaders = await open(url);
  inHeaders.socket.write('POST /v1/things HTTP/1.1\r\nHost: x\r\n');
  const inBody = await open(url);
  inBody.socket.write(
    'POST /v1/things HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n{"a"',
  );
  for (const { received } of [inHeaders, inBody]) {
    assert.match(await received(), /^HTTP\/1\.1 408 .*"request_timeout"/s);
  }
});

test('a slow but steady upload outlives the read timeout', async (t) => {
  const { url } = await startServer(
    t,
    (app) => {
      app.addContentTypeParser('text/plain', (_request, payload, done) => {
        let bytes = 0;
        payload.on('data', (chunk: Buffer) => (bytes += chunk.length));
        payload.on('end', () => done(null, bytes));
      });
      app.post('/v1/slow', { config }, ({ body }) => ({ bytes: body }));
    },
    { readTimeoutMs: 2500 },
  );
  const { socket, received } = await open(url);
  socket.write(
    'POST /v1/slow HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: 10\r\n\r\n',
  );
  for (let sent = 0; sent < 10; sent += 1) {
    await new Promise((resolve) => setTimeout(resolve, 300));
    socket.write('x');
  }
  assert.match(await received(), /200 OK.*\{"bytes":10\}/s);
});

test('a handler that thinks longer than both timeouts is not silence', async (t) => {
  const { url } = await startServer(
    t,
    (app) => {
      app.post('/v1/think', { config }, async () => {
        await new Promise((resolve) => setTimeout(resolve, 1200));
        return 'thought';
      });
    },
    { readTimeoutMs: 500, writeTimeoutMs: 500 },
  );
  const response = await fetch(`${url}/v1/think`, { method: 'POST' });
  assert.equal(await response.text(), 'thought');
});

test('a client that takes no more bytes is let go, and its answer is destroyed', async (t) => {
  const endless = Readable.from(
    (async function* () {
      for (;;) yield Buffer.alloc(65_536);
    })(),
  );
  const { url } = await startServer(
    t,
    (app) => {
      app.get('/v1/endless', { config, compress: false }, (_request, reply) => reply.send(endless));
    },
    { writeTimeoutMs: 200 },
  );
  const { port } = new URL(url);
  const socket = connect(Number(port), '127.0.0.1');
  t.after(() => socket.destroy());
  socket.on('error', () => undefined);
  socket.write('GET /v1/endless HTTP/1.1\r\nHost: x\r\n\r\n');
  await once(endless, 'close');
});

test('a stop lets running requests finish, takes no new ones and tells event streams', async () => {
  const app = await createHttpServer(serverOptions({ idleTimeoutMs: 600_000 }));
  const { promise: running, resolve: release } = Promise.withResolvers<void>();
  const { promise: entered, resolve: enter } = Promise.withResolvers<void>();
  app.get('/v1/running', { config }, async () => {
    enter();
    await running;
    return 'finished';
  });
  app.get('/v1/quick', { config }, () => 'quick');
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  await (await fetch(`${url}/v1/quick`)).text();
  const answer = fetch(`${url}/v1/running`);
  await entered;
  const stopped = stopHttpServer(app, 60_000);
  if (!app.stopping.aborted) await once(app.stopping, 'abort');
  await assert.rejects(async () => {
    // The listener closes a moment after the signal.
    for (;;) await (await fetch(`${url}/v1/quick`)).text();
  });
  const releasedAt = performance.now();
  release();
  assert.equal(await (await answer).text(), 'finished');
  await stopped;
  assert.ok(performance.now() - releasedAt < 30_000, 'kept-alive connections must not hold the stop up');
});

test('a stop cuts what does not finish in time', async () => {
  const app = await createHttpServer(serverOptions());
  const { promise: entered, resolve: enter } = Promise.withResolvers<void>();
  app.get('/v1/never', { config }, () => {
    enter();
    return new Promise(() => undefined);
  });
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  const answer = fetch(`${url}/v1/never`);
  answer.catch(() => undefined);
  await entered;
  await stopHttpServer(app, 100);
  await assert.rejects(answer);
});

test(
  'a client that goes away in the middle of its upload is noted, not reported as a failure',
  { timeout: 60_000 },
  async (t) => {
    const lines: string[] = [];
    const { promise: logged, resolve } = Promise.withResolvers<void>();
    const destination = {
      write(line: string): void {
        lines.push(line);
        if (line.includes('"msg":"request"')) resolve();
      },
    };
    const { promise: entered, resolve: enter } = Promise.withResolvers<void>();
    const { url } = await startServer(
      t,
      (app) => {
        app.post('/v1/files', { config }, async (request) => {
          for await (const part of request.parts()) {
            enter();
            if (part.type === 'file') await part.toBuffer();
          }
          return 'taken';
        });
      },
      { log: createLogger({ level: 'info', format: 'json', destination }) },
    );
    const { socket } = await open(url);
    socket.write(
      'POST /v1/files HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: 10000\r\n\r\n' +
        '--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\nabc',
    );
    await entered;
    socket.destroy();
    await logged;
    assert.match(lines.join(''), /"status":499/);
    assert.doesNotMatch(lines.join(''), /"level":"(error|warn)"/);
  },
);

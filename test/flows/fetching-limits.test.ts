import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import type { ServerResponse } from 'node:http';
import { test } from 'node:test';
import { setInterval as every } from 'node:timers';
import { fetchingScene, listen } from './fetching-scene.ts';

/** Writes `bytes` now and then until the client is gone. */
function drip(response: ServerResponse, bytes: number, everyMs: number): void {
  const chunk = Buffer.alloc(bytes, 'x');
  const timer = every(() => response.write(chunk), everyMs);
  response.on('close', () => clearInterval(timer));
}

test('a name that is never resolved is not waited for', async (t) => {
  const scene = await fetchingScene(t, {});
  const rules = { allowedHosts: [], resolve: () => new Promise<never>(() => {}) };
  await assert.rejects(scene.fetch('http://files.example/', { rules, limits: { connectMs: 30 } }), {
    code: 'url_timeout',
  });
  assert.deepEqual(scene.dialled, []);
});

test('a TLS handshake that never ends is cut with the connection', async (t) => {
  const scene = await fetchingScene(t, {});
  const silent = await listen(
    t,
    createServer((socket) => void socket.on('error', () => {})),
  );
  const rules = { allowedHosts: [`127.0.0.1:${silent}`] };
  const limits = { connectMs: 50 };
  await assert.rejects(scene.fetch(`https://127.0.0.1:${silent}/`, { rules, limits }), {
    code: 'url_timeout',
  });
});

test('headers that never come, or never end, are not waited for', async (t) => {
  const scene = await fetchingScene(t, {
    http: ({ url }, response) => {
      if (url === '/silent') return;
      const { socket } = response;
      socket?.write('HTTP/1.1 200 OK\r\n');
      const timer = every(() => socket?.write('X-More: y\r\n'), 10);
      socket?.on('close', () => clearInterval(timer)).on('error', () => {});
    },
  });
  for (const path of ['silent', 'drip'])
    await assert.rejects(scene.fetch(`http://files.example/${path}`, { limits: { headersMs: 80 } }), {
      code: 'url_timeout',
    });
});

test('answers that announce one are no answer', async (t) => {
  const scene = await fetchingScene(t, {
    http: (_request, response) => {
      const timer = every(() => response.writeProcessing(), 10);
      response.on('close', () => clearInterval(timer));
    },
  });
  await assert.rejects(scene.fetch('http://files.example/', { limits: { headersMs: 80 } }), {
    code: 'url_timeout',
  });
});

test('silence within the body is cut after a while', async (t) => {
  const scene = await fetchingScene(t, { http: (_request, response) => void response.write('begun') });
  await assert.rejects(scene.fetch('http://files.example/', { limits: { idleMs: 50 } }), {
    code: 'url_timeout',
  });
  assert.deepEqual(await scene.stored(), []);
});

test('a body that trickles is too slow, though it is never silent', async (t) => {
  const scene = await fetchingScene(t, {
    http: (_request, response) => drip(response.writeHead(200), 1, 10),
  });
  const limits = { idleMs: 5000, windowMs: 200, minBytesPerSecond: 1024 };
  await assert.rejects(scene.fetch('http://files.example/', { limits }), { code: 'url_too_slow' });
  assert.deepEqual(await scene.stored(), []);
});

test('a body without end is cut at its limit, announced or not', async (t) => {
  const scene = await fetchingScene(t, {
    http: ({ url }, response) => {
      response.writeHead(200, url === '/announced' ? { 'Content-Length': 10 ** 12 } : {});
      const more = (): void => {
        while (response.write(Buffer.alloc(65_536)) && !response.destroyed);
      };
      response.on('drain', more);
      more();
    },
  });
  const seen: string[] = [];
  for (const path of ['announced', 'endless'])
    await assert.rejects(
      scene.fetch(`http://files.example/${path}`, {
        maxBytes: 300_000,
        onProgress: (bytes) => (assert.ok(bytes <= 300_000), seen.push(path)),
      }),
      { code: 'url_too_large' },
    );
  assert.deepEqual([...new Set(seen)], ['endless']);
  assert.deepEqual(await scene.stored(), []);
});

test('the whole takes no longer than it may, however steadily bytes come', async (t) => {
  const scene = await fetchingScene(t, {
    http: (_request, response) => drip(response.writeHead(200), 10_000, 5),
  });
  const limits = { totalMs: 200 };
  await assert.rejects(scene.fetch('http://files.example/', { maxBytes: 0, limits }), {
    code: 'url_timeout',
  });
  assert.deepEqual(await scene.stored(), []);
});

test('the body of a redirect is not read', async (t) => {
  const scene = await fetchingScene(t, {
    http: ({ url }, response) => {
      if (url === '/end') response.end('file');
      else drip(response.writeHead(302, { Location: '/end' }), 100_000, 1);
    },
  });
  assert.equal((await scene.fetch('http://files.example/')).size, 4);
});

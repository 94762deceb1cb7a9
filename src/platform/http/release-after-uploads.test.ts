import assert from 'node:assert/strict';
import { request } from 'node:http';
import {
  constants,
  type NodeGCPerformanceDetail,
  type PerformanceEntry,
  PerformanceObserver,
} from 'node:perf_hooks';
import { test, type TestContext } from 'node:test';
import Fastify from 'fastify';
import { until } from '#test/support/server.ts';
import { releaseAfterUploads } from './release-after-uploads.ts';

const LARGE = Buffer.alloc(8 * 1024 * 1024);
const SMALL = Buffer.alloc(1024);
/** Something to give back, so that a collection is worth its time. */
const kept = new ArrayBuffer(20 * 1024 * 1024);

test('after a large body memory is given back, unless somebody would wait for that', async (t) => {
  const collections = countCollections(t);
  const { url, waiting, goOn } = await listening(t);
  const send = async (body: Buffer): Promise<void> => {
    const answer = await fetch(`${url}/take`, { method: 'POST', body, headers: BYTES });
    assert.equal(await answer.text(), String(body.length));
  };

  await send(SMALL);
  const other = fetch(`${url}/wait`);
  await waiting();
  // Another request would have to wait.
  await send(LARGE);
  goOn();
  await (await other).text();
  // A client that leaves is waited for by nobody.
  const left = request(`${url}/take`, {
    method: 'POST',
    headers: { ...BYTES, 'content-length': LARGE.length },
  });
  left.on('error', () => undefined).write(SMALL);
  left.destroy();
  await new Promise((resolve) => left.once('close', resolve));

  let alone = 0;
  await until(async () => {
    alone++;
    await send(LARGE);
    return collections() > 0;
  }, 'memory is given back');
  // By then whatever happened before has been counted.
  for (let turn = 0; turn < 5; turn++) await send(SMALL);
  assert.ok(collections() <= alone, `${collections()} after ${alone} large bodies that nobody waited for`);
  assert.ok(kept.byteLength > 0);
});

const BYTES = { 'content-type': 'application/octet-stream' };

/** How often somebody asked for a whole collection. */
function countCollections(t: TestContext): () => number {
  let count = 0;
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const { kind, flags } = (entry as PerformanceEntry & { detail: NodeGCPerformanceDetail }).detail;
      const isWhole = kind === constants.NODE_PERFORMANCE_GC_MAJOR;
      if (isWhole && ((flags ?? 0) & constants.NODE_PERFORMANCE_GC_FLAGS_FORCED) !== 0) count++;
    }
  });
  observer.observe({ entryTypes: ['gc'] });
  t.after(() => observer.disconnect());
  return () => count;
}

/** A server that counts the bytes of `/take`, and answers `/wait` when told to. */
async function listening(t: TestContext): Promise<{ url: string; waiting(): Promise<void>; goOn(): void }> {
  const app = Fastify();
  releaseAfterUploads(app);
  app.addContentTypeParser('application/octet-stream', (_request, payload, done) => done(null, payload));
  const [arrived, ending] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  app.post('/take', async ({ body }) => {
    let bytes = 0;
    for await (const piece of body as AsyncIterable<Buffer>) bytes += piece.length;
    return String(bytes);
  });
  app.get('/wait', async () => {
    arrived.resolve();
    await ending.promise;
    return 'done';
  });
  t.after(() => app.close());
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  return { url, waiting: () => arrived.promise, goOn: ending.resolve };
}

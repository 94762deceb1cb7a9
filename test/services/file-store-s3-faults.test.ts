import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { after, before, describe, test, type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { classify } from '#engine/jobs/retry-policy.ts';
import type { FileStore } from '#platform/files/file-store.ts';
import type { S3Options, S3Patience } from '#platform/files/s3-client.ts';
import { createS3FileStore } from '#platform/files/s3-file-store.ts';
import { type RadosgwServer, startRadosgw, withoutRadosgw } from '#test/support/radosgw-server.ts';
import { makeBucket, type TestBucket } from '#test/support/s3-bucket.ts';
import { startTcpProxy, type TcpProxy } from '#test/support/tcp-proxy.ts';

const MEBIBYTE = 1024 * 1024;
const CHILD = join(import.meta.dirname, 's3-upload-child.ts');
const IMPATIENT = { silenceMs: 500 };
const OUTAGE = { name: 'OutageError', message: /cannot be reached just now/ };

interface Scene {
  readonly bucket: TestBucket;
  readonly proxy: TcpProxy;
  readonly store: FileStore;
}

describe('S3 that fails', { skip: withoutRadosgw() ?? false }, () => {
  let server: RadosgwServer;
  before(async () => {
    server = await startRadosgw();
    // The first upload in parts takes two seconds, for which tests have no patience.
    const bucket = await makeBucket(server);
    await bucket.begin('first');
    await bucket.remove();
  });
  after(() => server.stop());

  /**
   * A store whose every byte passes a wire that can be spoiled. Only who tests silence is impatient with it: a server
   * that is slow for a moment would be asked again, and begin an upload twice.
   */
  async function sceneOf(
    t: TestContext,
    changed: Partial<S3Options> = {},
    patience: Partial<S3Patience> = {},
  ): Promise<Scene> {
    const [bucket, proxy] = [await makeBucket(server), await startTcpProxy(server.port)];
    t.after(async () => {
      await proxy.close();
      await bucket.remove();
    });
    const options = { ...bucket.options, ...changed, endpoint: `http://127.0.0.1:${proxy.port}` };
    return { bucket, proxy, store: createS3FileStore(options, patience) };
  }

  for (const mode of ['busy', 'silent'] as const) {
    test(`a server that is ${mode} is an outage to everybody who asks, and no file afterwards`, async (t) => {
      const { bucket, proxy, store } = await sceneOf(t, {}, IMPATIENT);
      await store.write('kept', pieces(Buffer.from('old')));
      proxy.mode = mode;
      const answers = await Promise.allSettled([
        store.write('new', pieces(Buffer.from('new'))),
        store.write('large', pieces(Buffer.alloc(20 * MEBIBYTE))),
        store.read('kept'),
        store.size('kept'),
        store.delete('kept'),
        store.list('')[Symbol.asyncIterator]().next(),
        store.sweepUnfinished('', new Date()),
        store.check(),
      ]);
      for (const answer of answers) {
        const error: unknown = answer.status === 'rejected' ? answer.reason : undefined;
        assert.match(
          String(error),
          mode === 'busy' ? /OutageError.*503/ : /OutageError.*(?:TimeoutError|ETIMEDOUT)/,
        );
        assert.equal(classify(error).class, 'outage');
      }
      assert.ok(proxy.spoiled > answers.length, 'each is tried again first');
      proxy.mode = 'pass';
      assert.deepEqual(await bucket.keys(), ['kept']);
      assert.deepEqual(await bucket.unfinished(), []);
      assert.equal(await store.size('kept'), 3);
    });
  }

  test('an upload in whose middle the server goes away is an outage, and what is left of it is swept', async (t) => {
    const { bucket, proxy, store } = await sceneOf(t);
    const source = async function* (): AsyncGenerator<Uint8Array> {
      for (let at = 0; at < 60; at++) {
        if (at === 40) proxy.mode = 'busy';
        yield Buffer.alloc(MEBIBYTE);
      }
    };
    await assert.rejects(store.write('file', source()), OUTAGE);
    proxy.mode = 'pass';
    assert.deepEqual(await bucket.keys(), []);
    assert.equal(await store.sweepUnfinished('', new Date(Date.now() + 60_000)), 1);
    assert.deepEqual(await bucket.unfinished(), []);
  });

  test('an upload that takes longer than the patience with silence goes on as long as its source does', async (t) => {
    const { store } = await sceneOf(t, {}, IMPATIENT);
    const source = async function* (): AsyncGenerator<Uint8Array> {
      for (let at = 0; at < 3; at++) {
        yield randomBytes(8 * MEBIBYTE + 1);
        await delay(700);
      }
    };
    assert.equal((await store.write('file', source())).size, 3 * (8 * MEBIBYTE + 1));
  });

  test('the lost answer to the last request of an upload is no failure where the file is there', async (t) => {
    const { bucket, proxy, store } = await sceneOf(t);
    for (const [bytes, head] of [
      [20 * MEBIBYTE, /^POST \S*uploadId=/],
      [1000, /^PUT \S*\/file/],
    ] as const) {
      proxy.loseAnswerTo = head;
      const content = randomBytes(bytes);
      await store.write('file', pieces(content));
      assert.equal(proxy.loseAnswerTo, undefined);
      assert.ok((await buffer(await store.read('file'))).equals(content));
    }
    assert.deepEqual(await bucket.unfinished(), []);
  });

  test('a connection that breaks while a file is read is replaced, byte for byte', async (t) => {
    const { proxy, store } = await sceneOf(t);
    const content = randomBytes(9 * MEBIBYTE);
    await store.write('file', pieces(content));
    [proxy.mode, proxy.cutAfter] = ['cut', 2 * MEBIBYTE];
    const range = { start: 1000, end: content.length - 1000 };
    const back = await buffer(await store.read('file', range));
    assert.ok(back.equals(content.subarray(range.start, range.end)));
    assert.ok(proxy.spoiled >= 3);
  });

  test('a server that falls silent while a file is read is an outage; a reader that pauses is none', async (t) => {
    const { proxy, store } = await sceneOf(t, {}, IMPATIENT);
    const content = randomBytes(9 * MEBIBYTE);
    await store.write('file', pieces(content));
    const slowly = await store.read('file');
    const read: Buffer[] = [];
    for await (const piece of slowly) {
      if (read.length % 50 === 0) await delay(600);
      read.push(piece as Buffer);
    }
    assert.ok(Buffer.concat(read).equals(content));
    const cutOff = await store.read('file');
    proxy.mode = 'silent';
    await assert.rejects(buffer(cutOff), OUTAGE);
  });

  test('an abort does not wait for a server that is silent', async (t) => {
    const { proxy, bucket } = await sceneOf(t);
    const patient = createS3FileStore({ ...bucket.options, endpoint: `http://127.0.0.1:${proxy.port}` });
    await patient.write('file', pieces(Buffer.alloc(9 * MEBIBYTE)));
    const controller = new AbortController();
    const reading = await patient.read('file', {}, controller.signal);
    proxy.mode = 'silent';
    const started = performance.now();
    setTimeout(() => controller.abort(), 300);
    await assert.rejects(buffer(reading), { name: 'AbortError' });
    assert.ok(performance.now() - started < 3000);
  });

  test('the upload of a process that was killed is swept when it is old enough, and not before', async (t) => {
    const { bucket, store } = await sceneOf(t);
    const child = spawn(process.execPath, [CHILD, JSON.stringify(bucket.options), 'datasets/1/original']);
    t.after(() => child.kill('SIGKILL'));
    await once(child.stdout, 'data');
    child.kill('SIGKILL');
    await once(child, 'close');
    assert.deepEqual(await bucket.unfinished(), ['datasets/1/original']);
    assert.equal(await store.sweepUnfinished('datasets/', new Date(Date.now() - 3_600_000)), 0);
    assert.equal(await store.sweepUnfinished('exports/', new Date(Date.now() + 60_000)), 0);
    assert.equal(await store.sweepUnfinished('datasets/', new Date(Date.now() + 60_000)), 1);
    assert.deepEqual(await bucket.unfinished(), []);
    assert.deepEqual(await bucket.keys(), []);
  });

  test('encryption is asked for with every object, small and large', async (t) => {
    const { proxy, store } = await sceneOf(t, { encryption: 'AES256' });
    // This server has no key to encrypt with, and says so or passes it over.
    for (const bytes of [1000, 9 * MEBIBYTE]) {
      await store.write('file', pieces(Buffer.alloc(bytes))).catch(() => undefined);
    }
    const asking = proxy.heads.filter((head) => /^(?:PUT \S*x-id=PutObject|POST \S*uploads)/.test(head));
    assert.equal(asking.length, 2);
    for (const head of asking) assert.match(head, /x-amz-server-side-encryption: AES256/i);
  });
});

async function* pieces(content: Buffer): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < content.length; start += MEBIBYTE)
    yield content.subarray(start, start + MEBIBYTE);
}

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { after, before, describe, test, type TestContext } from 'node:test';
import { createS3FileStore } from '#platform/files/s3-file-store.ts';
import { fileStoreConformance } from '#test/conformance/file-store.ts';
import { type RadosgwServer, startRadosgw, withoutRadosgw } from '#test/support/radosgw-server.ts';
import { makeBucket, type TestBucket } from '#test/support/s3-bucket.ts';

const MEBIBYTE = 1024 * 1024;

describe('files in S3', { skip: withoutRadosgw() ?? false }, () => {
  let server: RadosgwServer;
  before(async () => {
    server = await startRadosgw();
  });
  after(() => server.stop());

  async function bucketOf(t: TestContext): Promise<TestBucket> {
    const bucket = await makeBucket(server);
    t.after(() => bucket.remove());
    return bucket;
  }

  fileStoreConformance('s3', async (t) => createS3FileStore((await bucketOf(t)).options));
  fileStoreConformance('s3 with checksums', async (t) =>
    createS3FileStore({ ...(await bucketOf(t)).options, checksums: 'supported' }),
  );

  test('files of every size around that of a part come back as they were', async (t) => {
    const { options } = await bucketOf(t);
    const content = randomBytes(33 * MEBIBYTE);
    for (const checksums of ['required', 'supported'] as const) {
      const store = createS3FileStore({ ...options, checksums });
      for (const size of [8 * MEBIBYTE - 1, 8 * MEBIBYTE, 8 * MEBIBYTE + 1, content.length]) {
        await store.write('file', inPieces(content.subarray(0, size), 1_000_003));
        const back = await buffer(await store.read('file'));
        assert.ok(back.equals(content.subarray(0, size)), `${size} bytes, ${checksums}`);
      }
    }
  });

  test('an upload that fails, is aborted or is too large leaves no parts behind', async (t) => {
    const bucket = await bucketOf(t);
    const store = createS3FileStore(bucket.options);
    const controller = new AbortController();
    const long = async function* (fail: () => void): AsyncGenerator<Uint8Array> {
      for (let at = 0; at < 60; at++) {
        yield Buffer.alloc(MEBIBYTE);
        if (at === 40) fail();
      }
    };
    const failing = long(() => {
      throw new Error('the cable was pulled');
    });
    await assert.rejects(store.write('failing', failing), /the cable was pulled/);
    const aborted = long(() => controller.abort(new Error('told to stop')));
    await assert.rejects(store.write('aborted', aborted, { signal: controller.signal }), /told to stop/);
    const large = long(() => undefined);
    await assert.rejects(store.write('large', large, { maxBytes: 50 * MEBIBYTE }), {
      code: 'file_too_large',
    });
    assert.deepEqual(await bucket.unfinished(), []);
    assert.deepEqual(await bucket.keys(), []);
  });

  test('listings and sweeps go on over their pages, past names that are no keys of ours', async (t) => {
    const bucket = await bucketOf(t);
    const store = createS3FileStore(bucket.options);
    const names = Array.from({ length: 120 }, (_, no) => `d/${String(no).padStart(4, '0')}`);
    for (const name of names) {
      await bucket.put(name);
      await bucket.begin(name);
    }
    for (const name of ['d/', 'd/.hidden', 'd/a b']) {
      await bucket.put(name);
      await bucket.begin(name);
    }
    await bucket.begin('elsewhere');
    const listed: string[] = [];
    for await (const { key } of store.list('d/')) listed.push(key);
    assert.deepEqual(listed.sort(), names);
    const later = new Date(Date.now() + 60_000);
    assert.equal(await store.sweepUnfinished('d/', new Date(Date.now() - 60_000)), 0);
    assert.equal(await store.sweepUnfinished('d/', later), names.length);
    assert.deepEqual(await bucket.unfinished(), ['d/', 'd/.hidden', 'd/a b', 'elsewhere']);
    assert.equal(await store.sweepUnfinished('', later), 1);
  });

  test('a link gives the file or a range of it to anybody, under its name, and nothing else', async (t) => {
    const { options } = await bucketOf(t);
    const store = createS3FileStore(options);
    await store.write('exports/1', inPieces(Buffer.from('0123456789'), 10));
    await store.write('exports/2', inPieces(Buffer.from('other'), 10));
    const contentDisposition = `attachment; filename="a_b.csv"; filename*=UTF-8''a%C3%A9b.csv`;
    const link = await store.downloadUrl?.('exports/1', { contentDisposition, contentType: 'text/csv' });
    assert.ok(link !== undefined);
    const whole = await fetch(link);
    assert.equal(await whole.text(), '0123456789');
    assert.equal(whole.headers.get('content-disposition'), contentDisposition);
    assert.equal(whole.headers.get('content-type'), 'text/csv');
    assert.equal(whole.headers.get('cache-control'), 'private, no-store');
    const part = await fetch(link, { headers: { range: 'bytes=2-4' } });
    assert.equal(part.status, 206);
    assert.equal(await part.text(), '234');
    assert.equal((await fetch(link.replace('exports/1', 'exports/2'))).status, 403);
    assert.equal((await fetch(link, { method: 'DELETE' })).status, 403);
    const { downloadUrl } = createS3FileStore({ ...options, presignsDownloads: false });
    assert.equal(downloadUrl, undefined);
  });

  test('what is wrong with the settings is said by a check', async (t) => {
    const { options } = await bucketOf(t);
    const credentials = { accessKeyId: server.accessKeyId, secretAccessKey: 'wrong' };
    const cases = [
      [{ credentials }, /SignatureDoesNotMatch.*AWS_SECRET_ACCESS_KEY/],
      [{ credentials: { ...credentials, accessKeyId: 'NOBODY' } }, /InvalidAccessKeyId.*AWS_ACCESS_KEY_ID/],
      [{ bucket: 'no-such-bucket' }, /NoSuchBucket.*S3_BUCKET/],
    ] as const;
    for (const [wrong, message] of cases) {
      await assert.rejects(createS3FileStore({ ...options, ...wrong }).check(), {
        name: 'AppError',
        code: 'storage_refused',
        message,
      });
    }
    await assert.rejects(createS3FileStore({ ...options, endpoint: 'http://127.0.0.1:9' }).check(), {
      name: 'OutageError',
      message: /127\.0\.0\.1:9.*ECONNREFUSED/,
    });
  });
});

async function* inPieces(content: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < content.length; start += size) yield content.subarray(start, start + size);
}

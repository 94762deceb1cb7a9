import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { runCommand } from '#test/support/launch.ts';
import { PREFIX, startThrowawayServer, type ThrowawayServer } from '#test/support/postgres-server.ts';
import { productApi, TEST_ADMIN_KEY } from '#test/support/product-api.ts';
import { type RadosgwServer, startRadosgw, withoutRadosgw } from '#test/support/radosgw-server.ts';
import { makeBucket, type TestBucket } from '#test/support/s3-bucket.ts';
import {
  type ProductProcess,
  type ServeProcess,
  type Settings,
  startServe,
  startWorkerProcess,
} from '#test/support/serve-process.ts';
import { until } from '#test/support/server.ts';
import { startTcpProxy, type TcpProxy } from '#test/support/tcp-proxy.ts';

const SAMPLE = resolve(import.meta.dirname, '../../samples/us-ssa-national-1880-2024.zip');

describe('API and workers on S3, without a disk in common', { skip: withoutRadosgw() ?? false }, () => {
  const folder = mkdtempSync(join(tmpdir(), PREFIX));
  chmodSync(folder, 0o711);
  const readOnly = join(folder, 'read-only');
  let server: RadosgwServer;
  let postgres: ThrowawayServer;
  let bucket: TestBucket;
  let proxy: TcpProxy;
  let settings: Settings;
  let api: ServeProcess;
  let worker: ProductProcess;

  before(async () => {
    [server, postgres] = await Promise.all([startRadosgw(), startThrowawayServer()]);
    bucket = await makeBucket(server);
    proxy = await startTcpProxy(server.port);
    mkdirSync(readOnly);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'ro,size=1m', 'tmpfs', readOnly]);
    settings = {
      ...bucket.settings,
      S3_ENDPOINT: `http://127.0.0.1:${proxy.port}`,
      STORAGE_PATH: readOnly,
      DATABASE_URL: postgres.url,
      BOOTSTRAP_ADMIN_KEY: TEST_ADMIN_KEY,
      WORKER_POLL_INTERVAL: '500ms',
    };
    api = await startServe(join(folder, 'api'), { ...settings, WORKER_CONCURRENCY: '0' });
    worker = await startWorkerProcess(join(folder, 'worker'), settings);
  });
  after(async () => {
    await Promise.allSettled([api.stop(), worker.stop()]);
    await proxy.close();
    await Promise.all([server.stop(), postgres.stop()]);
    execFileSync('umount', [readOnly]);
    rmSync(folder, { recursive: true, force: true });
  });

  function ask(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = { authorization: `Bearer ${TEST_ADMIN_KEY}`, ...(init.headers as object) };
    return fetch(new URL(path, api.url), { ...init, headers });
  }

  // oxlint-disable-next-line typescript/no-explicit-any
  async function exported(body: object): Promise<any> {
    const init = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    };
    const response = await ask('/v1/exports', init);
    // oxlint-disable-next-line typescript/no-explicit-any
    let view: any = await response.json();
    assert.equal(response.status, 202, JSON.stringify(view));
    const { job_id: id } = view;
    await until(async () => {
      view = await (await ask(`/v1/exports/${id}`)).json();
      return !['pending', 'processing'].includes(view.status);
    }, 'the export ends');
    assert.equal(view.status, 'completed', JSON.stringify(view));
    return view;
  }

  test('what one process takes in another one reads, exports, and the client fetches from S3', async () => {
    const dataset = await productApi(api).imported(SAMPLE);
    assert.deepEqual(await bucket.keys(), [`datasets/${dataset.id}/original`]);

    const file = `/v1/datasets/${dataset.id}/file`;
    const sent = await ask(file, { redirect: 'manual' });
    assert.equal(sent.status, 302);
    assert.equal(sent.headers.get('cache-control'), 'no-store');
    const link = sent.headers.get('location') ?? '';
    assert.ok(link.startsWith(`http://127.0.0.1:${proxy.port}/`));
    const original = readFileSync(SAMPLE);
    const fetched = await fetch(link);
    assert.match(
      fetched.headers.get('content-disposition') ?? '',
      /filename="us-ssa-national-1880-2024\.zip"/,
    );
    assert.ok(Buffer.from(await fetched.arrayBuffer()).equals(original));

    const view = await exported({
      resource_type: 'names',
      format: 'csv',
      filters: { area: 'US', year: '2024' },
    });
    const followed = await ask(view.download_url);
    const bytes = Buffer.from(await followed.arrayBuffer());
    assert.ok(followed.redirected);
    assert.equal(createHash('sha256').update(bytes).digest('hex'), view.sha256);
    assert.equal(bytes.toString().trim().split('\n').length, view.total_records + 1);
    assert.ok(view.total_records > 10_000);
  });

  test('ranges, copies and questions about a file are answered as with a folder', async () => {
    const {
      download_url: url,
      file_size: size,
      sha256,
    } = await exported({
      resource_type: 'names',
      filters: { area: 'US', year: '2023' },
    });
    const whole = Buffer.from(await (await ask(url)).arrayBuffer());
    assert.equal(whole.length, size);
    const part = await ask(url, { headers: { range: 'bytes=5-9' } });
    assert.equal(part.status, 206);
    assert.ok(Buffer.from(await part.arrayBuffer()).equals(whole.subarray(5, 10)));
    // A part of the very file that the client has begun with does not come from where nobody knows our tags.
    const more = await ask(url, { headers: { range: 'bytes=-4', 'if-range': `"${sha256}"` } });
    assert.deepEqual([more.status, more.redirected], [206, false]);
    assert.ok(Buffer.from(await more.arrayBuffer()).equals(whole.subarray(-4)));
    const head = await ask(url, { method: 'HEAD', redirect: 'manual' });
    assert.deepEqual([head.status, head.headers.get('content-length')], [200, String(size)]);
    assert.equal((await ask(url, { headers: { range: `bytes=${size}-` } })).status, 416);
    assert.equal((await ask(url, { headers: { 'if-none-match': `"${sha256}"` } })).status, 304);
  });

  test('a task takes its file from S3, works on a disk of its own and leaves its result in S3', async () => {
    const form = new FormData();
    form.set('operation', 'sort');
    form.set('options', JSON.stringify({ by: [{ column: 'id' }] }));
    form.set('file', new Blob(['id;name\n3;Cy\n007;Ada\n1e5;Bo\n']), 'people.csv');
    const posted = await ask('/v1/tasks', { method: 'POST', body: form });
    assert.equal(posted.status, 202);
    const { task_id: id } = ((await posted.json()) as { data: { task_id: string } }).data;
    const { get } = productApi(api);
    await until(
      async () => (await get(`/v1/tasks/${id}`)).data.status === 'COMPLETED',
      'the task is completed',
    );
    const result = await ask(`/v1/tasks/${id}/result`);
    assert.ok(result.redirected);
    assert.equal(await result.text(), 'id;name\n007;Ada\n1e5;Bo\n3;Cy\n');
    assert.deepEqual(readdirSync(readOnly), []);
  });

  test('while S3 is busy an upload is told so, a job waits and burns no attempt', async () => {
    const products = productApi(api);
    const small = join(folder, 'yob2025.txt');
    writeFileSync(small, 'Emma,F,20\nOlivia,F,30\n');
    proxy.mode = 'busy';
    const refused = await products.upload(small);
    assert.deepEqual([refused.status, refused.body.error.code], [503, 'unavailable']);
    assert.match(refused.body.error.message, /^The file store cannot be reached just now/);
    assert.equal((await fetch(`${api.url}/health`)).status, 503);
    const posted = await ask('/v1/exports', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ resource_type: 'names', filters: { area: 'US', year: '2022' } }),
    });
    const { job_id: id } = (await posted.json()) as { job_id: string };
    const job = async () => (await products.get(`/v1/jobs/${id}`)).data;
    await until(async () => /503/.test((await job()).last_error ?? ''), 'the job meets the outage');
    assert.equal((await job()).status, 'queued');
    proxy.mode = 'pass';
    await until(async () => (await job()).status === 'completed', 'the job goes on');
    assert.equal((await job()).attempts, 1);
    assert.equal((await products.imported(small)).status, 'completed');
    assert.deepEqual(await bucket.unfinished(), []);
  });

  test('doctor asks the bucket', async () => {
    const { stdout } = await runCommand(['doctor'], { dataDir: join(folder, 'doctor'), env: settings });
    assert.match(stdout, /^ok {4}files: S3 bucket test-\S+ answers$/m);
  });

  test('a start with a wrong secret ends at once and says what is wrong', async () => {
    for (const command of ['serve', 'worker']) {
      const { code, stderr } = await runCommand([command], {
        dataDir: join(folder, 'wrong'),
        env: { ...settings, AWS_SECRET_ACCESS_KEY: 'wrong' },
      });
      assert.equal(code, 1);
      assert.match(
        stderr,
        /^storage_refused: S3 bucket .* SignatureDoesNotMatch.* Check AWS_SECRET_ACCESS_KEY\.$/m,
      );
      assert.doesNotMatch(stderr, /wrong'/);
    }
  });
});

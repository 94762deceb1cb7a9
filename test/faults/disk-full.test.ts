import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, test, type TestContext } from 'node:test';
import { clusterIn } from '#platform/postgres/embedded-cluster.ts';
import { stopOrphan } from '#platform/postgres/embedded-server.ts';
import { sql } from '#platform/postgres/sql.ts';
import { PREFIX } from '#test/support/postgres-server.ts';
import { type ProductApi, productApi } from '#test/support/product-api.ts';
import { type ServeProcess, startServe } from '#test/support/serve-process.ts';
import { mountSmallDisk, type SmallDisk, WITHOUT_DISK } from '#test/support/small-disk.ts';
import { writeStatesFile } from './import-files.ts';
import { openTestPool, until } from './jobs-support.ts';

const FIELDS = { country_id: 'US', allow_duplicate: 'true' };
/** A statement that fills the log of the database with 8 MB. */
const LOG_BYTES = sql`SELECT pg_logical_emit_message(true, 'test', repeat('x', 8 * 1024 * 1024))`;
const LOG_TIMES = 60;

interface Scene {
  readonly folder: string;
  readonly disk: SmallDisk;
  readonly server: ServeProcess;
  readonly api: ProductApi;
}

suite('a disk that is full to the last byte', { skip: WITHOUT_DISK ?? false, concurrency: true }, () => {
  test('of the database: reading goes on, writing is told so, jobs wait; also when its log finds no room', async (t) => {
    const { folder, disk, server, api } = await sceneOf(t, 'postgres', 320);
    const file = join(folder, 'states.csv');
    await writeStatesFile(file, 1);
    await api.imported(file, FIELDS);
    const { body } = await api.upload(file, FIELDS);
    const job = async () => (await api.get(`/v1/jobs/${body.data.job_id}`)).data;
    await until('the import runs', async () => (await job()).status === 'running');
    disk.fill();
    await isRefused(() => api.upload(file, FIELDS));
    assert.equal((await fetch(`${server.url}/v1/names?country=US&year=2000&area=CA&limit=1`)).status, 200);
    assert.equal((await fetch(`${server.url}/health`)).status, 200);

    const pool = openTestPool(server.databaseUrl);
    t.after(() => pool.close());
    await assert.rejects(async () => {
      for (let time = 0; time < LOG_TIMES; time++) await pool.run('log', LOG_BYTES);
    });
    await until('it is down', async () => (await api.send('GET', '/v1/jobs')).status === 503);
    assert.equal((await fetch(`${server.url}/health`)).status, 503);
    assert.doesNotMatch(await statusOf(job), /failed/);

    disk.free();
    await until('the import goes on', async () => (await statusOf(job)) === 'completed', 120_000);
    assert.equal((await job()).attempts, 1);
    assert.equal((await fetch(`${server.url}/ready`)).status, 200);
    await api.imported(file, FIELDS);
  });

  test('of the file store: uploads are refused whole, and jobs wait for room', async (t) => {
    const { folder, disk, api } = await sceneOf(t, 'files', 16);
    const [small, large] = [join(folder, 'yob2020.txt'), join(folder, 'yob2021.txt')];
    writeFileSync(small, 'Emma,F,20\nOlivia,F,30\n');
    writeFileSync(large, 'Emma,F,20\n'.repeat(200_000));
    await api.imported(small);
    disk.fill();
    const before = storedFiles(disk);
    await isRefused(() => api.upload(large));
    assert.deepEqual(storedFiles(disk), before, 'nothing of it stays behind');
    const posted = await api.send('POST', '/v1/exports', { resource_type: 'names', filters: { area: 'US' } });
    assert.equal(posted.status, 202, JSON.stringify(posted.body));
    const job = async () => (await api.get(`/v1/jobs/${posted.body.job_id}`)).data;
    await until('the export finds no room', async () => /no room/i.test((await job()).last_error ?? ''));
    assert.equal((await job()).status, 'queued');
    disk.free();
    await until('the export is made', async () => (await job()).status === 'completed');
    assert.equal((await job()).attempts, 1);
  });
});

/** A server with all in one process; `place` of its data folder is a disk of its own. */
async function sceneOf(t: TestContext, place: string, megabytes: number): Promise<Scene> {
  const folder = mkdtempSync(join(tmpdir(), PREFIX));
  chmodSync(folder, 0o711);
  const disk = mountSmallDisk(join(folder, 'data', place), megabytes);
  const starting = startServe(join(folder, 'data'), { WORKER_POLL_INTERVAL: '500ms' });
  t.after(async () => {
    disk.free();
    await starting.then(
      (started) => started.stop(),
      () => stopOrphan(clusterIn(join(folder, 'data/postgres'), 18).dataFolder),
    );
    disk.remove();
    rmSync(folder, { recursive: true, force: true });
  });
  const server = await starting;
  return { folder, disk, server, api: productApi(server) };
}

/** What there is room for in pages that are there already passes. */
async function isRefused(send: () => ReturnType<ProductApi['upload']>): Promise<void> {
  const { body } = await until('refused', async () => {
    const answer = await send();
    assert.ok([202, 503].includes(answer.status), JSON.stringify(answer.body));
    return answer.status === 503 && answer;
  });
  assert.equal(body.error.code, 'storage_full');
}

/** `unknown` while nobody can be asked. */
async function statusOf(job: () => Promise<{ readonly status: string }>): Promise<string> {
  return job().then(
    ({ status }) => status,
    () => 'unknown',
  );
}

function storedFiles({ folder }: SmallDisk): string[] {
  return readdirSync(folder, { recursive: true }).map(String).sort();
}

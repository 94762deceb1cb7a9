import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Client } from 'pg';
import { type PgBouncer, startPgBouncer, WITHOUT_PGBOUNCER } from '#test/support/pgbouncer-server.ts';
import { PREFIX, startThrowawayServer, type ThrowawayServer } from '#test/support/postgres-server.ts';
import { productApi, TEST_ADMIN_KEY } from '#test/support/product-api.ts';
import {
  type ProductProcess,
  type ServeProcess,
  type Settings,
  startServe,
  startWorkerProcess,
} from '#test/support/serve-process.ts';
import { until } from '#test/support/server.ts';

const USERS = 2000;

describe(
  'an API and workers behind PgBouncer in transaction mode',
  { skip: WITHOUT_PGBOUNCER ?? false },
  () => {
    const folder = mkdtempSync(join(tmpdir(), PREFIX));
    let postgres: ThrowawayServer;
    let pooler: PgBouncer;
    let direct: Client;
    /** Holds locks; a transaction sees an old pg_stat_activity. */
    let holding: Client;
    let settings: Settings;
    let api: ServeProcess;
    let worker: ProductProcess;

    before(async () => {
      postgres = await startThrowawayServer();
      pooler = await startPgBouncer(postgres.url, { poolSize: 6 });
      direct = new Client({ connectionString: postgres.url });
      await direct.connect();
      holding = new Client({ connectionString: postgres.url });
      await holding.connect();
      settings = {
        DATABASE_URL: pooler.url,
        DATABASE_DIRECT_URL: postgres.url,
        STORAGE_PATH: join(folder, 'files'),
        BOOTSTRAP_ADMIN_KEY: TEST_ADMIN_KEY,
        // Only LISTEN tells of jobs.
        WORKER_POLL_INTERVAL: '1h',
      };
      api = await startServe(join(folder, 'api'), { ...settings, WORKER_CONCURRENCY: '0' });
      worker = await startWorkerProcess(join(folder, 'worker'), { ...settings, JOB_LEASE: '2s' });
    });
    after(async () => {
      await Promise.allSettled([worker?.kill(), api?.stop()]);
      await direct?.end();
      await holding?.end();
      await pooler?.stop();
      await postgres.stop();
      rmSync(folder, { recursive: true, force: true });
    });

    function ask(path: string, init: RequestInit = {}): Promise<Response> {
      const headers = { authorization: `Bearer ${TEST_ADMIN_KEY}`, ...(init.headers as object) };
      return fetch(new URL(path, api.url), { ...init, headers });
    }

    // oxlint-disable-next-line typescript/no-explicit-any
    async function accepted(path: string, init: RequestInit): Promise<any> {
      const response = await ask(path, { method: 'POST', ...init });
      const body = await response.json();
      assert.equal(response.status, 202, JSON.stringify(body));
      return body;
    }

    // oxlint-disable-next-line typescript/no-explicit-any
    async function reaches(path: string, status: string): Promise<any> {
      const { get } = productApi(api);
      // oxlint-disable-next-line typescript/no-explicit-any
      let view: any;
      await until(async () => {
        const body = await get(path);
        view = body.data ?? body;
        const now = String(view.status).toLowerCase();
        assert.ok(now === status || now !== 'failed', JSON.stringify(view));
        return now === status;
      }, `${path} is ${status}`);
      return view;
    }

    async function sendUsers(prefix: string): Promise<string> {
      const form = new FormData();
      form.set('resource_type', 'users');
      const rows = Array.from({ length: USERS }, (_, at) => `${prefix}${at}@example.org,${prefix}${at}`);
      form.set('file', new Blob([['email,username', ...rows, ''].join('\n')]), 'users.csv');
      const { job_id: id } = await accepted('/v1/imports', {
        headers: { 'idempotency-key': `import-${prefix}` },
        body: form,
      });
      return id;
    }

    /** Server processes that work for a job or an export. */
    async function named(): Promise<number[]> {
      const { rows } = await direct.query<{ pid: number }>(
        `SELECT pid FROM pg_stat_activity WHERE application_name ~ '^(job|export) '`,
      );
      return rows.map(({ pid }) => pid);
    }

    test('files of names are taken in, published, listed and compared', async () => {
      for (const [year, count] of [
        [2001, 10],
        [2002, 12],
      ]) {
        const file = join(folder, `yob${year}.txt`);
        writeFileSync(file, `Emma,F,${count}\nOlivia,F,5\nLiam,M,${count}\n`);
        await productApi(api).imported(file);
      }
      const { get } = productApi(api);
      const trend = await get('/v1/names/Emma/trend?country=US&gender=F');
      assert.deepEqual(
        trend.data.series[0].points.map(({ year, count }: { year: number; count: number }) => [year, count]),
        [
          [2001, 10],
          [2002, 12],
        ],
      );
      const list = await get('/v1/names?country=US&year=2002&gender=F');
      assert.ok(JSON.stringify(list).includes('Olivia'));
    });

    test('users are imported, and exported alike as a stream and as a file', async () => {
      const view = await reaches(`/v1/imports/${await sendUsers('a')}`, 'completed');
      assert.equal(view.created_count, USERS);
      const streamed = Buffer.from(await (await ask('/v1/exports?resource=users')).arrayBuffer());
      const { job_id: id } = await accepted('/v1/exports', {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ resource_type: 'users', format: 'csv' }),
      });
      const file = await reaches(`/v1/exports/${id}`, 'completed');
      assert.equal(file.sha256, createHash('sha256').update(streamed).digest('hex'));
      assert.equal(file.total_records, USERS);
    });

    test('a task sorts, and one that is over cannot be canceled', async () => {
      const form = new FormData();
      form.set('operation', 'sort');
      form.set('options', JSON.stringify({ by: [{ column: 'id' }] }));
      form.set('file', new Blob(['id;name\n3;Cy\n007;Ada\n1e5;Bo\n']), 'people.csv');
      const { task_id: id } = (await accepted('/v1/tasks', { body: form })).data;
      await reaches(`/v1/tasks/${id}`, 'completed');
      assert.equal(await (await ask(`/v1/tasks/${id}/result`)).text(), 'id;name\n007;Ada\n1e5;Bo\n3;Cy\n');
      assert.equal((await ask(`/v1/tasks/${id}/cancel`, { method: 'POST' })).status, 409);
    });

    test('an import that waits is canceled, and its connection ends', async () => {
      await holding.query('BEGIN');
      await holding.query('LOCK TABLE users IN EXCLUSIVE MODE');
      const id = await sendUsers('b');
      await until(async () => (await named()).length > 0, 'it waits for the lock');
      const [before, shared] = [await named(), await pooler.backends()];
      assert.deepEqual(
        before.filter((pid) => shared.includes(pid)),
        [],
        'what a takeover ends is shared with nobody',
      );
      assert.equal((await ask(`/v1/imports/${id}/cancel`, { method: 'POST' })).status, 202);
      await reaches(`/v1/imports/${id}`, 'canceled');
      await until(async () => (await named()).length === 0, 'nothing waits any more');
      await holding.query('ROLLBACK');
      const { data } = await productApi(api).get('/v1/users?username=b0');
      assert.deepEqual(data, []);
    });

    test('a worker that stands still is taken over: its connections end, and no question of others', async () => {
      await holding.query('BEGIN');
      await holding.query('LOCK TABLE users IN EXCLUSIVE MODE');
      const id = await sendUsers('c');
      await until(async () => (await named()).length > 0, 'it waits for the lock');
      process.kill(worker.pid, 'SIGSTOP');
      const stopped = await named();
      let isEnding = false;
      const statuses = new Set<number>();
      const asking = Array.from({ length: 8 }, async () => {
        while (!isEnding) statuses.add((await ask('/v1/datasets')).status);
      });
      const second = await startWorkerProcess(join(folder, 'second'), { ...settings, JOB_LEASE: '2s' });
      try {
        await until(
          async () => !(await named()).some((pid) => stopped.includes(pid)),
          'the former sessions end',
        );
        await holding.query('ROLLBACK');
        const view = await reaches(`/v1/imports/${id}`, 'completed');
        assert.equal(view.created_count, USERS);
        isEnding = true;
        await Promise.all(asking);
        assert.deepEqual([...statuses], [200]);
        assert.doesNotMatch(api.output(), /connection broke/);
        assert.doesNotMatch(pooler.output(), /server conn crashed|terminating connection/);
      } finally {
        isEnding = true;
        process.kill(worker.pid, 'SIGCONT');
        await second.stop();
      }
    });

    test('what clients share keeps nothing of them: no settings, locks, statements, tables, channels', async () => {
      const shared = new Client({ connectionString: pooler.url });
      await shared.connect();
      const seen = new Set<number>();
      try {
        await until(async () => {
          const { rows } = await shared.query(`
          SELECT pg_backend_pid() AS pid,
                 (SELECT count(*)::int FROM pg_prepared_statements) AS statements,
                 (SELECT count(*)::int FROM pg_listening_channels()) AS channels,
                 (SELECT count(*)::int FROM pg_class WHERE relnamespace = pg_my_temp_schema()) AS tables,
                 (SELECT count(*)::int FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()) AS locks,
                 (SELECT count(*)::int FROM pg_cursors WHERE is_holdable) AS cursors,
                 ARRAY(SELECT name FROM pg_settings WHERE source = 'session' AND name NOT IN
                   ('application_name', 'client_encoding', 'DateStyle', 'TimeZone', 'standard_conforming_strings')
                 ) AS settings`);
          const { pid, ...left } = rows[0];
          assert.deepEqual(left, {
            statements: 0,
            channels: 0,
            tables: 0,
            locks: 0,
            cursors: 0,
            settings: [],
          });
          seen.add(pid);
          return (await pooler.backends()).every((backend) => seen.has(backend));
        }, 'all were looked at');
      } finally {
        await shared.end();
      }
      assert.ok(seen.size > 1);
    });
  },
);

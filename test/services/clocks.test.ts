import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, test, type TestContext } from 'node:test';
import { enqueueJob } from '#engine/jobs/enqueue.query.ts';
import { sql } from '#platform/postgres/sql.ts';
import { type ClockFile, createClock, WITHOUT_CLOCKS } from '#test/support/clock-file.ts';
import { testDatabase } from '#test/support/database.ts';
import { TEST_ADMIN_KEY } from '#test/support/product-api.ts';
import { startServe } from '#test/support/serve-process.ts';
import { startApart } from '../faults/import-scene.ts';
import { copyJob, createJobTables } from '../faults/jobs-definitions.ts';
import { jobReaches, jobRow, startChildWorker, startTestWorker, until } from '../faults/jobs-support.ts';
import { allAre, beginWork, RUNNING } from '../faults/sigterm-run.ts';

const HOUR_S = 3600;
/** Forward, then back over the true time, then true again. */
const JUMPS_S = [HOUR_S, -HOUR_S, 0];
/** Of workers, as scenes have them. */
const LEASE_MS = 2_000;

suite('a clock that jumps by an hour', { skip: WITHOUT_CLOCKS ?? false, concurrency: true }, () => {
  test('of the API and the worker: what runs keeps its lease, and ends once', async (t) => {
    const clock = clockOf(t);
    const scene = await startApart(clock.env);
    t.after(() => scene.stop());
    const work = await beginWork(t, scene);
    for (const seconds of JUMPS_S) {
      clock.set(seconds);
      await isNoticed(scene.server().url, seconds);
      await leasesPass(3);
      await allAre(scene, work.jobs, RUNNING);
      assert.equal((await fetch(`${scene.server().url}/ready`)).status, 200);
    }
    await work.release();
    await work.check();
  });

  test('of one process with its own workers: they are not taken for stalled', async (t) => {
    const clock = clockOf(t);
    const { pool, url } = await testDatabase(t);
    const server = await startServe(clock.folder, {
      ...clock.env,
      DATABASE_URL: url,
      BOOTSTRAP_ADMIN_KEY: TEST_ADMIN_KEY,
      WORKER_POLL_INTERVAL: '500ms',
      JOB_STALL_TIMEOUT: '20s',
      JOB_LEASE: '2s',
      LOG_LEVEL: 'info',
    });
    t.after(() => server.stop());
    for (const seconds of JUMPS_S) {
      clock.set(seconds);
      await isNoticed(server.url, seconds);
      await leasesPass(3);
      const jobId = await enqueueJob(pool, { type: 'maintain_tasks', payload: {}, createdBy: null });
      assert.equal((await jobReaches(pool, jobId, 'completed', 20_000)).attempts, 1);
    }
    assert.doesNotMatch(server.output(), /thread was lost/);
  });

  for (const seconds of [HOUR_S, -HOUR_S]) {
    test(`of a worker, by ${seconds} s: its lease is kept while it lives, and no longer`, async (t) => {
      const clock = clockOf(t);
      const db = await testDatabase(t);
      await createJobTables(db.pool);
      const payload = { place: 'before insert' };
      const jobId = await enqueueJob(db.pool, { type: 'copy', payload, createdBy: null });
      const child = startChildWorker(db.url, { leaseMs: LEASE_MS }, clock.env);
      t.after(() => child.kill());
      await child.says('at before insert');
      const other = await startTestWorker(db, [copyJob(db.pool, async () => {})], { leaseMs: LEASE_MS });
      t.after(() => other.stop());
      clock.set(seconds);
      await leasesPass(3);
      const { status, lease_token } = await jobRow(db.pool, jobId);
      assert.deepEqual({ status, lease_token }, { status: 'running', lease_token: 1 });
      const left = sql`SELECT FROM jobs WHERE lease_expires_at < clock_timestamp() + interval '2 s'`;
      assert.equal(await db.pool.run('left', left), 1, 'no longer than the lease is');

      await child.kill();
      const { attempts, lost_leases } = await jobReaches(db.pool, jobId, 'completed', 30_000);
      assert.deepEqual({ attempts, lost_leases }, { attempts: 1, lost_leases: 1 });
    });
  }
});

function clockOf(t: TestContext): ClockFile & { readonly folder: string } {
  const folder = mkdtempSync(join(tmpdir(), 'affirm-clock-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, 'data'));
  return { ...createClock(folder), folder: join(folder, 'data') };
}

/** Until the process itself says so: or else the test would show nothing. */
async function isNoticed(url: string, seconds: number): Promise<void> {
  await until('the clock jumps', async () => {
    const { timestamp } = (await (await fetch(`${url}/health`)).json()) as { timestamp: string };
    return Math.abs(Date.parse(timestamp) - Date.now() - seconds * 1000) < 60_000;
  });
}

async function leasesPass(count: number): Promise<void> {
  const since = performance.now();
  await until('leases pass', () => performance.now() - since > count * LEASE_MS);
}

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import type { Pool } from '#platform/postgres/database.ts';
import { type Sql, sql } from '#platform/postgres/sql.ts';
import { testDatabase } from '#test/support/database.ts';
import { productApi, TEST_ADMIN_KEY } from '#test/support/product-api.ts';
import { startServe } from '#test/support/serve-process.ts';
import { jobReaches, jobRow, openTestPool, until } from './jobs-support.ts';

/** With one worker, the API has seven of them. */
const CONNECTIONS = 12;
const REQUESTS = 20;
/** Ten seconds that a request waits for a connection, and what a busy machine adds. */
const ANSWERED_WITHIN_MS = 30_000;

test('all connections are taken: requests are told so in time, jobs keep their leases, and it passes', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'affirm-pool-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const { pool: db, url } = await testDatabase(t);
  const server = await startServe(folder, {
    DATABASE_URL: url,
    DATABASE_MAX_CONNECTIONS: String(CONNECTIONS),
    WORKER_CONCURRENCY: '1',
    WORKER_POLL_INTERVAL: '500ms',
    JOB_LEASE: '2s',
    BOOTSTRAP_ADMIN_KEY: TEST_ADMIN_KEY,
  });
  t.after(() => server.stop());
  const api = productApi(server);

  // An export that stands still while it reads.
  const reading = await hold(t, url, sql`LOCK TABLE users IN ACCESS EXCLUSIVE MODE`);
  const { body } = await api.send('POST', '/v1/exports', { resource_type: 'users' });
  await until('it reads', async () => (await waiting(db)) === 1);
  const before = await jobRow(db, body.job_id);

  const asking = await hold(t, url, sql`LOCK TABLE countries IN ACCESS EXCLUSIVE MODE`);
  const held = Array.from({ length: REQUESTS }, () => fetch(`${server.url}/v1/countries`));
  await until('connections are taken', async () => (await waiting(db)) > 3);
  const started = performance.now();
  const refused = await fetch(`${server.url}/v1/jobs`, {
    headers: { authorization: `Bearer ${server.key}` },
  });
  const tookMs = performance.now() - started;
  const { error } = (await refused.json()) as { error: { code: string } };
  assert.deepEqual([refused.status, error.code], [503, 'unavailable']);
  assert.match(refused.headers.get('retry-after') ?? '', /^[1-9]\d*$/);
  assert.ok(tookMs < ANSWERED_WITHIN_MS, `it took ${tookMs} ms`);

  await asking.release();
  const statuses = (await Promise.all(held)).map(({ status }) => status);
  assert.deepEqual(new Set(statuses), new Set([200, 503]));
  assert.equal((await api.send('GET', '/v1/jobs')).status, 200, 'at once, and by itself');
  const { status, lease_token, lost_leases } = await jobRow(db, body.job_id);
  assert.deepEqual([status, lease_token, lost_leases], ['running', before.lease_token, 0]);
  await reading.release();
  assert.equal((await jobReaches(db, body.job_id, 'completed')).attempts, 1);
});

/** A lock that somebody else holds. */
async function hold(t: TestContext, url: string, lock: Sql): Promise<{ release(): Promise<void> }> {
  const pool = openTestPool(url);
  t.after(() => pool.close());
  const [locked, ending] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const holding = pool.transaction(async (tx) => {
    await tx.run('lock', lock);
    locked.resolve();
    await ending.promise;
  });
  await Promise.race([locked.promise, holding]);
  const release = (): Promise<void> => {
    ending.resolve();
    return holding;
  };
  // Whatever fails in between must not wait for it.
  t.after(release);
  return { release };
}

/** Statements that wait for a lock. */
function waiting(db: Pool): Promise<number> {
  return db.run(
    'waiting',
    sql`SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`,
  );
}

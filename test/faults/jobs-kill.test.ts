import assert from 'node:assert/strict';
import { test } from 'node:test';
import { enqueueJob } from '#engine/jobs/enqueue.query.ts';
import { sql } from '#platform/postgres/sql.ts';
import { testDatabase } from '#test/support/database.ts';
import { createJobTables } from './jobs-definitions.ts';
import { startChildWorker, until } from './jobs-support.ts';

const JOBS = 300;
const KILLS = 3;

test(`${JOBS} jobs, ${KILLS} workers killed in the middle: every job takes effect exactly once`, async (t) => {
  const db = await testDatabase(t);
  await createJobTables(db.pool);
  await db.pool.transaction(async (tx) => {
    for (let n = 0; n < JOBS; n++) await enqueueJob(tx, { type: 'count', payload: { n }, createdBy: null });
  });
  const completed = async (): Promise<number> =>
    (await db.pool.many('completed', sql`SELECT 1 FROM jobs WHERE status = 'completed'`)).length;
  const running = async (): Promise<number> =>
    (await db.pool.many('running', sql`SELECT 1 FROM jobs WHERE status = 'running'`)).length;

  const heldBy = async (pid = 0): Promise<number> =>
    (await db.pool.many('held', sql`SELECT 1 FROM jobs WHERE locked_by LIKE ${`%:${pid}:%`}`)).length;

  let interrupted = 0;
  for (let kill = 1; kill <= KILLS; kill++) {
    const child = startChildWorker(db.url, { leaseMs: 500 });
    t.after(() => child.kill());
    const enough = (await completed()) + JOBS / (KILLS + 2);
    await until('some completed', async () => (await completed()) >= enough && (await running()) > 0);
    await child.kill();
    interrupted += await heldBy(child.process.pid);
  }
  assert.ok(interrupted > 0, 'a kill that hits nothing does not count');
  const last = startChildWorker(db.url, { leaseMs: 500 });
  t.after(() => last.kill());
  await until('all completed', async () => (await completed()) === JOBS);

  const effects = await db.pool.many(
    'effects',
    sql`
    SELECT count(*)::int AS rows, count(DISTINCT n)::int AS jobs FROM executions`,
  );
  assert.deepEqual(effects, [{ rows: JOBS, jobs: JOBS }]);
  const again = await db.pool.many('again', sql`SELECT attempts FROM jobs WHERE lease_token > 1`);
  t.diagnostic(`${interrupted} jobs were interrupted, ${again.length} ran again`);
  assert.ok(again.length > 0);
  assert.ok((again as { attempts: number }[]).every(({ attempts }) => attempts === 1));
});

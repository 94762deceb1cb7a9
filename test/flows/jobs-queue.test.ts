import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Type } from 'typebox';
import { defineJob, type JobDefinition } from '#engine/jobs/define-job.ts';
import { enqueueJob } from '#engine/jobs/enqueue.query.ts';
import { sql } from '#platform/postgres/sql.ts';
import { testDatabase } from '#test/support/database.ts';
import { countJob, createJobTables } from '../faults/jobs-definitions.ts';
import { jobReaches, jobRow, openTestPool, startTestWorker, until } from '../faults/jobs-support.ts';

const HOUR = 3_600_000;

/** Remembers when and in which order it ran. */
function recordingJob(): { job: JobDefinition; ran: { n: number; at: number }[] } {
  const ran: { n: number; at: number }[] = [];
  const job = defineJob({
    type: 'record',
    payload: Type.Object({ n: Type.Integer() }),
    async run({ n }) {
      ran.push({ n, at: performance.now() });
    },
  });
  return { job, ran };
}

const record = (n: number, priority = 0) => ({ type: 'record', payload: { n }, priority, createdBy: null });

test('a job is there when its cause commits, and not when that fails', async (t) => {
  const db = await testDatabase(t);
  const { job, ran } = recordingJob();
  const worker = await startTestWorker(db, [job]);
  t.after(() => worker.stop());
  await assert.rejects(
    db.pool.transaction(async (tx) => {
      await enqueueJob(tx, record(1));
      throw new Error('no');
    }),
  );
  const id = await db.pool.transaction((tx) => enqueueJob(tx, record(2)));
  await jobReaches(db.pool, id, 'completed');
  assert.deepEqual(
    ran.map(({ n }) => n),
    [2],
  );
});

test('LISTEN wakes an idle worker within 100 ms although it polls once an hour', async (t) => {
  const db = await testDatabase(t);
  const { job, ran } = recordingJob();
  const worker = await startTestWorker(db, [job], { pollIntervalMs: HOUR });
  t.after(() => worker.stop());
  const delays: number[] = [];
  for (let n = 0; n < 20; n++) {
    await enqueueJob(db.pool, record(n));
    const committed = performance.now();
    const { at } = await until('run', () => ran[n]);
    delays.push(at - committed);
  }
  delays.sort((a, b) => a - b);
  const [shortest = Infinity, median = Infinity] = [delays[0], delays[10]];
  t.diagnostic(
    `from commit to start: median ${median.toFixed(1)} ms, longest ${delays.at(-1)?.toFixed(1)} ms`,
  );
  // The shortest says what a wake-up takes; the others, what else the machine had to do.
  assert.ok(shortest < 100, `${shortest} ms`);
});

test('polling finds jobs when nothing listens', async (t) => {
  const db = await testDatabase(t);
  const { job } = recordingJob();
  const worker = await startTestWorker(db, [job], { listenUrl: undefined, pollIntervalMs: 50 });
  t.after(() => worker.stop());
  await jobReaches(db.pool, await enqueueJob(db.pool, record(1)), 'completed');
});

test('a lost wake-up connection comes back, and what was missed is found', async (t) => {
  const db = await testDatabase(t);
  const { job } = recordingJob();
  const worker = await startTestWorker(db, [job], { pollIntervalMs: HOUR });
  t.after(() => worker.stop());
  const killed = await db.pool.run(
    'kill',
    sql`
    SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
    WHERE application_name = 'affirm-name wake-up' AND datname = current_database()`,
  );
  assert.equal(killed, 1);
  await jobReaches(db.pool, await enqueueJob(db.pool, record(1)), 'completed');
});

test('higher priority first, then the oldest', async (t) => {
  const db = await testDatabase(t);
  const { job, ran } = recordingJob();
  for (const [n, priority] of [
    [1, 0],
    [2, 0],
    [3, 5],
    [4, -1],
    [5, 5],
  ] as const)
    await enqueueJob(db.pool, record(n, priority));
  const worker = await startTestWorker(db, [job], { concurrency: 1 });
  t.after(() => worker.stop());
  await until('all', () => ran.length === 5);
  assert.deepEqual(
    ran.map(({ n }) => n),
    [3, 5, 1, 2, 4],
  );
});

test('a worker leaves alone what it does not know', async (t) => {
  const db = await testDatabase(t);
  const { job } = recordingJob();
  const unknown = await enqueueJob(db.pool, { type: 'later', payload: {}, createdBy: null });
  const worker = await startTestWorker(db, [job]);
  t.after(() => worker.stop());
  await jobReaches(db.pool, await enqueueJob(db.pool, record(1)), 'completed');
  assert.equal((await jobRow(db.pool, unknown)).status, 'queued');
});

test('many workers, many jobs: each runs once, none twice at a time, never more than there are slots', async (t) => {
  const db = await testDatabase(t);
  await createJobTables(db.pool);
  const inside = new Map<number, number>();
  let most = 0;
  const counting = countJob(db.pool, () => undefined);
  const watched: JobDefinition = {
    ...counting,
    async run(payload, context) {
      inside.set(context.leaseToken, (inside.get(context.leaseToken) ?? 0) + 1);
      const busy = worker1.running().length + worker2.running().length;
      most = Math.max(most, busy);
      return counting.run(payload, context);
    },
  };
  const pools = [openTestPool(db.url), openTestPool(db.url)] as const;
  t.after(() => Promise.all(pools.map((pool) => pool.close())));
  const worker1 = await startTestWorker({ url: db.url, pool: pools[0] }, [watched], { concurrency: 3 });
  const worker2 = await startTestWorker({ url: db.url, pool: pools[1] }, [watched], { concurrency: 3 });
  t.after(() => Promise.all([worker1.stop(), worker2.stop()]));
  await db.pool.transaction(async (tx) => {
    for (let n = 0; n < 200; n++) await enqueueJob(tx, { type: 'count', payload: { n }, createdBy: null });
  });
  await until('all completed', async () => {
    const open = await db.pool.many('open', sql`SELECT 1 FROM jobs WHERE status <> 'completed' LIMIT 1`);
    return open.length === 0;
  });
  const counts = await db.pool.many(
    'executions',
    sql`
    SELECT count(*)::int AS runs, count(DISTINCT n)::int AS jobs, count(DISTINCT job_id)::int AS ids FROM executions`,
  );
  assert.deepEqual(counts, [{ runs: 200, jobs: 200, ids: 200 }]);
  assert.deepEqual([...inside.keys()], [1], 'every job was claimed once');
  assert.ok(most > 3 && most <= 6, `${most} at a time`);
});

test('1,000 jobs that do nothing', async (t) => {
  const db = await testDatabase(t);
  const { job, ran } = recordingJob();
  const enqueueing = performance.now();
  await db.pool.transaction(async (tx) => {
    for (let n = 0; n < 1000; n++) await enqueueJob(tx, record(n));
  });
  const started = performance.now();
  const worker = await startTestWorker(db, [job]);
  t.after(() => worker.stop());
  await until('all', async () => {
    if (ran.length < 1000) return false;
    return (
      (await db.pool.many('open', sql`SELECT 1 FROM jobs WHERE status <> 'completed' LIMIT 1`)).length === 0
    );
  });
  const perSecond = (from: number, to: number): string => (1_000_000 / (to - from)).toFixed(0);
  t.diagnostic(
    `enqueued ${perSecond(enqueueing, started)}/s, worked off ${perSecond(started, performance.now())}/s with 4 slots`,
  );
  assert.equal(ran.length, 1000);
});

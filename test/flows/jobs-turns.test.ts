import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Type } from 'typebox';
import { claimJobs, findNextDue } from '#engine/jobs/claim.query.ts';
import { completeAndClaim, completeJobs } from '#engine/jobs/complete-jobs.query.ts';
import { defineJob } from '#engine/jobs/define-job.ts';
import { enqueueJob } from '#engine/jobs/enqueue.query.ts';
import type { Database } from '#platform/postgres/database.ts';
import { sql } from '#platform/postgres/sql.ts';
import { testDatabase } from '#test/support/database.ts';
import { jobRow, startTestWorker, until } from '../faults/jobs-support.ts';

const SYSTEM = '';
const next = { types: ['turn'], worker: 'host:1', leaseMs: 30_000, maxAttempts: 3 };
const progress = { phase: null, bytes_done: 0, bytes_total: null, records_done: 0 };

interface Waiting {
  readonly caller: string;
  readonly priority: number;
  /** Minutes from now; null: at once. */
  readonly dueIn: number | null;
  readonly isKnown: boolean;
}

const anyWaiting: fc.Arbitrary<Waiting> = fc.record({
  caller: fc.constantFrom(SYSTEM, 'a', 'b', 'C', 'é'),
  priority: fc.constantFrom(-50, 0, 0, 5),
  dueIn: fc.constantFrom(null, null, -1, -30, 30),
  isKnown: fc.boolean(),
});

test('claims give the highest priority first, callers in turn, of each the oldest', async () => {
  const { pool } = await testDatabase();
  await fc.assert(
    fc.asyncProperty(
      fc.array(anyWaiting, { maxLength: 25 }),
      fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 6 }),
      async (jobs, claims) => {
        await pool.run('clear', sql`DELETE FROM jobs`);
        await insert(pool, jobs);
        let left = jobs
          .map((job, n) => ({ ...job, n }))
          .filter(({ dueIn, isKnown }) => isKnown && (dueIn ?? 0) <= 0);
        const servedLast = new Map<number, string>();
        for (const slots of claims) {
          const before = new Map(servedLast);
          const expected: number[] = [];
          while (expected.length < slots && left.length > 0) {
            const job = nextOf(left, servedLast);
            left = left.filter((other) => other !== job);
            expected.push(job.n);
            servedLast.set(job.priority, job.caller);
          }
          const freeSlots = Array.from({ length: slots }, (_, n) => n + 1);
          const claimed = await claimJobs(pool, { ...next, freeSlots, servedLast: before });
          assert.deepEqual(
            claimed.map(({ payload, slot }) => [(payload as { n: number }).n, slot]),
            expected.map((n, index) => [n, index + 1]),
          );
        }
      },
    ),
    { numRuns: 60 },
  );
});

/** The model: who is next after the one served last in that priority, in the order of bytes. */
function nextOf<Job extends Waiting>(left: readonly Job[], servedLast: ReadonlyMap<number, string>): Job {
  const highest = Math.max(...left.map(({ priority }) => priority));
  const those = left.filter(({ priority }) => priority === highest);
  const last = servedLast.get(highest) ?? SYSTEM;
  const callers = those
    .map(({ caller }) => caller)
    .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  const caller =
    callers.find((each) => Buffer.compare(Buffer.from(each), Buffer.from(last)) > 0) ?? callers[0];
  return those.find((job) => job.caller === caller) as Job;
}

test('a caller who comes last begins after one job of each other caller, however many wait', async (t) => {
  const db = await testDatabase(t);
  const ran: string[] = [];
  const gate = Promise.withResolvers<void>();
  const job = defineJob({
    type: 'turn',
    payload: Type.Object({ n: Type.Integer(), caller: Type.String() }),
    async run({ caller }) {
      if (ran.push(caller) === 7) await gate.promise;
    },
  });
  const enqueue = (caller: string, n: number) =>
    enqueueJob(db.pool, { type: 'turn', payload: { caller, n }, createdBy: caller });
  await db.pool.run(
    'fill',
    sql`INSERT INTO jobs (type, payload, created_by)
        SELECT 'turn', json_build_object('n', n, 'caller', 'caller ' || n % 3), 'caller ' || n % 3
        FROM generate_series(1, 300) AS n`,
  );
  const worker = await startTestWorker(db, [job], { concurrency: 1 });
  t.after(() => worker.stop());
  await until('seven', () => ran.length === 7);
  await enqueue('newcomer', 1);
  gate.resolve();
  await until('all', () => ran.length === 301);
  const place = ran.indexOf('newcomer');
  assert.ok(place >= 7 && place <= 7 + 3, `${place}`);
  assert.deepEqual(
    [0, 1, 2].map((n) => ran.slice(0, 99).filter((caller) => caller === `caller ${n}`).length),
    [33, 33, 32],
    'a third for each, and one for who came',
  );
});

test('the statement that completes jobs claims for the slots of those that it completed', async (t) => {
  const { pool } = await testDatabase(t);
  await insert(
    pool,
    Array.from({ length: 5 }, () => ({ caller: 'a', priority: 0, dueIn: null, isKnown: true })),
  );
  const running = await claimJobs(pool, { ...next, freeSlots: [3, 7] });
  const batch = running.map(({ id, leaseToken, slot }) => ({
    lease: { jobId: id, leaseToken: slot === 7 ? leaseToken - 1 : leaseToken },
    slot,
    progress,
    result: { slot },
  }));
  const { completed, claimed } = await completeAndClaim(pool, batch, next);
  assert.deepEqual(completed, [running[0]?.id]);
  assert.deepEqual(
    claimed.map(({ payload, slot, lockedBy, attempt, leaseToken }) => [
      payload,
      slot,
      lockedBy,
      attempt,
      leaseToken,
    ]),
    [[{ n: 2 }, 3, 'host:1:3', 1, 1]],
  );
  assert.equal((await jobRow(pool, running[1]?.id ?? '')).status, 'running', 'its lease is another one');
});

test('a worker that stops among many short jobs leaves none behind as running', async (t) => {
  const db = await testDatabase(t);
  let ran = 0;
  const job = defineJob({ type: 'turn', payload: Type.Object({}), run: async () => void ran++ });
  await insert(
    db.pool,
    Array.from({ length: 600 }, () => ({ caller: 'a', priority: 0, dueIn: null, isKnown: true })),
  );
  for (const enough of [1, 100, 200]) {
    const worker = await startTestWorker(db, [job], { concurrency: 5 });
    await until('some ran', () => ran >= enough, undefined, 1);
    await worker.stop();
    const states = await db.pool.many<{ status: string; jobs: number }>(
      'states',
      sql`SELECT status, count(*)::int AS jobs FROM jobs GROUP BY status`,
    );
    assert.deepEqual(new Map(states.map(({ status, jobs }) => [status, jobs])).get('running'), undefined);
    assert.equal(states.find(({ status }) => status === 'completed')?.jobs, ran);
  }
});

test('what a claim and a completion read does not grow with the queue, whatever the table was when they were planned', async (t) => {
  const { pool } = await testDatabase(t);
  const many = (count: number) =>
    pool.run(
      'fill',
      sql`INSERT INTO jobs (type, created_by) SELECT 'turn', 'caller ' || n % 100 FROM generate_series(1, ${count}) AS n`,
    );
  const soon = (minutes: number) =>
    pool.run('delay', sql`UPDATE jobs SET next_retry_at = now() + ${minutes} * interval '1 min'`);
  await many(1);
  await pool.run('analyze', sql`ANALYZE jobs`);
  await pool.session(async (session) => {
    await findNextDue(session, ['turn']);
    const work = () =>
      session.transaction(async (tx) => {
        const before = await tuplesRead(tx);
        const jobs = await claimJobs(tx, { ...next, freeSlots: [1, 2, 3, 4, 5] });
        const leases = jobs.map(({ id: jobId, leaseToken }) => ({ jobId, leaseToken }));
        await completeJobs(
          tx,
          leases.map((lease) => ({ lease, slot: 1, progress, result: {} })),
        );
        await findNextDue(tx, ['turn']);
        return { jobs: jobs.length, read: (await tuplesRead(tx)) - before };
      });
    assert.equal((await work()).jobs, 1);
    await many(10_000);
    await soon(60);
    await many(10_000);
    for (let n = 0; n < 8; n++) {
      const { jobs, read } = await work();
      assert.equal(jobs, 5);
      assert.ok(read < 50, `${read} rows`);
    }
  });
});

/** Rows that this transaction has read from the table. */
async function tuplesRead(tx: Database): Promise<number> {
  const row = await tx.maybeOne<{ read: number }>(
    'read',
    sql`SELECT (seq_tup_read + coalesce(idx_tup_fetch, 0))::int AS read
        FROM pg_stat_xact_user_tables WHERE relname = 'jobs'`,
  );
  return row?.read ?? Number.NaN;
}

/** In this order, each a moment after the one before. */
function insert(db: Database, jobs: readonly Waiting[]): Promise<number> {
  return db.run(
    'insert',
    sql`
    INSERT INTO jobs (type, payload, priority, created_by, next_retry_at, created_at)
    SELECT CASE WHEN is_known THEN 'turn' ELSE 'unknown' END, json_build_object('n', n - 1), priority, nullif(caller, ''),
           now() + due_in * interval '1 min', now() + n * interval '1 ms'
    FROM unnest(${jobs.map(({ caller }) => caller)}::text[], ${jobs.map(({ priority }) => priority)}::int[],
                ${jobs.map(({ dueIn }) => dueIn)}::int[], ${jobs.map(({ isKnown }) => isKnown)}::bool[])
         WITH ORDINALITY AS job (caller, priority, due_in, is_known, n)`,
  );
}

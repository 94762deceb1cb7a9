import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Type } from 'typebox';
import { createCompletions } from '#engine/jobs/completions.ts';
import { defineJob } from '#engine/jobs/define-job.ts';
import { enqueueJob } from '#engine/jobs/enqueue.query.ts';
import { sql } from '#platform/postgres/sql.ts';
import { testDatabase } from '#test/support/database.ts';
import { jobRow, openTestPool, startTestWorker, until } from '../faults/jobs-support.ts';

const progress = { phase: 'end', bytes_done: 7, bytes_total: null, records_done: 3 };

test('jobs that end together are completed by one statement, each by its own lease', async (t) => {
  const { pool } = await testDatabase(t);
  const [first = '', stale = '', locked = '', last = ''] = (
    await pool.many<{ id: string }>(
      'running',
      sql`INSERT INTO jobs (type, status, lease_token, attempts, locked_at, locked_by, lease_expires_at)
          SELECT 'x', 'running', 4, 1, now(), 'host:1:1', now() + interval '1 h' FROM generate_series(1, 4)
          RETURNING id`,
    )
  ).map(({ id }) => id);
  const { complete } = createCompletions(pool);
  const end = (jobId: string, leaseToken: number, result: object = { jobId }): Promise<boolean> =>
    complete({ lease: { jobId, leaseToken }, slot: 1, progress, result });

  const ended = await pool.transaction(async (tx) => {
    await tx.run('lock', sql`SELECT 1 FROM jobs WHERE id = ${locked} FOR UPDATE`);
    const waiting = end(locked, 4);
    const others = await Promise.all([end(first, 4), end(stale, 3), end(last, 4)]);
    assert.deepEqual(others, [true, false, true], 'they do not wait for a row that somebody holds');
    return { waiting };
  });
  assert.equal(await ended.waiting, true);

  const row = await jobRow(pool, first);
  assert.deepEqual([row.status, row.result, row.locked_by], ['completed', { jobId: first }, null]);
  assert.equal((await jobRow(pool, stale)).status, 'running');
  const [written] = await pool.many(
    'progress',
    sql`SELECT phase, bytes_done::int, bytes_total, records_done::int FROM jobs WHERE id = ${last}`,
  );
  assert.deepEqual(written, progress);
});

test('a result that cannot be stored fails its own job, and none of those that end with it', async (t) => {
  const db = await testDatabase(t);
  const pool = openTestPool(db.url);
  t.after(() => pool.close());
  const job = defineJob({
    type: 'result',
    payload: Type.Object({ text: Type.String() }),
    run: async ({ text }) => ({ text: text.replaceAll('0', '\0') }),
  });
  await db.pool.transaction(async (tx) => {
    for (const text of ['a', 'b0', 'c', 'd'])
      await enqueueJob(tx, { type: 'result', payload: { text }, createdBy: null });
  });
  const worker = await startTestWorker({ url: db.url, pool }, [job], { maxAttempts: 1 });
  t.after(() => worker.stop());
  const states = (): Promise<{ text: string; status: string }[]> =>
    db.pool.many('states', sql`SELECT payload->>'text' AS text, status FROM jobs ORDER BY 1`);
  await until('ended', async () =>
    (await states()).every(({ status }) => status !== 'queued' && status !== 'running'),
  );
  assert.deepEqual(
    (await states()).map(({ status }) => status),
    ['completed', 'failed', 'completed', 'completed'],
  );
});

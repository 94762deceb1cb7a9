import assert from 'node:assert/strict';
import { once } from 'node:events';
import { suite, test } from 'node:test';
import { jobDefinitions } from '#engine/jobs/define-job.ts';
import { enqueueJob } from '#engine/jobs/enqueue.query.ts';
import { cancelJob, retryJobByHand } from '#engine/jobs/job-commands.ts';
import { AppError } from '#platform/errors.ts';
import type { Pool } from '#platform/postgres/database.ts';
import { sql } from '#platform/postgres/sql.ts';
import { jobReaches, jobRow, until } from '../faults/jobs-support.ts';
import { facts, scene, untilAborted } from './jobs-scene.ts';

suite('a job', { concurrency: 4 }, () => {
  test('the result of a handler completes the job', async (t) => {
    const { pool, jobId, worker, ended } = await scene(t, async (context) => {
      context.progress({ phase: 'count', records_done: 7 });
      return { rows_processed: 7 };
    });
    await worker();
    const row = await jobReaches(pool, jobId, 'completed');
    assert.deepEqual(row.result, { rows_processed: 7 });
    assert.deepEqual(facts(row), {
      status: 'completed',
      attempts: 1,
      error_code: null,
      outages: 0,
      lost_leases: 0,
    });
    assert.deepEqual(await ended(), []);
  });

  test('a queued job is canceled at once, with its hook in the same transaction', async (t) => {
    const { pool, jobId, definition, ended } = await scene(t, async () => {});
    await cancelJob(pool, jobDefinitions([definition]), jobId, null);
    assert.equal((await jobRow(pool, jobId)).status, 'canceled');
    assert.deepEqual(await ended(), [{ status: 'canceled', code: null }]);
  });

  test('a running job hears at once that it is canceled; its sessions end, also in COPY', async (t) => {
    const { pool, jobId, definition, ended, worker, started } = await scene(t, (context) =>
      context.session(async (session) => {
        await session.run('create', sql`CREATE TEMPORARY TABLE copied (n int)`);
        const copy = session.copyIn('COPY copied FROM STDIN');
        copy.write('1\n');
        await once(copy, 'error');
      }),
    );
    await worker({ leaseMs: 600_000 });
    await started;
    await until('session', async () => (await jobSessions(pool, jobId)) === 1);
    const asked = performance.now();
    await cancelJob(pool, jobDefinitions([definition]), jobId, null);
    await jobReaches(pool, jobId, 'canceled');
    t.diagnostic(`canceled after ${(performance.now() - asked).toFixed(0)} ms with a heartbeat every 200 s`);
    assert.equal(await jobSessions(pool, jobId), 0);
    assert.deepEqual(await ended(), [{ status: 'canceled', code: null }]);
  });

  test('a job canceled between batches keeps those that were committed, and commits no other', async (t) => {
    const two = Promise.withResolvers<void>();
    const { pool, jobId, definition, worker } = await scene(t, async (context) => {
      for (let batch = 1; ; batch++) {
        await context.session((session) =>
          session.transaction(async (tx) => {
            await tx.run('batch', sql`INSERT INTO batches VALUES (${batch})`);
            context.progress({ records_done: batch });
            await context.fence(tx);
          }),
        );
        if (batch === 2) {
          two.resolve();
          await untilAborted(context);
        }
      }
    });
    await pool.run('create', sql`CREATE TABLE batches (n int)`);
    await worker();
    await two.promise;
    await cancelJob(pool, jobDefinitions([definition]), jobId, 'key');
    await jobReaches(pool, jobId, 'canceled');
    assert.deepEqual(await pool.many('batches', sql`SELECT n FROM batches ORDER BY n`), [{ n: 1 }, { n: 2 }]);
  });

  test('a job that fails while it is to be canceled is canceled', async (t) => {
    const { pool, jobId, ended, worker } = await scene(t, async () => {
      await pool.run('wish', sql`UPDATE jobs SET cancel_requested_at = clock_timestamp()`);
      throw new Error('who knows');
    });
    await worker();
    await jobReaches(pool, jobId, 'canceled');
    assert.deepEqual(await ended(), [{ status: 'canceled', code: null }]);
  });

  test('what ended cannot be canceled, what failed can be tried again with all its attempts', async (t) => {
    const { pool, jobId, definition, ended, worker } = await scene(t, async (_context, run) => {
      if (run === 1) throw new AppError('unprocessable', 'no_records', 'No record was accepted.');
    });
    const definitions = jobDefinitions([definition]);
    await worker();
    const failed = await jobReaches(pool, jobId, 'failed');
    assert.deepEqual(facts(failed), {
      status: 'failed',
      attempts: 1,
      error_code: 'no_records',
      outages: 0,
      lost_leases: 0,
    });
    assert.deepEqual(await ended(), [{ status: 'failed', code: 'no_records' }]);
    await assert.rejects(cancelJob(pool, definitions, jobId, null), { kind: 'conflict', code: 'job_ended' });
    await retryJobByHand(pool, definitions, jobId);
    const done = await jobReaches(pool, jobId, 'completed');
    assert.equal(done.attempts, 1);
    assert.deepEqual(await ended(), [], 'the hook of the retry took it back');
    await assert.rejects(retryJobByHand(pool, definitions, jobId), {
      kind: 'conflict',
      code: 'job_not_ended',
    });
  });

  test('shutdown waits for a job that ends in time', async (t) => {
    const { pool, jobId, worker, started } = await scene(t, async () => {
      await new Promise((resolve) => setTimeout(resolve, 200));
    });
    const { stop } = await worker();
    await started;
    await stop();
    assert.equal((await jobRow(pool, jobId)).status, 'completed');
  });

  test('shutdown gives back what does not end, without an attempt, and another worker goes on at once', async (t) => {
    const { pool, jobId, worker, started } = await scene(t, async (context, run) => {
      if (run === 1) await untilAborted(context);
    });
    const first = await worker({ shutdownGraceMs: 100 });
    await started;
    await first.stop();
    const row = await jobRow(pool, jobId);
    assert.deepEqual(facts(row), {
      status: 'queued',
      attempts: 0,
      error_code: null,
      outages: 0,
      lost_leases: 0,
    });
    assert.equal(row.locked_by, null);
    await worker();
    assert.equal((await jobReaches(pool, jobId, 'completed')).attempts, 1);
  });

  test('a handler that ignores its signal loses its job, not the slot', async (t) => {
    const forever = Promise.withResolvers<void>();
    t.after(() => forever.resolve());
    const { pool, jobId, worker, started, definition } = await scene(t, (_context, run) =>
      run === 1 ? forever.promise : Promise.resolve(),
    );
    await worker({ concurrency: 1, abandonAfterMs: 200 });
    await started;
    const next = await enqueueJob(pool, { type: 'scene', payload: {}, createdBy: null });
    await cancelJob(pool, jobDefinitions([definition]), jobId, null);
    await jobReaches(pool, jobId, 'canceled');
    await jobReaches(pool, next, 'completed');
  });
});

test('a handler that blocks the event loop for longer than its lease keeps it, when nobody else was there', async (t) => {
  const { pool, jobId, worker } = await scene(t, async () => {
    const end = performance.now() + 900;
    while (performance.now() < end);
    await new Promise((resolve) => setTimeout(resolve, 300));
    return {};
  });
  await worker({ leaseMs: 450 });
  const row = await jobReaches(pool, jobId, 'completed');
  assert.equal(row.lease_token, 1);
});

async function jobSessions(pool: Pool, jobId: string): Promise<number> {
  const rows = await pool.many(
    'sessions',
    sql`
    SELECT 1 FROM pg_stat_activity WHERE starts_with(application_name, ${`job ${jobId} `})`,
  );
  return rows.length;
}

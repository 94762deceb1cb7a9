import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { enqueueJob } from '#engine/jobs/enqueue.query.ts';
import type { Pool } from '#platform/postgres/database.ts';
import { sql } from '#platform/postgres/sql.ts';
import { jobReaches, until } from '../faults/jobs-support.ts';
import { scene, untilAborted } from './jobs-scene.ts';

suite('a job fails', { concurrency: 4 }, () => {
  test('a bug fails at once', async (t) => {
    const { pool, jobId, worker } = await scene(t, async () => {
      throw new TypeError('x is undefined');
    });
    await worker();
    const row = await jobReaches(pool, jobId, 'failed');
    assert.deepEqual([row.attempts, row.error_code, row.last_error], [1, 'internal_error', 'x is undefined']);
  });

  test('a payload that does not fit fails at once', async (t) => {
    const { pool, worker } = await scene(t, async () => {});
    const jobId = await enqueueJob(pool, { type: 'scene', payload: [1], createdBy: null });
    await worker();
    assert.equal((await jobReaches(pool, jobId, 'failed')).error_code, 'invalid_payload');
  });

  test('an unknown error is tried three times, a second and two apart', async (t) => {
    const at: number[] = [];
    const { pool, jobId, worker, ended } = await scene(t, async () => {
      at.push(performance.now());
      throw new Error('who knows');
    });
    await worker({ pollIntervalMs: 60_000 });
    const row = await jobReaches(pool, jobId, 'failed');
    assert.equal(row.attempts, 3);
    const gaps = at.slice(1).map((time, index) => time - (at[index] ?? 0));
    assert.equal(gaps.length, 2);
    assert.ok((gaps[0] ?? 0) >= 1_000 && (gaps[1] ?? 0) >= 2_000 && (gaps[1] ?? 0) < 30_000, gaps.join(', '));
    assert.deepEqual(await ended(), [{ status: 'failed', code: 'internal_error' }]);
  });

  test('an outage burns no attempt and is waited out longer each time, until its window is over', async (t) => {
    const { pool, jobId, worker, ended } = await scene(t, async () => {
      throw Object.assign(new Error('could not extend file'), { code: '53100' });
    });
    const { requeued, requeues } = await noteRequeues(pool);
    await worker();
    for (let outages = 1; outages <= 3; outages++) await requeued(outages);
    assert.deepEqual((await requeues()).slice(0, 3), [
      { outages: 1, seconds: 1, attempts: 0 },
      { outages: 2, seconds: 2, attempts: 0 },
      { outages: 3, seconds: 4, attempts: 0 },
    ]);
    await pool.run(
      'later',
      sql`
    UPDATE jobs SET outage_since = outage_since - interval '31 min', next_retry_at = clock_timestamp()`,
    );
    const row = await jobReaches(pool, jobId, 'failed');
    assert.equal(row.error_code, 'disk_full');
    assert.deepEqual(await ended(), [{ status: 'failed', code: 'disk_full' }]);
  });

  test('a lost connection to the database is an outage: the next run goes on', async (t) => {
    const { pool, jobId, worker } = await scene(t, (context, run) =>
      context.session(async (session) => {
        if (run === 1) await session.run('end me', sql`SELECT pg_terminate_backend(pg_backend_pid())`);
        return { run };
      }),
    );
    await worker();
    const { result, attempts, outages } = await jobReaches(pool, jobId, 'completed');
    assert.deepEqual({ result, attempts, outages }, { result: { run: 2 }, attempts: 1, outages: 1 });
  });

  test('an outage after progress is another outage, the same place again is not', async (t) => {
    const records = [100, 100, 101];
    const { pool, worker } = await scene(t, async (context, run) => {
      context.progress({ phase: 'load', records_done: records[run - 1] ?? 101 });
      throw Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
    });
    const { requeued, requeues } = await noteRequeues(pool);
    await worker();
    for (let run = 1; run <= 3; run++) await requeued(run);
    const counts = (await requeues()).slice(0, 3).map(({ outages }) => outages);
    assert.deepEqual(counts, [1, 2, 1]);
  });

  test('no progress for the stall timeout fails the job, progress keeps it', async (t) => {
    let lastProgress = 0;
    const { pool, jobId, worker, ended } = await scene(t, async (context) => {
      for (let records = 1; records <= 35; records++) {
        context.progress({ phase: 'load', records_done: records });
        lastProgress = performance.now();
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      await untilAborted(context);
    });
    await worker({ leaseMs: 600, stallTimeoutMs: 2_500 });
    const row = await jobReaches(pool, jobId, 'failed');
    assert.ok(performance.now() - lastProgress >= 2_000, '3.5 s of progress were longer than the timeout');
    assert.equal(row.error_code, 'timeout');
    assert.match(row.last_error ?? '', /no progress for 2.5 s; last at phase load, 0 bytes, 35 records/);
    assert.deepEqual(await ended(), [{ status: 'failed', code: 'timeout' }]);
  });

  test('too long in all fails the job although it makes progress', async (t) => {
    const { pool, jobId, worker } = await scene(t, async (context) => {
      for (let records = 1; !context.signal.aborted; records++) {
        context.progress({ records_done: records });
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      context.signal.throwIfAborted();
    });
    await worker({ leaseMs: 600, jobTimeoutMs: 1_000 });
    assert.equal((await jobReaches(pool, jobId, 'failed')).error_code, 'timeout');
  });
});

/** Notes how a job is put back, at that moment: whoever asks a little later may find it running again. */
async function noteRequeues(pool: Pool): Promise<{
  /** Waits until it was put back so often, and lets it run again at once. */
  requeued(times: number): Promise<void>;
  requeues(): Promise<{ outages: number; seconds: number; attempts: number }[]>;
}> {
  await pool.run('table', sql`CREATE TABLE requeues (no serial, outages int, seconds float8, attempts int)`);
  await pool.run(
    'function',
    sql`
      CREATE FUNCTION note_requeue() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN
        INSERT INTO requeues (outages, seconds, attempts)
        VALUES (NEW.outages, round(extract(epoch FROM NEW.next_retry_at - clock_timestamp())), NEW.attempts);
        RETURN NULL;
      END'`,
  );
  await pool.run(
    'trigger',
    sql`
      CREATE TRIGGER note_requeue AFTER UPDATE ON jobs FOR EACH ROW
      WHEN (OLD.status = 'running' AND NEW.status = 'queued') EXECUTE FUNCTION note_requeue()`,
  );
  const requeues = (): Promise<{ outages: number; seconds: number; attempts: number }[]> =>
    pool.many('requeues', sql`SELECT outages, seconds, attempts FROM requeues ORDER BY no`);
  return {
    requeues,
    async requeued(times) {
      await until('requeued', async () => (await requeues()).length >= times);
      await pool.run('hurry', sql`UPDATE jobs SET next_retry_at = clock_timestamp() WHERE status = 'queued'`);
    },
  };
}

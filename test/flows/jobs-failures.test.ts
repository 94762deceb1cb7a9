import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { enqueueJob } from '#engine/jobs/enqueue.query.ts';
import { sql } from '#platform/postgres/sql.ts';
import { jobReaches, jobRow, until } from '../faults/jobs-support.ts';
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
    assert.ok((gaps[0] ?? 0) >= 1_000 && (gaps[1] ?? 0) >= 2_000 && (gaps[1] ?? 0) < 3_500, gaps.join(', '));
    assert.deepEqual(await ended(), [{ status: 'failed', code: 'internal_error' }]);
  });

  test('an outage burns no attempt and is waited out longer each time, until its window is over', async (t) => {
    const { pool, jobId, worker, ended } = await scene(t, async () => {
      throw Object.assign(new Error('could not extend file'), { code: '53100' });
    });
    await worker();
    const seen: [outages: number, wait: number, attempts: number][] = [];
    for (const outages of [1, 2, 3]) {
      const row = await until('outage', async () => {
        const now = await jobRow(pool, jobId);
        return now.status === 'queued' && now.outages === outages && now;
      });
      seen.push([outages, Math.round(row.retry_in ?? 0), row.attempts]);
      await pool.run('hurry', sql`UPDATE jobs SET next_retry_at = clock_timestamp()`);
    }
    assert.deepEqual(seen, [
      [1, 1, 0],
      [2, 2, 0],
      [3, 4, 0],
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
    const { pool, jobId, worker } = await scene(t, async (context, run) => {
      context.progress({ phase: 'load', records_done: records[run - 1] ?? 101 });
      throw Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
    });
    await worker();
    const counts: number[] = [];
    for (let run = 1; run <= 3; run++) {
      const row = await until('requeued', async () => {
        const now = await jobRow(pool, jobId);
        return now.status === 'queued' && now.lease_token === run && now;
      });
      counts.push(row.outages);
      await pool.run('hurry', sql`UPDATE jobs SET next_retry_at = clock_timestamp()`);
    }
    assert.deepEqual(counts, [1, 2, 1]);
  });

  test('no progress for the stall timeout fails the job, progress keeps it', async (t) => {
    let lastProgress = 0;
    const { pool, jobId, worker, ended } = await scene(t, async (context) => {
      for (let records = 1; records <= 12; records++) {
        context.progress({ phase: 'load', records_done: records });
        lastProgress = performance.now();
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      await untilAborted(context);
    });
    await worker({ leaseMs: 600, stallTimeoutMs: 900 });
    const row = await jobReaches(pool, jobId, 'failed');
    assert.ok(performance.now() - lastProgress >= 700, '1.2 s of progress were longer than the timeout');
    assert.equal(row.error_code, 'timeout');
    assert.match(row.last_error ?? '', /no progress for 0.9 s; last at phase load, 0 bytes, 12 records/);
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

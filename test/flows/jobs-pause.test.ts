import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { jobDefinitions } from '#engine/jobs/define-job.ts';
import { enqueueJob, releaseJob } from '#engine/jobs/enqueue.query.ts';
import { cancelJob, pauseJob, resumePausedJob } from '#engine/jobs/job-commands.ts';
import { AppError } from '#platform/errors.ts';
import { sql } from '#platform/postgres/sql.ts';
import { jobReaches, jobRow, until } from '../faults/jobs-support.ts';
import { scene, untilAborted } from './jobs-scene.ts';

suite('pausing', { concurrency: 4 }, () => {
  test('a running job stops at once, costs no attempt, and goes on when it is resumed', async (t) => {
    const { pool, jobId, definition, ended, worker, started } = await scene(t, async (context, run) => {
      if (run === 1) await untilAborted(context);
      return { run };
    });
    const definitions = jobDefinitions([definition]);
    await worker({ leaseMs: 60_000 });
    await started;
    await pauseJob(pool, definitions, jobId);
    const paused = await jobReaches(pool, jobId, 'paused', 2_000);
    assert.deepEqual([paused.attempts, paused.locked_by], [0, null]);
    await pauseJob(pool, definitions, jobId);
    assert.deepEqual(await ended(), [{ status: 'paused', code: null }]);

    await resumePausedJob(pool, definitions, jobId);
    assert.deepEqual((await jobReaches(pool, jobId, 'completed')).result, { run: 2 });
    assert.deepEqual(await ended(), [
      { status: 'paused', code: null },
      { status: 'resumed', code: null },
    ]);
  });

  test('a queued job is paused before a worker sees it, and a paused one can be canceled', async (t) => {
    const { pool, jobId, definition, ended, worker } = await scene(t, async () => {});
    const definitions = jobDefinitions([definition]);
    await pauseJob(pool, definitions, jobId);
    const next = await enqueueJob(pool, { type: 'scene', payload: {}, createdBy: null });
    await worker();
    await jobReaches(pool, next, 'completed');
    assert.equal((await jobRow(pool, jobId)).status, 'paused');
    await cancelJob(pool, definitions, jobId, null);
    assert.deepEqual(
      (await ended()).map((row) => (row as { status: string }).status),
      ['paused', 'canceled'],
    );
  });

  test('the next worker obeys when the one that was asked died', async (t) => {
    const { pool, jobId, definition, worker } = await scene(t, async (context) => {
      context.progress({ phase: 'working' });
      await untilAborted(context);
    });
    const first = await worker({ shutdownGraceMs: 1, leaseMs: 60_000 });
    await until('running', async () => (await jobRow(pool, jobId)).status === 'running');
    await first.stop();
    await pool.run('wish', sql`UPDATE jobs SET pause_requested_at = clock_timestamp() WHERE id = ${jobId}`);
    await worker({ leaseMs: 60_000 });
    await jobReaches(pool, jobId, 'paused', 5_000);
    await resumePausedJob(pool, jobDefinitions([definition]), jobId);
    await jobReaches(pool, jobId, 'running', 5_000);
    await cancelJob(pool, jobDefinitions([definition]), jobId, null);
    await jobReaches(pool, jobId, 'canceled', 5_000);
  });

  test('what cannot be paused or resumed says so', async (t) => {
    const { pool, jobId, definition, worker } = await scene(t, async () => {});
    const { paused: _, ...without } = definition;
    const refused = (code: string) => (error: unknown) => error instanceof AppError && error.code === code;
    await assert.rejects(pauseJob(pool, jobDefinitions([without]), jobId), refused('job_not_pausable'));
    await assert.rejects(
      resumePausedJob(pool, jobDefinitions([definition]), jobId),
      refused('job_not_paused'),
    );
    await worker();
    await jobReaches(pool, jobId, 'completed');
    await assert.rejects(pauseJob(pool, jobDefinitions([definition]), jobId), refused('job_not_pausable'));
  });

  test('a held job waits until it is released', async (t) => {
    const { pool, worker } = await scene(t, async () => {});
    const held = await enqueueJob(pool, { type: 'scene', payload: {}, createdBy: null, isHeld: true });
    const next = await enqueueJob(pool, { type: 'scene', payload: {}, createdBy: null });
    await worker();
    await jobReaches(pool, next, 'completed');
    assert.equal((await jobRow(pool, held)).status, 'queued');
    await releaseJob(pool, held);
    await jobReaches(pool, held, 'completed');
  });
});

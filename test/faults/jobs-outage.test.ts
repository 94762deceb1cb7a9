import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import { Type } from 'typebox';
import { defineJob, type JobContext, type JobDefinition } from '#engine/jobs/define-job.ts';
import { enqueueJob } from '#engine/jobs/enqueue.query.ts';
import { sql } from '#platform/postgres/sql.ts';
import { testDatabase } from '#test/support/database.ts';
import { jobReaches, jobRow, type JobRow, openTestPool, startTestWorker, until } from './jobs-support.ts';
import { wireTo } from './wire.ts';

/** Its first run talks to the database until that is gone. */
function talkingJob(runs: PromiseWithResolvers<JobContext>): JobDefinition {
  return defineJob({
    type: 'talk',
    payload: Type.Object({}),
    async run(_payload, context) {
      runs.resolve(context);
      if (context.leaseToken > 1) return {};
      await context.session(async (session) => {
        for (;;) await session.run('talk', sql`SELECT pg_sleep(0.01)`);
      });
    },
  });
}

/** The outage lasts so long, or until another worker, which has none, has taken over. */
async function outage(t: TestContext, lasts: number | 'until takeover'): Promise<JobRow> {
  const db = await testDatabase(t);
  const wire = await wireTo(t, db.url);
  const pool = openTestPool(wire.url);
  t.after(() => pool.close());
  const started = Promise.withResolvers<JobContext>();
  const worker = await startTestWorker({ url: wire.url, pool }, [talkingJob(started)], { leaseMs: 900 });
  t.after(() => worker.stop());
  const jobId = await enqueueJob(db.pool, { type: 'talk', payload: {}, createdBy: null });
  await started.promise;
  const isHelped = lasts === 'until takeover';
  if (isHelped) {
    const helper = await startTestWorker(db, [talkingJob(started)], { leaseMs: 6_000 });
    t.after(() => helper.stop());
  }
  wire.cut();
  const cutAt = performance.now();
  await until('back', async () =>
    isHelped ? (await jobRow(db.pool, jobId)).lease_token > 1 : performance.now() > cutAt + lasts,
  );
  wire.mend();
  return jobReaches(db.pool, jobId, 'completed');
}

suite('the database is out of reach', { concurrency: true }, () => {
  for (const lastsMs of [300, 2_500]) {
    test(`for ${lastsMs} ms: the worker reports the outage when it is back`, async (t) => {
      const { attempts, outages, lost_leases } = await outage(t, lastsMs);
      assert.deepEqual({ attempts, outages, lost_leases }, { attempts: 1, outages: 1, lost_leases: 0 });
    });
  }

  test('for one worker only: another takes over, no attempt is burned', async (t) => {
    const { attempts, outages, lost_leases } = await outage(t, 'until takeover');
    assert.deepEqual({ attempts, outages, lost_leases }, { attempts: 1, outages: 0, lost_leases: 1 });
  });
});

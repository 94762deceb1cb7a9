import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { enqueueJob } from '#engine/jobs/enqueue.query.ts';
import { sql } from '#platform/postgres/sql.ts';
import { testDatabase } from '#test/support/database.ts';
import { copyJob, createJobTables, type Place, PLACES, ROWS } from './jobs-definitions.ts';
import { jobReaches, jobRow, startChildWorker, startTestWorker, until } from './jobs-support.ts';

const LEASE_MS = 2_000;

suite('a stopped worker', { concurrency: true }, () => {
  for (const place of PLACES) fenceTest(place);
});

function fenceTest(place: Place): void {
  test(`stopped ${place}, past its lease and continued: it writes nothing`, async (t) => {
    const db = await testDatabase(t);
    await createJobTables(db.pool);
    const jobId = await enqueueJob(db.pool, { type: 'copy', payload: { place }, createdBy: null });

    const stopped = startChildWorker(db.url, { leaseMs: LEASE_MS });
    t.after(() => stopped.kill());
    await stopped.says(`at ${place}`);
    if (place === 'in copy') {
      // Until the server has written rows, and holds their keys.
      const copied = sql`SELECT 1 FROM pg_stat_progress_copy WHERE tuples_processed >= 1000 AND datname = current_database()`;
      await until('rows copied', async () => (await db.pool.run('copied', copied)) === 1);
    }
    stopped.process.kill('SIGSTOP');
    const stoppedAt = performance.now();

    const other = await startTestWorker(db, [copyJob(db.pool, async () => {})], { leaseMs: LEASE_MS });
    t.after(() => other.stop());
    if (place === 'unnamed') {
      // Its server process lives on and holds the keys until it is fenced off.
      await until('second claim', async () => (await jobRow(db.pool, jobId)).lease_token === 3);
      stopped.tell('go on');
      stopped.process.kill('SIGCONT');
    }
    const done = await jobReaches(db.pool, jobId, 'completed');
    const tookMs = performance.now() - stoppedAt;
    // The lease, at most a third of it until the reaper looks, and the work itself; nobody waits for a timeout of TCP.
    assert.ok(tookMs < LEASE_MS * (4 / 3) + 30_000, `taken over and done after ${tookMs} ms`);
    assert.equal(done.lease_token, 3, 'raised by the takeover and by the second claim');
    assert.equal(done.attempts, 1, 'a lost lease burns no attempt');

    stopped.tell('go on');
    stopped.process.kill('SIGCONT');
    await stopped.says('idle');
    const rows = await db.pool.many(
      'rows by token',
      sql`
      SELECT lease_token, count(*)::int AS rows FROM written GROUP BY lease_token`,
    );
    assert.deepEqual(rows, [{ lease_token: 3, rows: ROWS }]);
    assert.deepEqual(await jobRow(db.pool, jobId), done);
  });
}

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { claimJobs } from '#engine/jobs/claim.query.ts';
import { requestCancel, requestPause, resumeJob, retryJob } from '#engine/jobs/command.query.ts';
import {
  cancelRunningJob,
  completeJob,
  failJob,
  giveBackJob,
  pauseRunningJob,
  requeueAfterError,
  requeueAfterOutage,
} from '#engine/jobs/finish.query.ts';
import { fenceJob, type Lease, renewLease } from '#engine/jobs/lease.query.ts';
import {
  endExpiredJob,
  expireLeasesOf,
  findExpiredLeases,
  releaseLeasesOf,
  takeOverJob,
} from '#engine/jobs/takeover.query.ts';
import { JOB_STATUSES, type JobEvent, type JobStatus, TRANSITIONS } from '#engine/jobs/transitions.ts';
import { newId } from '#platform/ids.ts';
import type { Database } from '#platform/postgres/database.ts';
import { sql } from '#platform/postgres/sql.ts';
import { testDatabase } from '#test/support/database.ts';
import { jobRow } from '../faults/jobs-support.ts';

const progress = { phase: 'load', bytes_done: 1, bytes_total: 2, records_done: 3 };
const limits = { leaseMs: 30_000, stallTimeoutMs: 300_000, jobTimeoutMs: 3_600_000 };
const failure = { code: 'no_records', message: 'None.' };
const outage = { retries: 0, delayMs: 0, message: 'gone' };

type Act = (db: Database, lease: Lease) => Promise<unknown>;

/** Every statement that may change a status, under the event of the table that it carries out. */
const statements: Readonly<Record<JobEvent, readonly Act[]>> = {
  claim: [
    (db) =>
      claimJobs(db, {
        types: ['model'],
        worker: 'host:1',
        freeSlots: [1, 2],
        leaseMs: 30_000,
        maxAttempts: 99,
      }),
  ],
  complete: [(db, lease) => completeJob(db, lease, progress, { rows: 1 })],
  fail: [
    (db, lease) => failJob(db, lease, progress, failure),
    (db, lease) => expired(db, lease, (found) => endExpiredJob(db, found, failure)),
  ],
  requeue: [
    (db, lease) => requeueAfterError(db, lease, progress, outage),
    (db, lease) => requeueAfterOutage(db, lease, progress, outage),
    (db, lease) => giveBackJob(db, lease, progress),
  ],
  takeOver: [
    (db, lease) => expired(db, lease, (found) => takeOverJob(db, found, 1)),
    (db) => releaseLeasesOf(db, 'host:1:'),
  ],
  cancel: [(db, lease) => requestCancel(db, lease.jobId, null)],
  obeyCancel: [
    async (db, lease) => {
      await wish(db, lease);
      await cancelRunningJob(db, lease, progress);
    },
    async (db, lease) => {
      await wish(db, lease);
      await expired(db, lease, (found) => endExpiredJob(db, found, null));
    },
  ],
  pause: [(db, lease) => requestPause(db, lease.jobId)],
  obeyPause: [
    async (db, lease) => {
      await db.run(
        'wish to pause',
        sql`UPDATE jobs SET pause_requested_at = clock_timestamp() WHERE id = ${lease.jobId} AND status = 'running'`,
      );
      await pauseRunningJob(db, lease, progress);
    },
  ],
  resume: [(db, lease) => resumeJob(db, lease.jobId)],
  retry: [(db, lease) => retryJob(db, lease.jobId)],
};

const anyStatement = fc.constantFrom(
  ...(Object.keys(statements) as JobEvent[]).flatMap((event) =>
    statements[event].map((_, index) => ({ event, index, toString: () => `${event}/${index}` })),
  ),
);

test('any statements in any order lead through the table of transitions and nowhere else', async () => {
  const { pool } = await testDatabase();
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...JOB_STATUSES),
      fc.array(anyStatement, { minLength: 1, maxLength: 15 }),
      async (first, steps) => {
        await pool.run('clear', sql`DELETE FROM jobs`);
        const jobId = await insertJob(pool, first);
        let status: JobStatus = first;
        let token = 1;
        for (const { event, index } of steps) {
          const { from, to } = TRANSITIONS[event];
          await statements[event][index]?.(pool, { jobId, leaseToken: token });
          if ((from as readonly JobStatus[]).includes(status)) status = to;
          // A cancel only asks a running job; the wish is taken back so that the table alone is the model.
          await pool.run(
            'forget wish',
            sql`
            UPDATE jobs SET cancel_requested_at = NULL, pause_requested_at = NULL,
                            lease_expires_at = lease_expires_at + interval '1 h'`,
          );
          const row = await jobRow(pool, jobId);
          assert.equal(row.status, status, `after ${event}/${index}`);
          assert.ok(row.lease_token >= token, 'a token never falls');
          if (event === 'claim' && status === 'running') assert.ok(row.lease_token >= 1);
          token = row.lease_token;
        }
      },
    ),
    { numRuns: 60 },
  );
});

test('what was asked to cancel is never queued again by its worker or the reaper', async () => {
  const { pool } = await testDatabase();
  for (const act of [...statements.requeue, ...statements.takeOver.slice(0, 1)]) {
    const jobId = await insertJob(pool, 'running');
    await wish(pool, { jobId, leaseToken: 1 });
    await act(pool, { jobId, leaseToken: 1 });
    assert.equal((await jobRow(pool, jobId)).status, 'running');
    await cancelRunningJob(pool, { jobId, leaseToken: 1 }, progress);
    assert.equal((await jobRow(pool, jobId)).status, 'canceled');
  }
});

test('a former token changes nothing, in any state', async () => {
  const { pool } = await testDatabase();
  const owned: JobEvent[] = ['complete', 'fail', 'requeue', 'obeyCancel'];
  for (const status of JOB_STATUSES) {
    const jobId = await insertJob(pool, status);
    const before = await wholeRow(pool, jobId);
    const former: Lease = { jobId, leaseToken: 0 };
    for (const act of owned.flatMap((event) => (event === 'obeyCancel' ? [] : statements[event]))) {
      await act(pool, former);
    }
    await cancelRunningJob(pool, former, progress);
    await pauseRunningJob(pool, former, progress);
    assert.equal(await fenceJob(pool, former, progress, 1), false);
    assert.equal(await renewLease(pool, former, progress, limits), undefined);
    assert.deepEqual(
      { ...(await wholeRow(pool, jobId)), lease_expires_at: null },
      { ...before, lease_expires_at: null },
    );
  }
});

async function insertJob(db: Database, status: JobStatus): Promise<string> {
  const jobId = newId();
  const running = status === 'running';
  const ended = TERMINAL.includes(status);
  await db.run(
    'insert job',
    sql`
    INSERT INTO jobs (id, type, status, attempts, max_attempts, lease_token, locked_by, locked_at, lease_expires_at,
                      progress_at, completed_at, error_code)
    VALUES (${jobId}, 'model', ${status}, 1, 99, 1, ${running ? 'host:1:1' : null},
            CASE WHEN ${running} THEN clock_timestamp() END,
            CASE WHEN ${running} THEN clock_timestamp() + interval '1 h' END,
            CASE WHEN ${running} THEN clock_timestamp() END,
            CASE WHEN ${ended} THEN clock_timestamp() END, ${status === 'failed' ? 'x' : null})`,
  );
  return jobId;
}

const TERMINAL: readonly JobStatus[] = ['completed', 'failed', 'canceled'];

async function expired(
  db: Database,
  lease: Lease,
  act: (found: Awaited<ReturnType<typeof findExpiredLeases>>[number]) => Promise<unknown>,
): Promise<void> {
  await expireLeasesOf(db, 'host:1:');
  for (const found of await findExpiredLeases(db, ['model'], limits)) {
    if (found.jobId === lease.jobId && found.leaseToken === lease.leaseToken) await act(found);
  }
}

async function wish(db: Database, lease: Lease): Promise<void> {
  await db.run(
    'wish',
    sql`
    UPDATE jobs SET cancel_requested_at = clock_timestamp() WHERE id = ${lease.jobId} AND status = 'running'`,
  );
}

async function wholeRow(db: Database, jobId: string): Promise<object> {
  return (await db.maybeOne<object>('row', sql`SELECT * FROM jobs WHERE id = ${jobId}`)) ?? {};
}

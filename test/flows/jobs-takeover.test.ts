import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Type } from 'typebox';
import { type ClaimedJob, claimJobs } from '#engine/jobs/claim.query.ts';
import { requestCancel } from '#engine/jobs/command.query.ts';
import { defineJob, jobDefinitions, type JobProgress } from '#engine/jobs/define-job.ts';
import { enqueueJob } from '#engine/jobs/enqueue.query.ts';
import { retryJobByHand } from '#engine/jobs/job-commands.ts';
import { renewLease } from '#engine/jobs/lease.query.ts';
import { reapExpiredLeases } from '#engine/jobs/reaper.ts';
import { expireLeasesOf, freeAllLeases, releaseLeasesOf } from '#engine/jobs/takeover.query.ts';
import type { Pool } from '#platform/postgres/database.ts';
import { sql } from '#platform/postgres/sql.ts';
import { testDatabase } from '#test/support/database.ts';
import { jobRow, type JobRow, silent } from '../faults/jobs-support.ts';

const limits = { leaseMs: 30_000, stallTimeoutMs: 300_000, jobTimeoutMs: 3_600_000 };
const definitions = jobDefinitions([
  defineJob({
    type: 'lost',
    payload: Type.Object({}),
    async run() {},
    async ended(tx, job) {
      await tx.run('ended', sql`UPDATE jobs SET created_by = ${`ended ${job.status}`} WHERE id = ${job.id}`);
    },
  }),
]);

const reaper = { ...limits, definitions, isAtWorkHere: () => false, log: silent };

/** A job whose worker is gone; `lose` claims it, reports the progress and lets the lease run out. */
async function lostJob(): Promise<{
  pool: Pool;
  jobId: string;
  lose(records: number, phase?: string): Promise<JobRow>;
}> {
  const { pool } = await testDatabase();
  const jobId = await enqueueJob(pool, { type: 'lost', payload: {}, createdBy: null });
  return {
    pool,
    jobId,
    async lose(records_done, phase = 'load') {
      await claim(pool, { phase, bytes_done: 0, bytes_total: null, records_done });
      await expireLeasesOf(pool, 'host:1:');
      await reap(pool);
      return jobRow(pool, jobId);
    },
  };
}

async function claim(pool: Pool, progress?: JobProgress): Promise<ClaimedJob> {
  const [job] = await claimJobs(pool, {
    types: ['lost'],
    worker: 'host:1',
    freeSlots: [1],
    leaseMs: 30_000,
    maxAttempts: 3,
  });
  assert.ok(job);
  if (progress) await renewLease(pool, { ...job, jobId: job.id }, progress, limits);
  return job;
}

function reap(pool: Pool): Promise<void> {
  return reapExpiredLeases({ ...reaper, pool });
}

test('three lost leases in a row at one place fail the job, and it can be retried by hand', async () => {
  const { pool, jobId, lose } = await lostJob();
  const rows = [await lose(500), await lose(500), await lose(400)];
  assert.deepEqual(
    rows.map(({ status, lost_leases, attempts }) => ({ status, lost_leases, attempts })),
    [
      { status: 'queued', lost_leases: 1, attempts: 0 },
      { status: 'queued', lost_leases: 2, attempts: 0 },
      { status: 'failed', lost_leases: 3, attempts: 1 },
    ],
  );
  const failed = rows[2] as JobRow & { created_by: string };
  assert.equal(failed.error_code, 'worker_lost');
  assert.match(
    failed.last_error ?? '',
    /3 times in a row without progress; last at phase load, 0 bytes, 400 records/,
  );
  assert.equal(failed.created_by, 'ended failed', 'the hook ran');
  await retryJobByHand(pool, definitions, jobId);
  assert.deepEqual(
    [(await lose(500)).status, (await lose(500)).status, (await lose(500)).status],
    ['queued', 'queued', 'failed'],
  );
});

test('lost leases with progress between them never fail it', async () => {
  const { lose } = await lostJob();
  for (const records of [10, 20, 30, 40, 50]) assert.equal((await lose(records)).lost_leases, 1);
  assert.equal((await lose(0, 'publish')).lost_leases, 1, 'another phase is another place');
});

test('leases given back, freed at a start or lost to a restart of the server never count', async () => {
  const { pool, jobId } = await lostJob();
  const restarted = async (): Promise<void> => {
    await pool.run(
      'restart',
      sql`UPDATE jobs SET lease_expires_at = clock_timestamp(), locked_at = pg_postmaster_start_time() - interval '1 ms'`,
    );
    await reap(pool);
  };
  for (const free of [() => releaseLeasesOf(pool, 'host:1:'), () => freeAllLeases(pool), restarted]) {
    for (let time = 0; time < 4; time++) {
      await claim(pool);
      await free();
      const { status, attempts, lost_leases, locked_by } = await jobRow(pool, jobId);
      assert.deepEqual(
        { status, attempts, lost_leases, locked_by },
        { status: 'queued', attempts: 0, lost_leases: 0, locked_by: null },
      );
    }
  }
});

test('only the leases of the process that ended are released', async () => {
  const { pool, jobId } = await lostJob();
  await claim(pool);
  assert.equal(await releaseLeasesOf(pool, 'host:11:'), 0);
  assert.equal(await expireLeasesOf(pool, 'host:'), 1);
  assert.equal((await jobRow(pool, jobId)).status, 'running');
});

test('a job whose worker died while it was to be canceled is canceled by the reaper', async () => {
  const { pool, jobId } = await lostJob();
  await claim(pool);
  await requestCancel(pool, jobId, 'key');
  await expireLeasesOf(pool, 'host:1:');
  await reap(pool);
  const row = (await jobRow(pool, jobId)) as JobRow & { created_by: string };
  assert.deepEqual([row.status, row.created_by], ['canceled', 'ended canceled']);
});

test('a job that a worker let run out without progress fails with timeout', async () => {
  const { pool, jobId } = await lostJob();
  await claim(pool);
  await pool.run(
    'hang',
    sql`
    UPDATE jobs SET locked_at = locked_at - interval '6 min', progress_at = progress_at - interval '6 min'`,
  );
  await expireLeasesOf(pool, 'host:1:');
  await reap(pool);
  assert.equal((await jobRow(pool, jobId)).error_code, 'timeout');
});

test('a machine that was away for hours costs a lost lease, not the job', async () => {
  const { pool, jobId } = await lostJob();
  await claim(pool);
  // Long ago, but not before the server started: that alone would be forgiven.
  await pool.run(
    'away',
    sql`
    UPDATE jobs SET locked_at = pg_postmaster_start_time(), progress_at = pg_postmaster_start_time(),
                    lease_expires_at = pg_postmaster_start_time() + interval '0.2 s'`,
  );
  await reapExpiredLeases({ ...reaper, pool, stallTimeoutMs: 300, jobTimeoutMs: 300 });
  const { status, error_code } = await jobRow(pool, jobId);
  assert.deepEqual([status, error_code], ['queued', null]);
});

test('a hook that fails keeps its job running for the next round, and no other job from being taken over', async () => {
  const { pool, jobId } = await lostJob();
  await claim(pool);
  await requestCancel(pool, jobId, null);
  const other = await enqueueJob(pool, { type: 'lost', payload: {}, createdBy: null });
  await claim(pool);
  await expireLeasesOf(pool, 'host:1:');
  const failing = defineJob({
    type: 'lost',
    payload: Type.Object({}),
    async run() {},
    ended: () => Promise.reject(new Error('no')),
  });
  await reapExpiredLeases({ ...reaper, pool, definitions: jobDefinitions([failing]) });
  assert.deepEqual(
    [(await jobRow(pool, jobId)).status, (await jobRow(pool, other)).status],
    ['running', 'queued'],
  );
  await reap(pool);
  assert.equal((await jobRow(pool, jobId)).status, 'canceled');
});

test('jobs of types without a definition here are left to workers that know their hooks', async () => {
  const { pool, jobId } = await lostJob();
  await claim(pool);
  await expireLeasesOf(pool, 'host:1:');
  await reapExpiredLeases({ ...reaper, pool, definitions: new Map() });
  assert.equal((await jobRow(pool, jobId)).status, 'running');
});

test('a heartbeat renews only while the progress moves within its time', async () => {
  const { pool, jobId } = await lostJob();
  const still: JobProgress = { phase: 'load', bytes_done: 0, bytes_total: null, records_done: 1 };
  const job = await claim(pool, still);
  const lease = { jobId, leaseToken: job.leaseToken };
  const beat = async (progress: JobProgress): Promise<{ renewed: boolean; stalled: boolean | undefined }> => {
    await pool.run(
      'age',
      sql`
      UPDATE jobs SET progress_at = progress_at - interval '6 min', lease_expires_at = clock_timestamp()`,
    );
    const answer = await renewLease(pool, lease, progress, limits);
    const renewed = await pool.many(
      'renewed',
      sql`SELECT 1 FROM jobs WHERE lease_expires_at > clock_timestamp()`,
    );
    return { renewed: renewed.length === 1, stalled: answer?.stalled };
  };
  assert.deepEqual(await beat({ ...still, records_done: 2 }), { renewed: true, stalled: false });
  assert.deepEqual(await beat({ ...still, records_done: 2 }), { renewed: false, stalled: true });
});

test('a lease that was renewed in time is not taken over', async () => {
  const { pool, jobId } = await lostJob();
  await claim(pool);
  await reap(pool);
  assert.equal((await jobRow(pool, jobId)).status, 'running');
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgeExpiredLease } from './reaper.ts';
import type { ExpiredLease } from './takeover.query.ts';

const limits = { leaseMs: 30_000, stallTimeoutMs: 300_000, jobTimeoutMs: 3_600_000 };

const expired: ExpiredLease = {
  jobId: 'j',
  leaseToken: 4,
  type: 'parse_dataset',
  lockedBy: 'host:1:1',
  progress: { phase: 'load', bytes_done: 500, bytes_total: 1000, records_done: 20 },
  stalled: false,
  overdue: false,
  cancelRequested: false,
  serverRestarted: false,
  lostLeases: 1,
};

test('a lost lease is counted and tried again', () => {
  assert.deepEqual(judgeExpiredLease(expired, limits), { kind: 'requeue', counted: true });
  assert.deepEqual(judgeExpiredLease({ ...expired, lostLeases: 2 }, limits), {
    kind: 'requeue',
    counted: true,
  });
});

test('the third in a row without progress fails the job and names the place', () => {
  assert.deepEqual(judgeExpiredLease({ ...expired, lostLeases: 3 }, limits), {
    kind: 'fail',
    failure: {
      code: 'worker_lost',
      message:
        'The worker was lost 3 times in a row without progress; last at phase load, 500 of 1000 bytes, 20 records.',
    },
  });
});

test('a restart of the server is nobody’s fault, however often', () => {
  const verdict = judgeExpiredLease({ ...expired, serverRestarted: true, lostLeases: 9 }, limits);
  assert.deepEqual(verdict, { kind: 'requeue', counted: false });
});

test('who was asked to cancel is canceled, whatever else went wrong', () => {
  const worst = { ...expired, cancelRequested: true, stalled: true, overdue: true, lostLeases: 3 };
  assert.deepEqual(judgeExpiredLease(worst, limits), { kind: 'cancel' });
});

for (const [kind, words] of [
  ['stalled', 'The job made no progress for 300 s; last at phase load'],
  ['overdue', 'The job ran for longer than 3600 s in all; last at phase load'],
] as const) {
  test(`${kind}: fails with timeout`, () => {
    const verdict = judgeExpiredLease({ ...expired, [kind]: true }, limits);
    assert.ok(verdict.kind === 'fail');
    assert.equal(verdict.failure.code, 'timeout');
    assert.ok(verdict.failure.message.startsWith(words));
  });
}

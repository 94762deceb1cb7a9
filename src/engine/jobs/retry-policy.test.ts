import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { AppError } from '#platform/errors.ts';
import { storageFull } from '#platform/files/file-store.ts';
import { classify, errorDelay, outageDelay } from './retry-policy.ts';

function coded(code: string, message = 'failed'): Error {
  return Object.assign(new Error(message), { code });
}

const cases: Readonly<Record<string, [error: unknown, errorClass: string, code: string]>> = {
  'a refused connection': [coded('ECONNREFUSED'), 'outage', 'connection_failed'],
  'a connection exception': [coded('08006'), 'outage', 'connection_failed'],
  'a server that shuts down': [coded('57P01'), 'outage', 'connection_failed'],
  'a server that starts': [coded('57P03'), 'outage', 'connection_failed'],
  'a lost connection without a code': [
    new Error('Connection terminated unexpectedly'),
    'outage',
    'connection_failed',
  ],
  'a server that only reads': [coded('25006'), 'outage', 'connection_failed'],
  'a serialization failure': [coded('40001'), 'outage', 'serialization_failed'],
  'a deadlock': [coded('40P01'), 'outage', 'serialization_failed'],
  'too many connections': [coded('53300'), 'outage', 'out_of_resources'],
  'too many open files': [coded('EMFILE'), 'outage', 'out_of_resources'],
  "the database's full disk": [coded('53100'), 'outage', 'disk_full'],
  'our full disk': [coded('ENOSPC'), 'outage', 'disk_full'],
  'a full disk as a cause': [new Error('write', { cause: coded('ENOSPC') }), 'outage', 'disk_full'],
  "the file store's full disk": [storageFull(coded('ENOSPC')), 'outage', 'disk_full'],
  'a fetch that was refused': [
    new TypeError('fetch failed', { cause: coded('ECONNREFUSED') }),
    'outage',
    'connection_failed',
  ],
  "the user's data": [new AppError('unprocessable', 'no_records', 'No record.'), 'data', 'no_records'],
  'an error of ours that an outage caused is named by us': [
    new AppError('unprocessable', 'archive_damaged', 'Damaged.', undefined, { cause: coded('ECONNRESET') }),
    'data',
    'archive_damaged',
  ],
  'a type error': [new TypeError('x is not a function'), 'bug', 'internal_error'],
  'a range error': [new RangeError('Invalid array length'), 'bug', 'internal_error'],
  'a reference error': [new ReferenceError('x is not defined'), 'bug', 'internal_error'],
  'a constraint of the database': [coded('23505'), 'unknown', 'internal_error'],
  'any other error': [new Error('who knows'), 'unknown', 'internal_error'],
  'a thrown string': ['text', 'unknown', 'internal_error'],
};

for (const [title, [error, errorClass, code]] of Object.entries(cases)) {
  test(`${title}: ${errorClass}, ${code}`, () => {
    assert.deepEqual(classify(error), { class: errorClass, code });
  });
}

test('a cause that leads back to itself ends', () => {
  const error = new Error('loop');
  error.cause = error;
  assert.equal(classify(error).class, 'unknown');
});

test('the delays without luck: 1, 2, 4 s … up to 7.5 minutes', () => {
  const delays = [1, 2, 3, 9, 10, 50].map((retry) => outageDelay(retry, () => 0));
  assert.deepEqual(delays, [1_000, 2_000, 4_000, 256_000, 450_000, 450_000]);
});

test('every delay is within half of its step and the step, at most 15 minutes', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 2_000 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (retry, random) => {
        const step = Math.min(900_000, 2_000 * 2 ** (retry - 1));
        for (const delay of [outageDelay(retry, () => random), errorDelay(retry, () => random)]) {
          assert.ok(delay >= step / 2 && delay <= step, `${delay} of ${step}`);
        }
      },
    ),
  );
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { requestedRange } from './byte-range.ts';

const cases = {
  'bytes=0-0': { start: 0, end: 1 },
  'bytes=2-5': { start: 2, end: 6 },
  'bytes=2-': { start: 2, end: 10 },
  'bytes=2-99': { start: 2, end: 10 },
  'bytes=-3': { start: 7, end: 10 },
  'bytes=-99': { start: 0, end: 10 },
  'bytes=-0': 'unsatisfiable',
  'bytes=10-': 'unsatisfiable',
  'bytes=5-2': undefined,
  'bytes=-': undefined,
  'bytes=0-1,4-5': undefined,
  'items=0-1': undefined,
} as const;

for (const [header, expected] of Object.entries(cases)) {
  test(`${header} of 10 bytes`, () => assert.deepEqual(requestedRange(header, 10), expected));
}

test('a range never leaves the file and is never empty', () => {
  fc.assert(
    fc.property(fc.nat(100), fc.nat(100), fc.nat(100), (first, last, size) => {
      for (const header of [`bytes=${first}-${last}`, `bytes=${first}-`, `bytes=-${last}`]) {
        const range = requestedRange(header, size);
        if (range === undefined || range === 'unsatisfiable') continue;
        assert.ok(range.start >= 0 && range.start < range.end && range.end <= size);
      }
    }),
  );
});

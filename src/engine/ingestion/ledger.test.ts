import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fieldError } from './field-error.ts';
import { createLedger } from './ledger.ts';
import type { RecordError } from './record-error.ts';

const AT = { record: 3, lineStart: 4, lineEnd: 5, byteOffset: 60 };

test('an error of the report says where it stands and what it is', () => {
  const reported: RecordError[] = [];
  const ledger = createLedger({ onError: (error) => reported.push(error) });
  ledger.enter({ entry: 'yob1880.txt', header: ['name', 'gender', 'count'] });
  ledger.reject(AT, [
    fieldError('invalid_count', { column: 3, field: 'count', value: '1e3', expected: '1 to 2147483647' }),
  ]);
  assert.deepEqual(reported, [
    {
      seq: 1,
      code: 'invalid_count',
      category: 'constraint',
      phase: 'validate',
      entry: 'yob1880.txt',
      record: 3,
      line_start: 4,
      line_end: 5,
      byte_offset: 60,
      column_index: 3,
      column: 'count',
      field: 'count',
      value: '1e3',
      expected: '1 to 2147483647',
      message: 'The count is not a whole number from 1 to 2147483647.',
    },
  ]);
});

test('a value in the report is short and can be stored', () => {
  const { value } = fieldError('invalid_name', { value: `\0\uD83D${'x'.repeat(300)}` });
  assert.equal(value, `\u2400\uFFFD${'x'.repeat(254)}`);
  assert.ok(fieldError('length', { value: '😀'.repeat(200) + 'a' }).value.isWellFormed());
  assert.ok(fieldError('length', { value: `a${'😀'.repeat(200)}` }).value.isWellFormed());
});

test('counts are exact, also beyond the detail', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('accept', 'skip', 'reject', 'reject twice')),
      fc.nat(5),
      (outcomes, detailCap) => {
        const seen: number[] = [];
        const ledger = createLedger({ detailCap, onError: ({ seq }) => seen.push(seq) });
        const error = fieldError('invalid_gender', { column: 2 });
        for (const outcome of outcomes) {
          if (outcome === 'accept') ledger.accept();
          if (outcome === 'skip') ledger.skip('withheld');
          if (outcome === 'reject') ledger.reject(AT, [error]);
          if (outcome === 'reject twice') ledger.reject(AT, [error, fieldError('extra_cell')]);
        }
        const times = (word: string): number => outcomes.filter((outcome) => outcome === word).length;
        const twice = times('reject twice');
        const genders = times('reject') + twice;
        const report = ledger.close(outcomes.length);
        assert.equal(report.read, outcomes.length);
        assert.deepEqual(
          [report.accepted, report.skipped, report.rejected],
          [times('accept'), times('skip'), genders],
        );
        assert.equal(report.skippedByReason['withheld'] ?? 0, times('skip'));
        assert.equal(report.errors, genders + twice);
        assert.equal(report.errorCounts.find(({ code }) => code === 'invalid_gender')?.count ?? 0, genders);
        assert.equal(report.errorCounts.find(({ code }) => code === 'extra_cell')?.count ?? 0, twice);
        assert.deepEqual(
          seen,
          Array.from({ length: Math.min(detailCap, report.errors) }, (_, index) => index + 1),
        );
        assert.equal(report.truncated, report.errors > detailCap);
      },
    ),
  );
});

test('a ledger that does not add up is a bug and says so', () => {
  const ledger = createLedger();
  ledger.accept(2);
  ledger.skip('withheld');
  assert.throws(() => ledger.close(4), /4 records read, 3 accounted for/);
  assert.throws(() => ledger.reject(AT, []), /without an error/);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { runOver } from '#test/support/operation-run.ts';
import { clean } from './clean.ts';
import { convert } from './convert.ts';
import type { Operation } from './operation.ts';
import { sample } from './sample.ts';
import { select } from './select.ts';
import { split } from './split.ts';

const WORK: readonly (readonly [Operation, object])[] = [
  [select, {}],
  [select, { columns: ['b'], where: [{ column: 'a', is: 'not_empty' }] }],
  [clean, { trim: true }],
  [clean, { blank_rows: 'drop', ragged_rows: 'mend' }],
  [clean, { ragged_rows: 'drop', encoding: 'iso-8859-1' }],
  [convert, { to: 'ndjson' }],
  [convert, { to: 'tsv', encoding: 'windows-1251' }],
  [sample, { records: 3 }],
  [sample, { fraction: 0.5 }],
  [split, { rows: 2 }],
  [split, { column: 'a' }],
];

/** Lines of all sorts: ragged, with quotes that are never closed, with bytes that are no UTF-8. */
const anyLine = fc
  .array(
    fc
      .constantFrom('x', 'é', '1', ' ', ',', ',', '"', '""', '\r', '\uFFFF', '\u0400')
      .map((text) => Buffer.from(text)),
    { maxLength: 8 },
  )
  .map((pieces) => Buffer.concat(pieces));
const badByte = fc.constant(Buffer.from([0x78, 0x2c, 0xff]));
const anyFile = fc.array(fc.oneof({ weight: 5, arbitrary: anyLine }, badByte), { maxLength: 12 });
const input = { format: 'csv', separator: ',', quote: '"', encoding: 'utf-8' } as const;

test('each operation accounts for every record of whatever comes, and gives the refused ones back', async () => {
  await fc.assert(
    fc.asyncProperty(anyFile, async (lines) => {
      const content = Buffer.concat([
        Buffer.from('a,b\n'),
        ...lines.flatMap((line) => [line, Buffer.from('\n')]),
      ]);
      const reads = new Set<number>();
      for (const [operation, options] of WORK) {
        const { report, recordsRead, outcome, refused } = await runOver(
          operation,
          { ...options },
          { content, input },
        );
        reads.add(recordsRead);
        assert.equal(report.accepted + report.skipped + report.rejected, recordsRead, operation.id);
        assert.equal(outcome.recordsWritten, report.accepted, operation.id);
        assert.equal(refused === '', report.rejected === 0, operation.id);
        assert.ok(refused.split('_line,_errors,').length <= 2, 'the rejects have one header');
      }
      assert.equal(reads.size, 1, 'all operations read the same records');
    }),
    { numRuns: 15 },
  );
});

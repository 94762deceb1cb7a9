import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { runOver } from '#test/support/operation-run.ts';
import { deduplicate } from './deduplicate.ts';

const cell = fc.constantFrom(
  'a',
  'A',
  'é',
  'É',
  '',
  ' ',
  'a,',
  '"',
  '\n',
  'x'.repeat(40),
  `${'x'.repeat(40)} `,
);
const anyRows = fc.array(fc.tuple(cell, cell, fc.boolean()), { maxLength: 25 });
const CSV = { format: 'csv', separator: ',', quote: '"', encoding: 'utf-8' } as const;

test('of equal records the first or the last stays, in the order and with the bytes of the file', async () => {
  const anyBy = fc.constantFrom(undefined, ['a'], ['b'], ['b', 'a']);
  const anyOf = fc.tuple(
    anyRows,
    anyBy,
    fc.constantFrom('first', 'last'),
    fc.constantFrom('text', 'caseless'),
  );
  await fc.assert(
    fc.asyncProperty(anyOf, async ([rows, by, keep, compare]) => {
      // Quotes where none are needed: they belong to the bytes and not to the text.
      const written = (text: string, isQuoted: boolean): string =>
        isQuoted || /[,"\n]/.test(text) || text === '' ? `"${text.replaceAll('"', '""')}"` : text;
      const lines = rows.map(([a, b, isQuoted]) => `${written(a, isQuoted)},${written(b, isQuoted)}\r\n`);
      const options = { keep, compare, ...(by && { by }) };
      const end = await runOver(deduplicate, options, { content: `a,b\r\n${lines.join('')}`, input: CSV });

      const keyOf = ([a, b]: readonly [string, string, boolean]): string => {
        const cells = (by ?? ['a', 'b']).map((name) => (name === 'a' ? a : b));
        return JSON.stringify(compare === 'text' ? cells : cells.map((text) => text.toLowerCase()));
      };
      const keys = rows.map(keyOf);
      const isKept = (at: number): boolean =>
        at === (keep === 'first' ? keys.indexOf(keys[at] ?? '') : keys.lastIndexOf(keys[at] ?? ''));
      assert.equal(end.bytes.toString(), `a,b\r\n${lines.filter((_, at) => isKept(at)).join('')}`);
      assert.equal(end.report.accepted + end.report.skipped, rows.length);
      assert.equal(end.outcome.recordsWritten, new Set(keys).size);
    }),
    { numRuns: 10 },
  );
});

test('many records in many shards: exactly the distinct ones stay', async () => {
  const rows = Array.from({ length: 30_000 }, (_, at) => `${(at * 7919) % 20_000},${'long '.repeat(10)}\n`);
  const { bytes, report } = await runOver(deduplicate, {}, { content: `n,text\n${rows.join('')}` });
  assert.equal(bytes.toString(), `n,text\n${[...new Set(rows)].join('')}`);
  assert.deepEqual([report.accepted, report.skipped], [20_000, 10_000]);
});

test('cells that only look alike are different: 007 and 7, 1e5 and 100000, with and without blanks', async () => {
  const content = 'v\n007\n7\n1e5\n100000\n x \nx\nNULL\n"007"\n7';
  const { bytes } = await runOver(deduplicate, {}, { content, input: { separator: ',' } });
  assert.equal(bytes.toString(), 'v\n007\n7\n1e5\n100000\n x \nx\nNULL\n');
});

test('lines with errors are in the rejects and count once, though the file is read twice', async () => {
  const end = await runOver(deduplicate, { by: ['a'] }, { content: 'a,b\n1,x\n2\n1,y\n3,4,5\n' });
  assert.equal(end.bytes.toString(), 'a,b\n1,x\n');
  const { accepted, skipped, rejected } = end.report;
  assert.deepEqual([end.recordsRead, accepted, skipped, rejected], [4, 1, 1, 2]);
  assert.deepEqual(
    end.errors.map(({ code }) => code),
    ['missing_cell', 'extra_cell'],
  );
});

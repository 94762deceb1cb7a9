import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { AppError } from '#platform/errors.ts';
import { runOver } from '#test/support/operation-run.ts';
import { foldCase } from '../sorting/sort-key.ts';
import { sort } from './sort.ts';

const cell = fc.string({
  unit: fc.constantFrom('a', 'B', 'é', ' ', ',', '"', '\n', '1', '0', '-', '.'),
  maxLength: 5,
});
const anyRows = fc.array(fc.tuple(cell, fc.oneof(cell, fc.integer().map(String))), { maxLength: 30 });
const anyKey = fc.record({
  column: fc.constantFrom('a', 'b'),
  order: fc.constantFrom('ascending', 'descending'),
  compare: fc.constantFrom('text', 'caseless', 'number'),
});

type Key = Record<'column' | 'order' | 'compare', string>;

test('every order is that of a plain stable sort, and every record keeps its bytes', async () => {
  await fc.assert(
    fc.asyncProperty(anyRows, fc.array(anyKey, { minLength: 1, maxLength: 3 }), async (rows, by) => {
      const lines = rows.map(
        (cells) => `${cells.map((text) => `"${text.replaceAll('"', '""')}"`).join(',')}\n`,
      );
      const { bytes, report } = await runOver(
        sort,
        { by },
        { content: `a,b\n${lines.join('')}`, input: CSV },
      );
      const order = rows.map((_, at) => at).sort((x, y) => compared(rows[x] ?? [], rows[y] ?? [], by));
      assert.equal(bytes.toString(), `a,b\n${order.map((at) => lines[at]).join('')}`);
      assert.equal(report.accepted, rows.length);
    }),
    { numRuns: 10 },
  );
});

const CSV = { format: 'csv', separator: ',', quote: '"', encoding: 'utf-8' } as const;

function compared(left: readonly string[], right: readonly string[], by: readonly Key[]): number {
  for (const { column, order, compare } of by) {
    const at = column === 'a' ? 0 : 1;
    const [a = '', b = ''] = [left[at], right[at]];
    const sign = order === 'descending' ? -1 : 1;
    const found = compare === 'number' ? byNumber(a, b, sign) : sign * byText(a, b, compare === 'caseless');
    if (found !== 0) return found;
  }
  return 0;
}

function byText(a: string, b: string, isCaseless: boolean): number {
  const [left, right] = isCaseless ? [foldCase(a), foldCase(b)] : [a, b];
  return Buffer.compare(Buffer.from(left), Buffer.from(right));
}

function byNumber(a: string, b: string, sign: number): number {
  const [left, right] = [a, b].map((text) =>
    /^\s*[+-]?(\d+\.?\d*|\.\d+)\s*$/.test(text) ? Number(text) : NaN,
  );
  if (Number.isNaN(left) || Number.isNaN(right))
    return Number(Number.isNaN(left)) - Number(Number.isNaN(right));
  return sign * Math.sign((left as number) - (right as number));
}

test('line breaks, encoding, mark and the header stay as they are', async () => {
  const content = Buffer.from('\uFEFFname;n\r\nZoé;007\r\nÄnne; 6 \r\n"Bo\nb";5', 'utf16le');
  const { bytes } = await runOver(sort, { by: [{ column: 'n', compare: 'number' }] }, { content });
  assert.equal(bytes.toString('utf16le'), '\uFEFFname;n\r\n"Bo\nb";5\r\nÄnne; 6 \r\nZoé;007\r\n');
});

test('lines with errors are listed and in the rejects; the others are sorted', async () => {
  const end = await runOver(sort, { by: [{ column: 'a' }] }, { content: 'a,b\n2,x\n1\n3,y,z\n0,"' });
  assert.equal(end.bytes.toString(), 'a,b\n2,x\n');
  assert.deepEqual([end.recordsRead, end.report.accepted, end.report.rejected], [4, 1, 3]);
  assert.match(end.refused, /3,y,z/);
});

test('a column that is not there is refused, and so is one that is there twice', async () => {
  const refused = (column: string): Promise<unknown> =>
    runOver(sort, { by: [{ column }] }, { content: 'a,b,b\n1,2,3\n' }).catch((error: unknown) => error);
  for (const [column, code] of [
    [`a"; DROP TABLE run; --`, 'unknown_column'],
    ['b', 'ambiguous_column'],
  ] as const) {
    const error = await refused(column);
    assert.ok(error instanceof AppError);
    assert.equal(error.code, code);
  }
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createCopyText } from './copy-text.ts';

type Cell = string | number | null;

/** What the server would read. */
function parsed(bytes: Buffer): (string | null)[][] {
  const lines = bytes.toString().split('\n');
  assert.equal(lines.pop(), '');
  return lines.map((line) => line.split('\t').map((cell) => (cell === '\\N' ? null : unescaped(cell))));
}

function unescaped(cell: string): string {
  const meanings: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', '\\': '\\' };
  return cell.replaceAll(/\\(.)/g, (_, letter: string) => meanings[letter] ?? assert.fail(`\\${letter}`));
}

function written(rows: readonly (readonly Cell[])[], chunkBytes: number): Buffer[] {
  const chunks: Buffer[] = [];
  const out = createCopyText({ chunkBytes, onChunk: (chunk) => chunks.push(chunk) });
  for (const row of rows) {
    for (const cell of row) {
      if (typeof cell === 'number') out.number(cell);
      else out.cell(cell);
    }
    out.endRow();
  }
  out.flush();
  return chunks;
}

const text = fc.string({
  unit: fc.constantFrom('a', 'N', '\\', '\t', '\n', '\r', 'é', '東', '😀', 'x'.repeat(30)),
  maxLength: 12,
});
const cell = fc.oneof(text, fc.constant(null), fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }));

test('rows are read back as they were written, whatever the size of the chunks', () => {
  const rows = fc.array(fc.array(cell, { minLength: 1, maxLength: 6 }), { maxLength: 30 });
  fc.assert(
    fc.property(rows, fc.integer({ min: 1, max: 300 }), (given, chunkBytes) => {
      assert.deepEqual(
        parsed(Buffer.concat(written(given, chunkBytes))),
        given.map((row) => row.map((value) => (typeof value === 'number' ? String(value) : value))),
      );
    }),
  );
});

test('chunks keep to their size, but for a text that is larger', () => {
  const chunks = written([['a'.repeat(50), 'b'.repeat(5000), 'c'.repeat(50)], ['d']], 1000);
  assert.deepEqual(
    chunks.map(({ length }) => length).filter((length) => length > 1000),
    [5000],
  );
});

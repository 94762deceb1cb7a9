import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspectText } from './inspect-text.ts';
import { DEFAULT_LIMITS } from './limits.ts';
import type { SourceFile } from './source-file.ts';

const options = { limits: DEFAULT_LIMITS };

test('an inspection tells encoding, dialect and first rows', async () => {
  const text = Buffer.from('prénom;nombre\nZO\u00CB;12\n', 'latin1');
  const { encoding, dialect, isTable, rows } = await inspectText(textFile(text, 5), options);
  assert.deepEqual(
    [encoding.encoding, encoding.reason, dialect.separator, isTable, rows],
    [
      'windows-1252',
      'best_score',
      ';',
      true,
      [
        ['prénom', 'nombre'],
        ['ZOË', '12'],
      ],
    ],
  );
});

test('of a long text only the start is read, and no record that is cut off is shown', async () => {
  let opened = 0;
  const line = Buffer.from('Mary,F,7065\n');
  const file: SourceFile = {
    name: 'yob1880.txt',
    size: null,
    async *open() {
      for (; opened < 100_000; opened++) yield Buffer.concat(Array.from({ length: 100 }, () => line));
    },
  };
  const { rows, evidence } = await inspectText(file, options);
  assert.ok(opened < 100);
  assert.deepEqual(new Set(rows.map((row) => row.join())), new Set(['Mary,F,7065']));
  assert.equal(rows.length, 20);
  assert.deepEqual([evidence[0]?.columns, evidence[0]?.refused], [3, 0]);
});

test('rows are shown as the dialect of a parser reads them', async () => {
  const dialect = { separator: '|', quote: null } as const;
  const { rows } = await inspectText(textFile(Buffer.from('"a|b",c\n')), { ...options, dialect });
  assert.deepEqual(rows, [['"a', 'b",c']]);
});

test('what is no text is refused by its content', async () => {
  await assert.rejects(inspectText(textFile(Buffer.from('%PDF-1.4 ...')), options), { code: 'not_text' });
});

test('an empty text has no rows', async () => {
  const { rows, isTable } = await inspectText(textFile(Buffer.alloc(0)), options);
  assert.deepEqual([rows, isTable], [[], false]);
});

function textFile(bytes: Buffer, chunkBytes = 1000): SourceFile {
  return {
    name: 'a.csv',
    size: bytes.length,
    async *open() {
      for (let start = 0; start < bytes.length; start += chunkBytes)
        yield bytes.subarray(start, start + chunkBytes);
    },
  };
}

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { withDuckDb } from '#platform/duckdb/database.ts';
import { AppError } from '#platform/errors.ts';
import { sql } from '#platform/postgres/sql.ts';
import { runOver } from '#test/support/operation-run.ts';
import { convert } from './convert.ts';

const folder = mkdtempSync(join(tmpdir(), 'affirm-name-parquet-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const CSV = { format: 'csv', separator: ',', quote: '"', encoding: 'utf-8' } as const;
const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;

/** Names and columns of a Parquet file, as another reader sees them. */
async function readBack(bytes: Buffer): Promise<{ names: unknown[]; columns: unknown[][] }> {
  const path = join(folder, 'back.parquet');
  writeFileSync(path, bytes);
  return withDuckDb({ scratchDir: folder, signal: new AbortController().signal }, async (db) => {
    const [names = []] = await db.columns(
      sql`SELECT name FROM parquet_schema(${path}) WHERE type IS NOT NULL`,
    );
    return { names, columns: await db.columns(sql`SELECT * FROM read_parquet(${path})`) };
  });
}

const text = fc.string({
  unit: fc.constantFrom('a', 'é', '0', ',', '"', '\n', '\u{1F600}', ' '),
  maxLength: 5,
});
const hostile = fc.constantFrom(
  `x"); DROP TABLE cells; --`,
  `'`,
  '2',
  '1',
  'é ',
  '$1',
  'rowid',
  'SELECT',
  ' padded ',
);

test('names and cells are those of the table, in its order, whatever they hold', async () => {
  const anyTable = fc
    .uniqueArray(hostile, { minLength: 1, maxLength: 5 })
    .chain((names) =>
      fc.tuple(
        fc.constant(names),
        fc.array(fc.array(text, { minLength: names.length, maxLength: names.length }), { maxLength: 8 }),
      ),
    );
  await fc.assert(
    fc.asyncProperty(anyTable, async ([names, rows]) => {
      const content = [names, ...rows].map((cells) => `${cells.map(quoted).join(',')}\n`).join('');
      const { bytes, outcome } = await runOver(convert, { to: 'parquet' }, { content, input: CSV });
      const found = await readBack(bytes);
      assert.deepEqual(found.names, names);
      assert.deepEqual(
        found.columns,
        names.map((_, at) => rows.map((cells) => cells[at])),
      );
      assert.equal(outcome.recordsWritten, rows.length);
    }),
    { numRuns: 10 },
  );
});

test('empty cells are "" or null as asked for; a quoted one is a text', async () => {
  const file = { content: 'a,,c\n007,,""\n1e5, x ,NULL\n', input: CSV };
  const asText = await readBack((await runOver(convert, { to: 'parquet' }, file)).bytes);
  assert.deepEqual(asText, {
    names: ['a', '_2', 'c'],
    columns: [
      ['007', '1e5'],
      ['', ' x '],
      ['', 'NULL'],
    ],
  });
  const asNull = await readBack((await runOver(convert, { to: 'parquet', empty: 'null' }, file)).bytes);
  assert.deepEqual(asNull.columns, [
    ['007', '1e5'],
    [null, ' x '],
    ['', 'NULL'],
  ]);
});

test('names that are one in Parquet are refused', async () => {
  const error = await runOver(convert, { to: 'parquet' }, { content: 'id,Name,name\n1,2,3\n' }).catch(
    (failure: unknown) => failure,
  );
  assert.ok(error instanceof AppError && error.code === 'ambiguous_column', String(error));
});

test('more than one group of rows comes back whole', async () => {
  const rows = Array.from({ length: 5000 }, (_, at) => `${at},${'x'.repeat(1000)}`);
  const { bytes } = await runOver(
    convert,
    { to: 'parquet' },
    { content: `n,text\n${rows.join('\n')}\n`, input: CSV },
  );
  const { columns } = await readBack(bytes);
  assert.deepEqual(
    columns[0],
    Array.from({ length: 5000 }, (_, at) => String(at)),
  );
  assert.ok(columns[1]?.every((cell) => (cell as string).length === 1000));
});

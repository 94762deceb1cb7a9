import assert from 'node:assert/strict';
import { finished } from 'node:stream/promises';
import { test } from 'node:test';
import fc from 'fast-check';
import { intArray } from '#platform/postgres/array-text.ts';
import { createCopyEncoder } from '#platform/postgres/binary.ts';
import { sql } from '#platform/postgres/sql.ts';
import { testDatabase } from '#test/support/database.ts';

const NULL_ELEMENT = -2_147_483_648;

const { pool } = await testDatabase();
await pool.run(
  'createTable',
  sql`CREATE TABLE every_type (no int4, flag bool, small int2, big int8, word text, int2s int2[], int4s int4[], chars "char"[])`,
);

interface Row {
  readonly flag: boolean | null;
  readonly small: number;
  readonly big: number;
  readonly word: string | null;
  readonly int2s: Int16Array;
  readonly int4s: Int32Array;
  readonly chars: Uint8Array;
}

const anyRow: fc.Arbitrary<Row> = fc.record(
  {
    flag: fc.option(fc.boolean()),
    small: fc.integer({ min: -32_768, max: 32_767 }),
    big: fc.maxSafeInteger(),
    // PostgreSQL takes every character but NUL.
    word: fc.option(fc.string({ unit: 'binary', maxLength: 100 }).filter((word) => !word.includes('\0'))),
    int2s: fc.int16Array({ maxLength: 40 }),
    int4s: fc.int32Array({ maxLength: 40 }),
    chars: fc.uint8Array({ min: 1, max: 127, maxLength: 40 }),
  },
  { noNullPrototype: true },
);

test('what is written by COPY is read back, for chunks of any size', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(anyRow, { maxLength: 10 }),
      fc.integer({ min: 64, max: 1000 }),
      async (rows, chunkBytes) => {
        await copyRows(rows, chunkBytes);
        assert.deepEqual(await readRows(), rows);
      },
    ),
    { numRuns: 60 },
  );
});

test('part of a longer source, longer than many chunks, arrives whole', async () => {
  const int4s = Int32Array.from({ length: 50_000 }, (_, index) => index * 40_009);
  const word = 'é'.repeat(5_000);
  await copyRows([{ ...emptyRow, word, int4s }], 512, { start: 7, end: 49_990 });
  const [row] = await readRows();
  assert.deepEqual(row?.int4s, int4s.slice(7, 49_990));
  assert.equal(row?.word, word);
});

test('NULL in an array is the value asked for', async () => {
  const [row] = await pool.raw(
    'nulls',
    sql`SELECT '{1,NULL,-3}'::int4[], '{NULL}'::int2[], '{}'::int4[], NULL::int4[]`,
  );
  const [int4s, int2s, empty, absent] = row as string[];
  assert.deepEqual([...intArray(int4s as string, NULL_ELEMENT)], [1, NULL_ELEMENT, -3]);
  assert.deepEqual([...intArray(int2s as string, NULL_ELEMENT)], [NULL_ELEMENT]);
  assert.equal(intArray(empty as string, NULL_ELEMENT).length, 0);
  assert.equal(absent, null);
});

const emptyRow: Row = {
  flag: null,
  small: 0,
  big: 0,
  word: null,
  int2s: new Int16Array(),
  int4s: new Int32Array(),
  chars: new Uint8Array(),
};

async function copyRows(
  rows: readonly Row[],
  chunkBytes: number,
  part?: { start: number; end: number },
): Promise<void> {
  await pool.run('truncate', sql`TRUNCATE every_type`);
  await pool.session(async (session) => {
    const stream = session.copyIn('COPY every_type FROM STDIN (FORMAT binary)');
    const encoder = createCopyEncoder({ chunkBytes, onChunk: (chunk) => stream.write(chunk) });
    rows.forEach((row, no) => {
      encoder.beginRow(8);
      encoder.int4(no);
      if (row.flag === null) encoder.nul();
      else encoder.bool(row.flag);
      encoder.int2(row.small);
      encoder.int8(row.big);
      if (row.word === null) encoder.nul();
      else encoder.text(row.word);
      encoder.int2Array(row.int2s, 0, row.int2s.length);
      encoder.int4Array(row.int4s, part?.start ?? 0, part?.end ?? row.int4s.length);
      encoder.charArray(row.chars, 0, row.chars.length);
    });
    encoder.finish();
    stream.end();
    await finished(stream);
  });
}

async function readRows(): Promise<Row[]> {
  const rows = await pool.raw(
    'readRows',
    sql`
      SELECT flag, small, big, word, int2s, int4s, ARRAY(SELECT ascii("char"::text) FROM unnest(chars) AS "char")
      FROM every_type ORDER BY no`,
  );
  return rows.map(([flag, small, big, word, int2s, int4s, chars]) => ({
    flag: flag === null ? null : flag === 't',
    small: Number(small),
    big: Number(big),
    word: word ?? null,
    int2s: Int16Array.from(intArray(int2s as string, NULL_ELEMENT)),
    int4s: intArray(int4s as string, NULL_ELEMENT),
    chars: Uint8Array.from(intArray(chars as string, NULL_ELEMENT)),
  }));
}

import assert from 'node:assert/strict';
import { finished } from 'node:stream/promises';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { type CustomTypesConfig, Pool, type QueryArrayConfig, type QueryConfig } from 'pg';
import {
  charArray,
  createCopyEncoder,
  int2Array,
  int4,
  int4Array,
  int8,
  text,
} from '#platform/postgres/binary.ts';
import { BinaryClient } from '#platform/postgres/binary-client.ts';
import { sql } from '#platform/postgres/sql.ts';
import { testDatabase } from '#test/support/database.ts';

const NULL_INT4 = -2_147_483_648;
const NULL_INT2 = -32_768;
const NULL_CHAR = 255;

const { url, pool } = await testDatabase();
const binaryPool = new Pool({ connectionString: url, Client: BinaryClient });
// The database is dropped before this pool ends.
binaryPool.on('error', () => undefined);
after(() => binaryPool.end());

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
  const [row] = await binaryRows(
    `SELECT '{1,NULL,-3}'::int4[], '{NULL,2}'::int2[], '{a,NULL}'::"char"[], '{}'::int4[], NULL::int4[]`,
  );
  const [int4s, int2s, chars, empty, absent] = row as Buffer[];
  assert.deepEqual([...int4Array(int4s as Buffer, NULL_INT4)], [1, NULL_INT4, -3]);
  assert.deepEqual([...int2Array(int2s as Buffer, NULL_INT2)], [NULL_INT2, 2]);
  assert.deepEqual([...charArray(chars as Buffer, NULL_CHAR)], [97, NULL_CHAR]);
  assert.equal(int4Array(empty as Buffer, 0).length, 0);
  assert.equal(absent, null);
});

test('text results of the same connection are text, before and after binary ones', async () => {
  const client = await binaryPool.connect();
  try {
    for (let turn = 0; turn < 3; turn++) {
      const read = await client.query('SELECT $1::text AS word, $2::int4[] AS list', ['żółw', [1, 2]]);
      assert.deepEqual(read.rows, [{ word: 'żółw', list: [1, 2] }]);
      const rows = await client.query({
        text: 'SELECT $1::int4',
        values: [turn],
        binary: true,
        name: 'turn',
      } as QueryConfig);
      assert.deepEqual(rows.rows, [{ int4: turn }]);
    }
    await assert.rejects(client.query('SELECT 1 AS "żółw" FROM "gęś"'), /gęś/);
  } finally {
    client.release();
  }
});

test('an array of two dimensions is refused', async () => {
  const [row] = await binaryRows(`SELECT '{{1,2},{3,4}}'::int4[]`);
  assert.throws(() => int4Array(row?.[0] as Buffer, 0), /2 dimensions/);
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
  const rows = await binaryRows(
    'SELECT flag::int4, small::int4, big, word, int2s, int4s, chars, no FROM every_type ORDER BY no',
  );
  return rows.map(([flag, small, big, word, int2s, int4s, chars], index) => {
    assert.equal(int4(rows[index]?.[7] as Buffer), index);
    return {
      flag: flag ? int4(flag) === 1 : null,
      small: int4(small as Buffer),
      big: int8(big as Buffer),
      word: word ? text(word) : null,
      int2s: int2Array(int2s as Buffer, NULL_INT2),
      int4s: int4Array(int4s as Buffer, NULL_INT4),
      chars: charArray(chars as Buffer, NULL_CHAR),
    };
  });
}

const asIs = { getTypeParser: () => (value: unknown) => value } as unknown as CustomTypesConfig;

async function binaryRows(statement: string): Promise<(Buffer | null)[][]> {
  const config = { text: statement, rowMode: 'array', binary: true, queryMode: 'extended', types: asIs };
  return (await binaryPool.query(config as QueryArrayConfig)).rows as (Buffer | null)[][];
}

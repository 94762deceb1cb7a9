import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { rawSql, sql } from '../postgres/sql.ts';
import { type DuckDb, withDuckDb } from './database.ts';
import { duckDbError } from './errors.ts';

// An apostrophe in the folder's own name: it stands in a statement.
const folder = mkdtempSync(join(tmpdir(), "affirm-name-duck'db-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const outside = `${folder}-outside`;
const never = new AbortController().signal;

function open<T>(work: (db: DuckDb) => Promise<T>, signal: AbortSignal = never): Promise<T> {
  return withDuckDb({ scratchDir: folder, signal, memoryMegabytes: 32 }, work);
}

test('statements reach the scratch folder and nothing else', async () => {
  writeFileSync(outside, 'secret\n');
  await open(async (db) => {
    await db.run(rawSql(`COPY (SELECT 1 AS a) TO '${join(folder, 'in.csv').replaceAll("'", "''")}'`));
    assert.ok(existsSync(join(folder, 'in.csv')));
    for (const statement of [
      `SELECT * FROM read_csv('${outside.replaceAll("'", "''")}')`,
      `SELECT * FROM read_text('/etc/passwd')`,
      `COPY (SELECT 1) TO '/tmp/affirm-name-duckdb-escaped.csv'`,
      `ATTACH '/tmp/affirm-name-duckdb-escaped.db'`,
      `INSTALL httpfs`,
      `LOAD httpfs`,
    ]) {
      await assert.rejects(db.run(rawSql(statement)), /Permission Error|disabled/, statement);
    }
  });
  assert.ok(!existsSync('/tmp/affirm-name-duckdb-escaped.csv'));
  rmSync(outside);
});

test('no statement can loosen what the door has set', async () => {
  await open(async (db) => {
    for (const setting of ['enable_external_access = true', "memory_limit = '1GB'", 'threads = 8']) {
      await assert.rejects(db.run(rawSql(`SET ${setting}`)), /locked|Cannot/, setting);
    }
  });
});

test('a parameter is a value, whatever it holds', async () => {
  await open(async (db) => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.string({ unit: 'grapheme' }), fc.constant(`'; DROP TABLE t; --`)),
        async (text) => {
          assert.deepEqual(await db.columns(sql`SELECT ${text}, octet_length(encode(${text}))`), [
            [text],
            [BigInt(Buffer.byteLength(text))],
          ]);
        },
      ),
      { numRuns: 20 },
    );
  });
});

test('rows that were appended come back byte for byte, in their order', async () => {
  const row = fc.tuple(fc.uint8Array({ maxLength: 40 }), fc.string({ unit: 'grapheme' }), fc.integer());
  await fc.assert(
    fc.asyncProperty(fc.array(row, { maxLength: 50 }), async (rows) => {
      await open(async (db) => {
        await db.run(rawSql('CREATE TABLE t (a BLOB, b VARCHAR, c INTEGER)'));
        const appender = await db.appender('t');
        for (const [bytes, text, number] of rows) {
          appender.bytes(bytes);
          appender.text(text);
          appender.integer(number | 0);
          appender.endRow();
        }
        appender.close();
        const [a = [], b, c] = await db.columns(rawSql('SELECT a, b, c FROM t ORDER BY rowid'));
        assert.deepEqual(
          a.map((blob) => [...(blob as { bytes: Uint8Array }).bytes]),
          rows.map(([bytes]) => [...bytes]),
        );
        assert.deepEqual([b, c], [rows.map(([, text]) => text), rows.map(([, , number]) => number | 0)]);
      });
    }),
    { numRuns: 10 },
  );
});

test('an abort ends the statement under way with the reason of the signal', async () => {
  const controller = new AbortController();
  const reason = new Error('canceled');
  const work = open(async (db) => {
    const sorting = db.run(rawSql('SELECT sum(a.range * b.range) FROM range(1000000) a, range(1000000) b'));
    setImmediate(() => controller.abort(reason));
    await sorting;
  }, controller.signal);
  await assert.rejects(work, reason);
  await assert.rejects(
    open(() => Promise.resolve(), controller.signal),
    reason,
  );
});

test('more than the memory goes to the scratch folder and is gone afterwards', async () => {
  let most = 0;
  await open(async (db) => {
    await db.run(rawSql('CREATE TABLE t AS SELECT hash(range) AS h, range AS n FROM range(2000000)'));
    most = readdirSync(folder).length;
    const [[sum] = []] = await db.columns(rawSql('SELECT sum(n)::VARCHAR FROM t'));
    assert.equal(sum, '1999999000000');
  });
  assert.ok(most > 0);
  assert.deepEqual(
    readdirSync(folder).filter((name) => name.endsWith('.tmp')),
    [],
  );
});

test('a full disk has the code of a full disk', () => {
  for (const message of [
    'IO Error: Could not write file "/x": No space left on device',
    `Out of Memory Error: failed to offload data block, see the 'max_temp_directory_size' setting`,
  ]) {
    assert.equal((duckDbError(new Error(message), never) as { code?: string }).code, 'ENOSPC');
  }
  const other = new Error('Parser Error');
  assert.equal(duckDbError(other, never), other);
});

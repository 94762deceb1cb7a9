import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { guardFormula } from '#engine/ingestion/formula-guard.ts';
import { rawSql } from '#platform/postgres/sql.ts';
import { craftZip } from '#test/support/crafted-zip.ts';
import { plants, PROTECTED } from '#test/support/plants.ts';
import { presentBit, stageNames } from '#engine/imports/stage-table.query.ts';
import { IMPORT_ID, limits, pool, type Row, stage } from './staging-scene.ts';

const STAGES = rawSql(`SELECT 1 FROM pg_tables WHERE schemaname = 'staging'`);
const ID = '7b1d6f0a-3c1f-4f5e-9a51-0f6f4a2f0c11';

test('every cell arrives in its column; absent, NULL and empty stay apart', async () => {
  const text = `id,code,note,amount,labels,gardener\n${ID},ABC,"a, ""b""\r\nc\\d\te",12,"x|y""z",Kim\n,DEF,,,,Kim\n,GHI,"",,"",Kim\n`;
  const { rows, result } = await stage(text);
  assert.deepEqual(
    rows.map(({ record, line_start, line_end, byte_offset, id, note, amount, labels, is_rejected }) => [
      [record, line_start, line_end, byte_offset, is_rejected],
      [id === ID, note, amount, labels],
    ]),
    [
      [
        [1, 2, 3, 36, false],
        [true, 'a, "b"\r\nc\\d\te', '12', ['x', 'y"z']],
      ],
      [
        [2, 4, 4, text.indexOf(',DEF'), false],
        [false, null, null, null],
      ],
      [
        [3, 5, 5, text.indexOf(',GHI'), false],
        [false, '', null, []],
      ],
    ],
  );
  assert.deepEqual([result.records, result.rejected, result.warnings], [3, 0, []]);
  // The file has no column for the time: nothing is known about it, in any record.
  for (const { present } of rows) assert.equal(Number(present) & presentBit(plants, 'seen_at'), 0);
  assert.deepEqual(
    rows.map(({ present }) => (Number(present) & presentBit(plants, 'note')) !== 0),
    [true, true, true],
  );
});

test('a made id is the version 5 UUID of import and record, and does not count as given', async () => {
  const { rows } = await stage('code,gardener\nA,Kim\nB,Kim\n');
  assert.deepEqual(
    rows.map(({ id }) => id),
    ['1', '2'].map(version5),
  );
  const given = await stage(`id,code,gardener\n,A,Kim\n${ID},B,Kim\n`);
  assert.deepEqual(
    given.rows.map(({ id, present }) => [id, Number(present) & presentBit(plants, 'id')]),
    [
      [version5('1'), 0],
      [ID, presentBit(plants, 'id')],
    ],
  );
});

function version5(name: string): string {
  const digest = createHash('sha1')
    .update(Buffer.from(IMPORT_ID.replaceAll('-', ''), 'hex'))
    .update(name)
    .digest();
  digest[6] = ((digest[6] as number) & 0x0f) | 0x50;
  digest[8] = ((digest[8] as number) & 0x3f) | 0x80;
  const hex = digest.toString('hex', 0, 16);
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** What is said about a record: code, column, field and the value shown. */
function told({ record, ord, code, column_index, column, field, value }: Row): unknown[] {
  return [record, ord, code, column_index, column, field, value];
}

test('all errors of a record are told, in the order of its columns', async () => {
  const { rows, errors, result } = await stage(
    'note,amount,code,gardener\nfine,x,abc,\nfine,1,,Kim\nunlucky,13,OK,Kim\nfine,2,OK,Kim\n',
  );
  assert.deepEqual(errors.map(told), [
    [1, 1, 'pattern', 3, 'code', 'code', 'abc'],
    [1, 2, 'type_error', 2, 'amount', 'amount', 'x'],
    [1, 3, 'required', 4, 'gardener', 'gardener', ''],
    [2, 1, 'required', 3, 'code', 'code', ''],
    [3, 1, 'pattern', 2, 'amount', 'amount', '13'],
  ]);
  assert.equal(errors[0]?.['suggestion'], 'ABC');
  assert.equal(errors[0]?.['expected'], 'A-Z');
  assert.deepEqual([errors[0]?.['category'], errors[0]?.['phase']], ['constraint', 'validate']);
  assert.deepEqual(
    rows.map(({ is_rejected, code, note }) => [is_rejected, code, note]),
    [
      [true, null, 'fine'],
      [true, null, 'fine'],
      [true, 'OK', 'unlucky'],
      [false, 'OK', 'fine'],
    ],
  );
  assert.equal(result.rejected, 3);
  assert.equal(result.ledger.errors, 5);
});

test('records that are not well-formed are staged as refused, with their place', async () => {
  const long = 'x'.repeat(limits.maxLineBytes);
  const { rows, errors } = await stage(`code,gardener\nA,Kim\nB\nC,Kim,3\n"D"x,Kim\n${long},Kim\nE,Kim\n"F`);
  assert.deepEqual(
    rows.map(({ record, line_start, is_rejected, code }) => [record, line_start, is_rejected, code]),
    [
      [1, 2, false, 'A'],
      [2, 3, true, null],
      [3, 4, true, null],
      [4, 5, true, null],
      [5, 6, true, null],
      [6, 7, false, 'E'],
      [7, 8, true, null],
    ],
  );
  assert.deepEqual(
    errors.map(({ record, code }) => [record, code]),
    [
      [2, 'missing_cell'],
      [3, 'extra_cell'],
      [4, 'stray_quote'],
      [5, 'line_too_long'],
      [7, 'unclosed_quote'],
    ],
  );
});

test('the table of errors ends at its cap, the counts do not', async () => {
  const { errors, result } = await stage(`code,gardener\n${'a,Kim\n'.repeat(50)}`, { detailCap: 10 });
  assert.equal(errors.length, 10);
  assert.deepEqual(
    result.ledger.errorCounts.map(({ code, column, count }) => [code, column, count]),
    [['pattern', 'code', 50]],
  );
  assert.equal(result.ledger.truncated, true);
});

test('tens of thousands of errors interrupt the copy of records again and again', async () => {
  const bad = `${'a'.repeat(250)},Kim\n`;
  const { errors, rows } = await stage(`code,gardener\n${`${bad}A,Kim\n`.repeat(15_000)}`);
  assert.equal(rows.length, 30_000);
  assert.equal(errors.length, 15_000);
});

test('one guard against formulas is taken from text cells, and counted', async () => {
  const { rows, result } = await stage("code,note,gardener,pin\nA,'=1+1,Kim,'=12\nB,''=1,Kim,\nC,'x,Kim,\n");
  assert.deepEqual(
    rows.map(({ note }) => note),
    ['=1+1', "'=1", "'x"],
  );
  assert.equal(rows[0]?.['pin'], `${PROTECTED}=12'`);
  assert.deepEqual(
    result.warnings.map(({ code, count }) => [code, count]),
    [['formula_guard_removed', 2]],
  );
});

test('secrets are protected before they are staged, and shown nowhere', async () => {
  const { rows, errors, result } = await stage(
    'code,gardener,pin\nA,Kim,sesame\nb,Kim,sesame\nC,Kim,se\nD,Kim,sesame,\nE,Kim,\n"F"x,Kim,sesame\n',
  );
  assert.deepEqual(
    rows.map(({ pin }) => pin),
    [`${PROTECTED}esames`, null, null, null, null, null],
  );
  assert.equal(result.hasSecrets, true);
  assert.doesNotMatch(JSON.stringify(errors), /sesame|"se"/);
  assert.deepEqual(
    errors.map(({ record, code, field }) => [record, code, field]),
    [
      [2, 'pattern', 'code'],
      [3, 'length', 'pin'],
      [4, 'extra_cell', null],
      [6, 'stray_quote', null],
    ],
  );
});

test('files of an archive are read in their order, records counted on; gzip is read too', async () => {
  const archive = craftZip([
    { name: 'data/plants-1.csv', data: 'code;gardener\nA;Kim\nb;Kim\n' },
    { name: 'data/gardeners.csv', data: 'name\nKim\n' },
    { name: 'data/plants-2.ndjson', data: '{"code":"C","gardener":"Kim"}\n{"code":"d"}\n' },
  ]);
  const { rows, errors } = await stage(archive, { filename: 'garden.zip' });
  assert.deepEqual(
    rows.map(({ record, entry, line_start, code }) => [record, entry, line_start, code]),
    [
      [1, 'data/plants-1.csv', 2, 'A'],
      [2, 'data/plants-1.csv', 3, null],
      [3, 'data/plants-2.ndjson', 1, 'C'],
      [4, 'data/plants-2.ndjson', 2, null],
    ],
  );
  assert.deepEqual(
    errors.map(({ record, entry, field }) => [record, entry, field]),
    [
      [2, 'data/plants-1.csv', 'code'],
      [4, 'data/plants-2.ndjson', 'code'],
      [4, 'data/plants-2.ndjson', 'gardener_id'],
    ],
  );
  const packed = await stage(gzipSync('code,gardener\nA,Kim\n'), { filename: 'plants.csv.gz' });
  assert.equal(packed.rows.length, 1);
});

test('a broken attempt leaves no table behind', async () => {
  const controller = new AbortController();
  controller.abort(new Error('stop'));
  await assert.rejects(stage('code,gardener\nA,Kim\n', { signal: controller.signal }));
  assert.deepEqual(await pool.many('tables', STAGES), []);
  // A field that lets through what its type cannot hold is a bug: it ends the import, and does not hang it.
  const many = `code,gardener,amount\n${`A,Kim,1${'0'.repeat(30)}\n`.repeat(50_000)}`;
  await assert.rejects(stage(many), { code: '22003' });
  assert.deepEqual(await pool.many('tables', STAGES), []);
  assert.deepEqual(stageNames(7, 2), { table: 'staging.i7_2', errors: 'staging.i7_2_errors' });
});

test('whatever text is sent arrives unchanged', async () => {
  const text = fc.string({
    unit: fc.constantFrom(
      'a',
      '\\',
      'N',
      '.',
      '\t',
      '\r',
      '\n',
      '"',
      ',',
      "'",
      'é',
      '東',
      '😀',
      ' ',
      '\u00a0',
      'x'.repeat(500),
    ),
    maxLength: 20,
  });
  await fc.assert(
    fc.asyncProperty(fc.array(text, { minLength: 1, maxLength: 40 }), async (notes) => {
      const cells = notes.map((note) => `A,"${guardFormula(note).replaceAll('"', '""')}",Kim\n`);
      const { rows } = await stage(`code,note,gardener\n${cells.join('')}`);
      assert.deepEqual(
        rows.map(({ note }) => note),
        notes,
      );
    }),
    { numRuns: 30 },
  );
});

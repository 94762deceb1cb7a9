import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { testDatabase } from '#test/support/database.ts';
import { sheetOf, workbook } from '#test/support/workbooks.ts';
import { startTaskServer } from './tasks-scene.ts';

const database = await testDatabase();
const server = await startTaskServer(database);
await server.startWorker();

const PEOPLE = 'id;name;note\r\n007;"Ada; L.";NULL\r\n008;Grace; x \r\n1e5;"Jo ""J"" B";""\r\n';

test('a task keeps the bytes of the columns and records that it selects', async () => {
  const task = await server.done(PEOPLE, {
    operation: 'select',
    options: { columns: ['note', 'name'], where: [{ column: 'id', is: 'starts_with', value: '0' }] },
  });
  assert.equal(task.bytes.toString(), 'note;name\r\nNULL;"Ada; L."\r\n x ;Grace\r\n');
  assert.deepEqual(
    [task.records_read, task.records_written, task.records_rejected, task.records_left_out],
    [3, 2, 0, { filtered: 1 }],
  );
  assert.equal(existsSync(server.scratchDir) && readdirSync(server.scratchDir).length > 0, false);
});

test('a table becomes objects and a table again, every text as it was', async () => {
  const { bytes } = await server.done(PEOPLE, { operation: 'convert', options: { to: 'ndjson' } });
  const [first, , last] = bytes
    .toString()
    .trimEnd()
    .split('\n')
    .map((line: string) => JSON.parse(line) as object);
  assert.deepEqual(first, { id: '007', name: 'Ada; L.', note: 'NULL' });
  assert.deepEqual(last, { id: '1e5', name: 'Jo "J" B', note: '' });
  const back = await server.done(
    bytes,
    { operation: 'convert', options: { to: 'csv', separator: ';', line_break: 'CRLF' } },
    { name: 'table.ndjson' },
  );
  assert.equal(back.bytes.toString(), PEOPLE.replace(';""\r\n', ';\r\n'));
  assert.equal(back.detected.format, 'ndjson');
});

test('a gzip file is read as what is in it', async () => {
  const { bytes, detected } = await server.done(
    gzipSync(PEOPLE),
    { operation: 'select', options: { columns: ['id'] } },
    { name: 'people.csv.gz' },
  );
  assert.equal(bytes.toString(), 'id\r\n007\r\n008\r\n1e5\r\n');
  assert.deepEqual([detected.kind, detected.separator, detected.line_break], ['gzip', ';', 'CRLF']);
});

test('the encoding of a long file is told by its letters, however late they come', async () => {
  const content = `n,t\n${'1,plain\n'.repeat(20_000)}`;
  const latin = Buffer.concat([Buffer.from(content), Buffer.from('2,Zo\xEB \xFCber\n', 'latin1')]);
  const options = { where: [{ column: 't', is: 'equals', value: 'Zoë über' }] };
  const task = await server.done(latin, { operation: 'select', options });
  assert.equal(task.bytes.toString('latin1'), 'n,t\n2,Zo\xEB \xFCber\n');
  assert.deepEqual([task.detected.encoding, task.records_rejected], ['windows-1252', 0]);
});

test('refused records are counted, listed with their lines, and given back as they stand in the file', async () => {
  const task = await server.done('a,b\n1,2\n3\n4,5,6\n"7,8\n', { operation: 'select' });
  assert.equal(task.bytes.toString(), 'a,b\n1,2\n');
  assert.deepEqual([task.records_read, task.records_written, task.records_rejected], [4, 1, 3]);
  const errors = (await (await server.get(`/v1/tasks/${task.task_id}/errors`)).json()) as {
    data: { code: string; line_start: number }[];
    meta: { total: number; ledger: object };
  };
  assert.deepEqual(
    errors.data.map(({ code, line_start: line }) => [code, line]),
    [
      ['missing_cell', 3],
      ['extra_cell', 4],
      ['unclosed_quote', 5],
    ],
  );
  assert.deepEqual(errors.meta.ledger, { records: 4, accepted: 1, rejected: 3, skipped: {} });
  const rejects = await server.get(task.rejects_url as string);
  assert.match(rejects.headers.get('content-disposition') ?? '', /filename="table-rejects\.csv"/);
  assert.match(await rejects.text(), /^_line,_errors,a,b\n3,"[^"]+",3\n4,"[^"]+",4,5,6\n5,"[^"]+","7,8\n\n$/);
});

test('a sheet of a workbook is a table; the one that is named, else the first', async () => {
  const book = workbook({
    One: sheetOf([
      ['id', 'name'],
      ['007', 'Ada, L.'],
      [8, 'Zoë'],
    ]),
    Two: sheetOf([['x'], ['1']]),
  });
  const first = await server.done(
    book,
    { operation: 'convert', options: { to: 'tsv' } },
    { name: 'people.xlsx' },
  );
  assert.equal(first.bytes.toString(), 'id\tname\n007\tAda, L.\n8\tZoë\n');
  const second = await server.done(
    book,
    { operation: 'convert', options: { to: 'json' }, input: { part: 'Two' } },
    { name: 'people.xlsx' },
  );
  assert.deepEqual(JSON.parse(second.bytes.toString()), [{ x: '1' }]);
});

test('letters that the database cannot hold are no reason to fail, in names, cells and options', async () => {
  const hostile = `a\0b,"Ł\n"\n1,\0Ł\n\0\n${'1,2\n'.repeat(50)}`;
  const task = await server.done(hostile, {
    operation: 'convert',
    options: { to: 'csv', encoding: 'iso-8859-2' },
  });
  assert.deepEqual([task.records_read, task.records_rejected], [52, 1]);
  const { data } = (await (await server.get(`/v1/tasks/${task.task_id}/errors`)).json()) as {
    data: { column: string }[];
  };
  assert.deepEqual(
    data.map(({ column }) => column),
    ['Ł\n'],
  );
  for (const options of [{ where: [{ column: 'a', is: 'equals', value: '\0' }] }, { columns: ['\uD800'] }]) {
    const refused = await server.send('/v1/tasks', 'a\n1\n', { operation: 'select', options });
    assert.equal(refused.status, 400);
  }
});

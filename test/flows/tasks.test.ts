import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testDatabase } from '#test/support/database.ts';
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

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

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { maintainTasksJob } from '#products/tasks/maintain-tasks.job.ts';
import type { JobContext } from '#engine/jobs/define-job.ts';
import { sql } from '#platform/postgres/sql.ts';
import { testDatabase } from '#test/support/database.ts';
import { startTaskServer, waitForEnd } from './tasks-scene.ts';

const OTHER = '00000000-0000-4000-8000-0000000000aa';
const ME = '00000000-0000-4000-8000-0000000000bb';

const database = await testDatabase();
const server = await startTaskServer(database, {
  authorize: ({ authorization }) => ({
    keyId: authorization === 'other' ? OTHER : ME,
    name: 'test',
    role: authorization === 'other' ? 'viewer' : 'admin',
    scopes: null,
  }),
});

const TABLE = 'id,name\n007,Ada\n008,Grace\n';

interface Answer {
  readonly status: number;
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly body: any;
}

async function answered(response: Promise<Response>): Promise<Answer> {
  const answer = await response;
  return { status: answer.status, body: await answer.json() };
}

async function keysOf(prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of server.files.list(prefix)) keys.push(key);
  return keys;
}

test('what is not there is refused at once with what is, and nothing is kept', async () => {
  const refusals: readonly [object, number, string, RegExp][] = [
    [{ operation: 'sorted' }, 400, 'unknown_operation', /select, clean, convert/],
    [{ operation: 'select', options: { colums: [] } }, 400, 'invalid_options', /It takes: columns, exclude/],
    [{ operation: 'sample', options: { records: '5' } }, 400, 'invalid_options', /sample/],
    [{ operation: 'select', options: { columns: ['nam'] } }, 422, 'unknown_column', /nam/],
    [{ operation: 'select', file2: TABLE }, 400, 'unexpected_file', /file2/],
    [{ operation: 'select', input: { separators: ';' } }, 400, 'invalid_request', /./],
    [{}, 400, 'invalid_request', /./],
  ];
  for (const [fields, status, code, message] of refusals) {
    const { status: found, body } = await answered(server.send('/v1/tasks', TABLE, fields));
    assert.deepEqual([found, body.error.code], [status, code], JSON.stringify(body));
    assert.match(body.error.message, message);
  }
  assert.deepEqual(await keysOf('tasks/'), []);
  const list = await answered(server.get('/v1/tasks'));
  assert.deepEqual(list.body.data, []);
});

test('a file that is no table is refused at once', async () => {
  const { status, body } = await answered(
    server.send('/v1/tasks', Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 1]), {
      operation: 'select',
    }),
  );
  assert.deepEqual([status, body.error.code], [422, 'not_text']);
});

test('the same request under a key makes one task, another one is refused', async () => {
  const headers = { 'idempotency-key': 'one' };
  const wish = { operation: 'select', options: { columns: ['id'] } };
  const first = await answered(server.send('/v1/tasks', TABLE, wish, { headers }));
  const again = await answered(server.send('/tasks', TABLE, wish, { headers }));
  const other = await answered(server.send('/v1/tasks', `${TABLE}9,x\n`, wish, { headers }));
  assert.deepEqual([first.status, again.status, other.status], [202, 200, 422]);
  assert.equal(first.body.data.task_id, again.body.data.task_id);
  assert.equal(first.body.data.status, 'PENDING');
});

test('a waiting task can be canceled and tried again, and only then has a result', async () => {
  const { body } = await answered(server.send('/v1/tasks', TABLE, { operation: 'select' }));
  const path = `/tasks/${body.data.task_id}`;
  const early = await answered(server.get(`${path}/result`));
  assert.deepEqual([early.status, early.body.error.code], [409, 'result_not_ready']);
  const canceled = await answered(server.post(`${path}/cancel`));
  assert.deepEqual([canceled.status, canceled.body.data.status], [202, 'CANCELED']);
  const retried = await answered(server.post(`${path}/retry`));
  assert.deepEqual([retried.status, retried.body.data.status], [202, 'PENDING']);

  const worker = await server.startWorker();
  try {
    const ended = await waitForEnd(server, body.data.task_id as string);
    assert.equal(ended.status, 'COMPLETED');
    const whole = await server.get(`${path}/result`);
    const bytes = Buffer.from(await whole.arrayBuffer());
    assert.equal(bytes.toString(), TABLE);
    assert.equal(createHash('sha256').update(bytes).digest('hex'), ended.result_sha256);
    const part = await server.get(`${path}/result`, { range: 'bytes=3-6' });
    assert.deepEqual([part.status, await part.text()], [206, 'name']);
    const none = await answered(server.get(`${path}/rejects`));
    assert.deepEqual([none.status, none.body.error.code], [404, 'no_rejects']);
    const events = await (await server.get(`${path}/events`)).text();
    assert.match(events, /completed/);
    const late = await answered(server.post(`${path}/cancel`));
    assert.deepEqual([late.status, late.body.error.code], [409, 'job_ended']);
  } finally {
    await worker.stop();
  }
});

test('a task that fails is a 200 that says why, and has no result', async () => {
  const worker = await server.startWorker();
  try {
    const options = { rows: 1, max_parts: 1 };
    const ended = await server.ended(TABLE, { operation: 'split', options });
    assert.deepEqual([ended.status, ended.error_code, ended.result_url], ['FAILED', 'split_limit', null]);
    const { status, body } = await answered(server.get(`/v1/tasks/${ended.task_id}/result`));
    assert.deepEqual([status, body.error.code], [409, 'result_not_ready']);
    assert.deepEqual(await keysOf(`tasks/${ended.task_id}/`), [`tasks/${ended.task_id}/source`]);
  } finally {
    await worker.stop();
  }
});

test('a task is seen by whoever sent it and by admins alone', async () => {
  const { body } = await answered(server.send('/v1/tasks', TABLE, { operation: 'select' }));
  const path = `/v1/tasks/${body.data.task_id}`;
  const headers = { authorization: 'other' };
  assert.equal((await server.get(path)).status, 200);
  for (const end of ['', '/errors', '/result', '/rejects', '/events']) {
    assert.equal((await server.get(`${path}${end}`, headers)).status, 404, end);
  }
  assert.equal((await server.post(`${path}/cancel`, headers)).status, 404);
  assert.deepEqual((await answered(server.get('/v1/tasks', headers))).body.data, []);
  await server.post(`${path}/cancel`);
});

test('inspect tells how a file would be read and keeps nothing of it', async () => {
  const before = await keysOf('tasks/');
  const { status, body } = await answered(
    server.send('/tasks/inspect', 'a;b\r\n1;"x;y"\r\n2;\r\n', {}, { name: 'my.csv' }),
  );
  assert.equal(status, 200);
  const { columns, first_rows, separator, line_break, estimated_records, encoding, format } = body.data;
  assert.deepEqual(
    { columns, first_rows, separator, line_break, estimated_records, encoding, format },
    {
      columns: ['a', 'b'],
      first_rows: [
        ['1', 'x;y'],
        ['2', ''],
      ],
      separator: ';',
      line_break: 'CRLF',
      estimated_records: 2,
      encoding: 'utf-8',
      format: 'csv',
    },
  );
  assert.deepEqual(await keysOf('tasks/'), before);
});

test('every operation is listed with a schema of its options in which every field is described', async () => {
  const { body } = await answered(server.get('/operations'));
  assert.ok(body.data.length > 4);
  for (const { id, options, example } of body.data) {
    assert.equal(options.type, 'object', id);
    for (const [name, field] of Object.entries(
      options.properties as Record<string, { description?: string }>,
    ))
      assert.ok(field.description, `${id}.${name} is not described`);
    for (const name of Object.keys(example as object)) assert.ok(options.properties[name], `${id}.${name}`);
  }
});

test('files of a task go when its time is over, and it says so', async () => {
  const list = await answered(server.get('/v1/tasks?status=COMPLETED'));
  const [task] = list.body.data;
  const id = task.task_id as string;
  await database.pool.run(
    'expire',
    sql`UPDATE tasks SET expires_at = clock_timestamp() - interval '1 s' WHERE id = ${id}`,
  );
  const job = maintainTasksJob({ pool: database.pool, files: server.files });
  const context = { signal: new AbortController().signal } as JobContext;
  await job.run({}, context);
  assert.deepEqual(await keysOf(`tasks/${id}/`), []);
  const gone = await answered(server.get(`/v1/tasks/${id}/result`));
  assert.deepEqual([gone.status, gone.body.error.code], [410, 'result_expired']);
  const { body } = await answered(server.get(`/v1/tasks/${id}`));
  assert.deepEqual([body.data.status, body.data.result_url], ['COMPLETED', null]);
});

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { connect } from '#platform/postgres/database.ts';
import { until } from '../faults/jobs-support.ts';
import { startImportApi } from './import-api.ts';

const api = await startImportApi({ batchRecords: 10 });
const blocker = await connect(api.databaseUrl, 'blocker');
after(() => blocker.end());

let series = 0;

/** 100 users whom no other test has. */
function hundredUsers(): string {
  series++;
  const rows = Array.from({ length: 100 }, (_, at) => `u${series}-${at}@example.org,u${series}-${at}`);
  return `email,username\n${rows.join('\n')}\n`;
}

/** An import that is about to write its first rows and cannot, until `work` is over. */
async function whileHeldBack(work: (id: string) => Promise<void>): Promise<string> {
  await blocker.query('BEGIN');
  await blocker.query('LOCK TABLE users IN SHARE ROW EXCLUSIVE MODE');
  try {
    const { body } = await api.upload({}, { content: hundredUsers() });
    await until('the import waits for the table', async () => {
      const { rowCount } = await blocker.query(
        `SELECT FROM pg_locks WHERE relation = 'users'::regclass AND NOT granted`,
      );
      return rowCount !== null && rowCount > 0;
    });
    await work(body.job_id);
    return body.job_id;
  } finally {
    await blocker.query('ROLLBACK');
  }
}

// oxlint-disable-next-line typescript/no-explicit-any
async function untilStatus(id: string, status: string): Promise<any> {
  return until(`import ${id} is ${status}`, async () => {
    const { body } = await api.send(`/v1/imports/${id}`);
    return body.status === status && body;
  });
}

function command(id: string, word: string): ReturnType<typeof api.send> {
  return api.send(`/v1/imports/${id}/${word}`, { method: 'POST' });
}

test('an import pauses at its next batch, keeps what it loaded, and goes on where it was', async () => {
  const id = await whileHeldBack(async (held) => {
    const { status, body } = await command(held, 'pause');
    assert.equal(status, 202, JSON.stringify(body));
    assert.match(body.message, /^Pauses at the next batch; 0 created and 0 updated records are kept\.$/);
    await untilStatus(held, 'paused');
  });
  const paused = await untilStatus(id, 'paused');
  assert.ok(paused.created_count < 100, `${paused.created_count} were loaded`);
  assert.deepEqual([paused.total_records, paused.completed_at], [100, null]);
  const again = await command(id, 'pause');
  assert.equal(again.status, 202);
  assert.match(again.body.message, /^Paused; /);
  const resumed = await command(id, 'resume');
  assert.equal(resumed.status, 202);
  const done = await untilStatus(id, 'completed');
  assert.deepEqual([done.created_count, done.fail_count], [100, 0]);
  const late = await command(id, 'pause');
  assert.deepEqual([late.status, late.body.error.code], [409, 'job_not_pausable']);
});

test('an import that is canceled keeps what it loaded and says how much it did not reach', async () => {
  const id = await whileHeldBack(async (held) => {
    const { status, body } = await command(held, 'cancel');
    assert.equal(status, 202);
    assert.match(body.message, /^Is canceled at the next batch; /);
    await untilStatus(held, 'canceled');
  });
  const canceled = await untilStatus(id, 'canceled');
  assert.equal(canceled.created_count + canceled.unprocessed_count, 100);
  assert.equal(canceled.processed_count, canceled.created_count);
  const { rows } = await blocker.query(
    `SELECT count(*)::int AS count FROM users JOIN import_jobs i ON i.no = import_no WHERE i.id = $1`,
    [id],
  );
  assert.equal(rows[0].count, canceled.created_count);
  const late = await command(id, 'cancel');
  assert.equal(late.status, 202);
});

test('a paused import can be canceled', async () => {
  const id = await whileHeldBack(async (held) => {
    await command(held, 'pause');
    await untilStatus(held, 'paused');
  });
  await untilStatus(id, 'paused');
  const { body } = await command(id, 'cancel');
  assert.equal(body.status, 'canceled');
  assert.match(body.message, /^Canceled; /);
});

test('the events of an import lead to its end', async () => {
  const { body } = await api.upload({}, { content: hundredUsers() });
  const events = await fetch(`${api.url}/v1/imports/${body.job_id}/events`);
  const text = await events.text();
  const states = [...text.matchAll(/^data: (.*)$/gm)].map(([, data = '']) => JSON.parse(data).status);
  assert.equal(states.at(-1), 'completed');
  const id = [...text.matchAll(/^id: (.*)$/gm)].at(-1)?.[1] ?? '';
  const resumed = await fetch(`${api.url}/v1/imports/${body.job_id}/events`, {
    headers: { 'last-event-id': id },
  });
  assert.equal(resumed.status, 204);
});

test('refused records go out, are mended and go in again, linked to their parent', async () => {
  const content = 'email,username\nmend-1@example.org,mend-1\nmend-2,mend-2\nMEND-1@example.org,mend-3\n';
  const { body: first } = await api.upload({}, { content });
  const parent = await untilStatus(first.job_id, 'completed');
  assert.deepEqual([parent.success_count, parent.fail_count], [1, 2]);
  assert.deepEqual(
    parent.errors.map(({ line }: { line: number }) => line),
    [3, 4],
  );
  const rejects = await api.send(`/v1/imports/${first.job_id}/rejects`);
  const mended = rejects.body.replace(',mend-2,', ',mend-2@example.org,').replace('MEND-1@', 'mend-3@');
  const { body: second } = await api.upload({ parent_id: first.job_id }, { content: mended });
  const child = await untilStatus(second.job_id, 'completed');
  assert.deepEqual([child.success_count, child.fail_count, child.parent_id], [2, 0, first.job_id]);
});

test('one import waits for another', async () => {
  const id = await whileHeldBack(async (held) => {
    const { body: after } = await api.upload({ after: held }, { content: hundredUsers() });
    const { body: waiting } = await api.send(`/v1/imports/${after.job_id}`);
    assert.deepEqual([waiting.status, waiting.after], ['pending', held]);
  });
  await untilStatus(id, 'completed');
  const { body: list } = await api.send('/v1/imports?limit=1');
  await untilStatus(list.data[0].job_id, 'completed');
});

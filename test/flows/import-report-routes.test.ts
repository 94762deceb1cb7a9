import assert from 'node:assert/strict';
import { test } from 'node:test';
import { saveReport } from '#engine/imports/report.query.ts';
import { fieldError } from '#engine/ingestion/field-error.ts';
import { recordError } from '#engine/ingestion/record-error.ts';
import { sql } from '#platform/postgres/sql.ts';
import { startImportApi, type UploadOptions } from './import-api.ts';

const api = await startImportApi();
const { pool, send, upload } = api;

/** An import of three records, of which the second was refused for two reasons, as its job would leave it. */
async function judgedImport(options: UploadOptions): Promise<string> {
  const { body } = await upload({ on_conflict: 'update' }, options);
  const id: string = body.job_id;
  const at = { record: 2, lineStart: 3, lineEnd: 4, byteOffset: 40 };
  const errors = [
    fieldError('pattern', { column: 1, field: 'email', value: 'ada', message: 'invalid email format' }),
    fieldError('length', { column: 2, field: 'username', value: '', message: 'is too long' }),
  ].map((error, index) => recordError(error, at, { seq: index + 1, header: ['email', 'username'] }));
  const ledger = {
    read: 3,
    accepted: 2,
    rejected: 1,
    skipped: 0,
    errors: 2,
    truncated: false,
    skippedByReason: {},
    errorCounts: [],
  };
  const report = { ledger, errors, warnings: [{ code: 'unknown_column', message: 'age', count: 1 }] };
  const reportNo = await saveReport(pool, id, report);
  await pool.run(
    'finish import',
    sql`
      UPDATE import_jobs
      SET checked = true, status = 'completed', total_records = 3, created_count = 1, updated_count = 1,
          fail_count = 1, report_no = ${reportNo}
      WHERE id = ${id}`,
  );
  await pool.run(
    'refuse record',
    sql`
      INSERT INTO import_rejects (import_no, chunk, records)
      SELECT no, 0, '{2}' FROM import_jobs WHERE id = ${id}`,
  );
  return id;
}

const CSV = 'email,username\nada@example.org,ada\nada,"line\nend"\ngrace@example.org,grace\n';

test('an import shows its counts, its warnings and the beginning of its report', async () => {
  const id = await judgedImport({ content: CSV });
  const { body } = await send(`/v1/imports/${id}`);
  assert.deepEqual(body.errors, [{ line: 3, errors: ['invalid email format', 'is too long'] }]);
  const counts = ['total_records', 'processed_count', 'success_count', 'fail_count', 'updated_count'];
  assert.deepEqual(
    counts.map((count) => body[count]),
    [3, 3, 2, 1, 1],
  );
  assert.deepEqual(body.warnings, [{ code: 'unknown_column', message: 'age', count: 1 }]);
  const { body: list } = await send('/v1/imports?limit=1');
  assert.deepEqual([list.data[0].job_id, list.data[0].fail_count, list.data[0].errors], [id, 1, undefined]);
});

test('the report is a list with pages, and comes as CSV and NDJSON', async () => {
  const id = await judgedImport({ content: CSV });
  const first = await send(`/v1/imports/${id}/errors?limit=1`);
  assert.deepEqual(
    [first.body.data.length, first.body.data[0].column, first.body.data[0].line_end, first.body.meta.total],
    [1, 'email', 4, 2],
  );
  const next = await send(`/v1/imports/${id}/errors?cursor=${first.body.meta.next_cursor}`);
  assert.deepEqual([next.body.data[0].code, next.body.meta.next_cursor], ['length', null]);
  const csv = await send(`/v1/imports/${id}/errors.csv`);
  assert.equal(csv.body.trim().split('\n').length, 3);
  const ndjson = await send(`/v1/imports/${id}/errors.ndjson`);
  assert.equal(JSON.parse(ndjson.body.split('\n')[0]).field, 'email');
});

test('refused records come in their own form, and go in again as they are', async () => {
  const id = await judgedImport({ content: CSV });
  const rejects = await send(`/v1/imports/${id}/rejects`);
  assert.equal(rejects.status, 200, JSON.stringify(rejects.body));
  assert.match(rejects.headers.get('content-type') ?? '', /^text\/csv/);
  assert.match(rejects.headers.get('content-disposition') ?? '', /^attachment; filename="rejects\.csv"$/);
  assert.match(
    rejects.body,
    /^_line,_errors,email,username\n3,"email: invalid email format.*username: is too long",ada,"line\nend"\n$/,
  );
  const mended = rejects.body.replace(',ada,', ',linda@example.org,');
  const again = await upload({ parent_id: id }, { content: mended });
  assert.equal(again.status, 202, JSON.stringify(again.body));
  const { body } = await send(`/v1/imports/${again.body.job_id}`);
  assert.equal(body.parent_id, id);
});

test('refused NDJSON records keep their keys', async () => {
  const lines = ['ada@example.org', 'ada', 'grace@example.org'].map((email, at) =>
    JSON.stringify({ email, username: `user${at}` }),
  );
  const id = await judgedImport({ content: `${lines.join('\n')}\n`, name: 'users.ndjson' });
  const rejects = await send(`/v1/imports/${id}/rejects`);
  assert.match(rejects.headers.get('content-type') ?? '', /^application\/x-ndjson/);
  const [record] = rejects.body.trim().split('\n');
  const { email, username, _line, _errors } = JSON.parse(record);
  assert.deepEqual([email, username, _line], ['ada', 'user1', 2]);
  assert.equal(_errors.length, 2);
});

test('there are no rejects before all records are judged, and none without the upload', async () => {
  const { body: made } = await upload({});
  const early = await send(`/v1/imports/${made.job_id}/rejects`);
  assert.deepEqual([early.status, early.body.error.code], [409, 'rejects_not_ready']);
  const id = await judgedImport({ content: CSV });
  await pool.run('remove', sql`UPDATE import_jobs SET file_deleted_at = now() WHERE id = ${id}`);
  const gone = await send(`/v1/imports/${id}/rejects`);
  assert.deepEqual([gone.status, gone.body.error.code], [404, 'file_not_found']);
});

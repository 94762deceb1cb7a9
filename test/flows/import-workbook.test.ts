import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import type { CellObject } from '@e965/xlsx';
import { sql } from '#platform/postgres/sql.ts';
import { craftZip } from '#test/support/crafted-zip.ts';
import { bookOf, sheetOf, workbook, written } from '#test/support/workbooks.ts';
import { until } from '../faults/jobs-support.ts';
import { ask, ended, errorsOf, imported, json, sendImport, startContent } from './content-scene.ts';

const server = await startContent();

const HEADER = ['email', 'username', 'bio'];

test('users of a workbook: the sheet with the columns is read, its rows are the lines of the report', async () => {
  const users = sheetOf([
    ['Users of the first quarter'],
    [],
    HEADER,
    ['ada@example.org', 'ada', 'First line\nsecond line'],
    ['no address', 'bob', null],
    [],
    ['cy@example.org', 'cy'],
    ['ADA@example.org', 'ada2'],
  ]);
  const book = bookOf({ Cover: sheetOf([['About this file']]), Data: users, Notes: sheetOf([['a', 'b']]) });
  book.Workbook = { Sheets: [{ Hidden: 0 }, { Hidden: 1 }, { Hidden: 0 }] };
  const view = await imported(server, 'users', written(book), { filename: 'quarter.xlsx' });
  assert.deepEqual([view.created_count, view.fail_count, view.total_records], [2, 2, 4]);
  assert.deepEqual(
    (await errorsOf(server, view.job_id)).map(({ line_start, code, field }) => [line_start, code, field]),
    [
      [5, 'pattern', 'email'],
      [8, 'duplicate_in_file', 'email'],
    ],
  );
  const found = await json(server, '/v1/users?email=ada@example.org');
  assert.equal(found.data[0].bio, 'First line second line');

  const rejects = await ask(server, `/v1/imports/${view.job_id}/rejects`);
  assert.match(rejects.headers.get('content-disposition') ?? '', /rejects\.csv/);
  const text = await rejects.text();
  assert.deepEqual(
    text.split('\n').map((line) => line.split(',').filter((_, at) => at !== 1)),
    [['_line', ...HEADER], ['5', 'no address', 'bob', ''], ['8', 'ADA@example.org', 'ada2', ''], ['']],
  );
  const mended = text.replace('no address', 'bob@example.org').replace('ADA@', 'ada2@');
  const again = await imported(server, 'users', mended, { parent_id: view.job_id });
  assert.deepEqual([again.created_count, again.fail_count], [2, 0]);
});

test('numbers, times and empty cells of a sheet are those of the record', async () => {
  const sheet = sheetOf([['email', 'username', 'created_at', 'image']]);
  const cells: readonly CellObject[] = [
    { t: 's', v: 'dated@example.org' },
    { t: 'n', v: 1234567, z: '#,##0' },
    { t: 's', v: '2021-01-31T18:00:00Z' },
  ];
  for (const [at, cell] of cells.entries()) sheet[`${'ABC'[at]}2`] = cell;
  sheet['!ref'] = 'A1:D2';
  const view = await imported(server, 'users', workbook({ Sheet1: sheet }, 'biff8'), {
    filename: 'old.xls',
  });
  assert.equal(view.created_count, 1, JSON.stringify(await errorsOf(server, view.job_id)));
  const { data } = await json(server, '/v1/users?email=dated@example.org');
  assert.deepEqual(
    [data[0].username, data[0].created_at.slice(0, 10), data[0].image],
    ['1234567', '2021-01-31', null],
  );
});

test('of several sheets that could be meant none is taken, unless it is called after the resource', async () => {
  const one = sheetOf([HEADER, ['e1@example.org', 'e1']]);
  const two = sheetOf([HEADER, ['e2@example.org', 'e2']]);
  const refused = await post({ resource_type: 'users' }, workbook({ One: one, Two: two }));
  assert.equal(refused.status, 422);
  const { error } = (await refused.json()) as { error: { code: string; details: unknown } };
  assert.deepEqual([error.code, error.details], ['sheet_ambiguous', { sheets: ['One', 'Two'] }]);
  const view = await imported(server, 'users', workbook({ One: one, 'Users 2': two }));
  assert.equal(view.created_count, 1);
  assert.equal((await json(server, '/v1/users?email=e2@example.org')).data.length, 1);
});

test('a workbook without the columns is refused with the names of its sheets', async () => {
  const response = await post(
    { resource_type: 'users' },
    workbook({ A: sheetOf([['x', 'y']]), B: sheetOf([]) }),
  );
  const { error } = (await response.json()) as { error: { code: string; message: string } };
  assert.deepEqual([response.status, error.code], [422, 'missing_columns']);
  assert.match(error.message, /Its sheets: A, B\./);
});

test('a workbook with a sheet for each resource is loaded as a whole', async () => {
  const book = workbook({
    Comments: sheetOf([
      ['article', 'author', 'body'],
      ['from-a-sheet', 'fay', 'Yes'],
    ]),
    Articles: sheetOf([
      ['slug', 'title', 'body', 'author'],
      ['from-a-sheet', 'Title', 'Text', 'fay'],
    ]),
    Users: sheetOf([HEADER, ['fay@example.org', 'fay']]),
  });
  const response = await post({}, book);
  const body = (await response.json()) as { job_id: string };
  assert.equal(response.status, 202, JSON.stringify(body));
  const comments = await ended(server, body.job_id);
  const articles = await ended(server, comments.after);
  const users = await ended(server, articles.after);
  assert.deepEqual(
    [users, articles, comments].map(({ resource_type, created_count }) => [resource_type, created_count]),
    [
      ['users', 1],
      ['articles', 1],
      ['comments', 1],
    ],
  );
});

test('workbooks in a zip are read too, and an inspection shows the sheet that fits', async () => {
  const gil = workbook({ Notes: sheetOf([['about']]), Data: sheetOf([HEADER, ['gil@example.org', 'gil']]) });
  const archive = craftZip([{ name: 'users-1.xlsx', data: gil }]);
  const view = await ended(server, await sendImport(server, 'users', archive, { filename: 'all.zip' }));
  assert.equal(view.created_count, 1);

  const form = new FormData();
  form.set('file', new Blob([new Uint8Array(gil)]), 'g.xlsx');
  const response = await ask(server, '/v1/imports/inspect', { method: 'POST', body: form });
  const data = (await response.json()) as Record<string, unknown>;
  assert.deepEqual(
    [data['kind'], data['file'], data['resource_type'], data['header'], data['first_rows']],
    ['workbook', 'g.xlsx#Data', 'users', HEADER, [['gil@example.org', 'gil', '']]],
  );
});

test('an import of a workbook that loses its connection goes on, with the rows and the report of a quiet one', async () => {
  const rows = Array.from({ length: 20_000 }, (_, at) => {
    const n = at + 1;
    return [n % 100 === 0 ? `many${n - 50}@example.org` : `many${n}@example.org`, `many${n}`, `Says ${n}`];
  });
  const book = workbook({ Data: sheetOf([HEADER, ...rows]) });
  const id = await server.pool.transaction(async (tx) => {
    // Loading waits for this lock, however quick it is.
    await tx.run('hold', sql`LOCK TABLE users IN SHARE MODE`);
    const sent = await sendImport(server, 'users', book);
    await until('a connection of the job waits and is cut', async () => {
      const pids = await server.pool.many(
        'cut',
        sql`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE datname = current_database() AND application_name LIKE 'job %' AND wait_event_type = 'Lock'`,
      );
      return pids.length > 0;
    });
    return sent;
  });
  const view = await ended(server, id);
  assert.deepEqual(
    [view.status, view.total_records, view.created_count, view.fail_count],
    ['completed', 20_000, 19_800, 200],
  );
  const errors = await errorsOf(server, id);
  assert.deepEqual(
    errors.map(({ line_start, code }) => [line_start, code]),
    Array.from({ length: 200 }, (_, at) => [(at + 1) * 100 + 1, 'duplicate_in_file']),
  );
  const token = await server.pool.maybeOne<{ lease_token: number }>(
    'token',
    sql`SELECT lease_token::int AS lease_token FROM jobs WHERE id = ${id}`,
  );
  assert.ok((token?.lease_token ?? 0) > 1, 'it was taken up again');
});

function post(fields: Readonly<Record<string, string>>, content: Buffer): Promise<Response> {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  form.set('file', new Blob([new Uint8Array(content)]), 'book.xlsx');
  return ask(server, '/v1/imports', {
    method: 'POST',
    body: form,
    headers: { 'idempotency-key': randomUUID() },
  });
}

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import type { ExportSource } from '#engine/exports/index.ts';
import { enqueueJob } from '#engine/jobs/enqueue.query.ts';
import type { Caller } from '#platform/http/access-rule.ts';
import { rawSql, sql } from '#platform/postgres/sql.ts';
import { testDatabase } from '#test/support/database.ts';
import { until } from '#test/support/server.ts';
import { addUsers, startExportServer } from './export-scene.ts';

const ADMIN: Caller = {
  keyId: '00000000-0000-4000-8000-00000000000a',
  name: 'admin',
  role: 'admin',
  scopes: null,
};
const VIEWER: Caller = {
  keyId: '00000000-0000-4000-8000-00000000000b',
  name: 'viewer',
  role: 'viewer',
  scopes: ['exports:read'],
};
const forever: ExportSource = {
  name: 'forever',
  columns: [
    { name: 'value', type: 'text', value: rawSql(`repeat('x', 200)`), isDefault: true, description: '' },
  ],
  filters: [],
  from: rawSql('(SELECT generate_series(1, 1000000000) AS n) AS numbers'),
  order: rawSql('NULL::text'),
};
const broken: ExportSource = {
  ...forever,
  name: 'broken',
  from: rawSql('(SELECT 1 / (500 - generate_series(1, 1000)) AS n) AS numbers'),
};

const db = await testDatabase();
const server = await startExportServer(db, {
  sources: [forever, broken],
  authorize: ({ authorization }) => (authorization === 'viewer' ? VIEWER : ADMIN),
});
await addUsers(db.pool, ['one', null, '=2']);
await server.startWorker();

// oxlint-disable-next-line typescript/no-explicit-any
type Body = any;

async function create(body: object, headers: Record<string, string> = {}): Promise<Body> {
  const response = await server.post('/v1/exports', { resource_type: 'users', ...body }, headers);
  const answer = (await response.json()) as Body;
  assert.equal(response.status, 202, JSON.stringify(answer));
  assert.equal(response.headers.get('location'), `/v1/exports/${answer.job_id}`);
  return answer;
}

async function show(id: string): Promise<Body> {
  return (await server.get(`/v1/exports/${id}`)).json();
}

async function ended(id: string): Promise<Body> {
  await until(async () => !['pending', 'processing'].includes((await show(id)).status), 'the export ends');
  return show(id);
}

async function filesOf(id: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of server.files.list(`exports/${id}/`)) keys.push(key);
  return keys;
}

async function bytesOf(response: Response): Promise<Buffer> {
  return Buffer.from(await response.arrayBuffer());
}

test('an export into a file: rows, size, checksum and the bytes of a streaming one', async () => {
  const created = await create({ fields: ['id', 'bio'] });
  assert.deepEqual([created.status, created.download_url, created.total_records], ['pending', null, null]);
  const done = await ended(created.job_id);
  assert.equal(done.status, 'completed');
  assert.equal(done.total_records, 3);
  assert.match(done.download_url, /^\/exports\/users-[\w-]{32}\.csv$/);
  const response = await server.get(done.download_url);
  assert.equal(response.headers.get('content-type'), 'text/csv; charset=utf-8');
  const file = await bytesOf(response);
  assert.equal(done.file_size, file.length);
  assert.equal(done.sha256, createHash('sha256').update(file).digest('hex'));
  assert.deepEqual(file, await bytesOf(await server.get('/v1/exports?resource=users&fields=id,bio')));
  const hours = (Date.parse(done.expires_at) - Date.parse(done.completed_at)) / 3_600_000;
  assert.equal(Math.round(hours), 1);
});

test('ranges of a file, and a copy that is still right', async () => {
  const { job_id: id } = await create({ format: 'ndjson', compression: 'gzip' });
  const { download_url: url, file_size: size, sha256 } = await ended(id);
  const whole = await bytesOf(await server.get(url));
  assert.equal(gunzipSync(whole).toString().split('\n').length, 4);
  const part = await server.get(url, { range: 'bytes=5-9' });
  assert.equal(part.status, 206);
  assert.equal(part.headers.get('content-range'), `bytes 5-9/${size}`);
  assert.deepEqual(await bytesOf(part), whole.subarray(5, 10));
  assert.deepEqual(await bytesOf(await server.get(url, { range: 'bytes=-4' })), whole.subarray(-4));
  assert.equal((await server.get(url, { range: `bytes=${size}-` })).status, 416);
  assert.equal((await server.get(url, { 'if-none-match': `"${sha256}"` })).status, 304);
});

test('one key makes one export: 100 requests at once, in the header or in the body', async () => {
  const responses = await Promise.all(
    Array.from({ length: 100 }, (_, at) =>
      at % 2 === 0
        ? server.post('/v1/exports', { resource_type: 'users' }, { 'idempotency-key': 'hundred' })
        : server.post('/v1/exports', { resource_type: 'users', format: 'csv', idempotency_key: 'hundred' }),
    ),
  );
  const statuses = responses.map(({ status }) => status);
  assert.equal(statuses.filter((status) => status === 202).length, 1);
  assert.ok(
    statuses.every((status) => [200, 202, 409].includes(status)),
    statuses.join(' '),
  );
  const rows = await db.pool.many(
    'jobs',
    sql`SELECT id FROM jobs WHERE type = 'export' AND created_at > now() - interval '1 hour'`,
  );
  const exports = await db.pool.many('exports', sql`SELECT id FROM export_jobs`);
  assert.equal(rows.length, exports.length);
  const again = await server.post('/v1/exports', { resource_type: 'users', idempotency_key: 'hundred' });
  assert.equal(again.status, 200);
  assert.equal(again.headers.get('idempotent-replayed'), 'true');
  const other = await server.post('/v1/exports', { resource_type: 'articles', idempotency_key: 'hundred' });
  assert.equal(other.status, 422);
  const differ = await server.post(
    '/v1/exports',
    { resource_type: 'users', idempotency_key: 'a' },
    { 'idempotency-key': 'b' },
  );
  assert.equal(differ.status, 400);
});

test('what is not understood is refused at once, and nothing is kept of it', async () => {
  const count = (): Promise<unknown> => db.pool.many('count', sql`SELECT count(*)::int FROM export_jobs`);
  const before = await count();
  for (const body of [
    { resource_type: 'cats' },
    { resource_type: 'users', fields: ['password'] },
    { resource_type: 'users', filters: { status: 'draft' } },
    { resource_type: 'users', format: 'xml' },
    { resource_type: 'users', colour: 'red' },
    { resource_type: 'users', filters: { created_after: 'a\0b' } },
  ]) {
    assert.equal((await server.post('/v1/exports', body)).status, 400, JSON.stringify(body));
  }
  assert.deepEqual(await count(), before);
});

test('a running export is canceled, its query ends and no file stays', async () => {
  const { job_id: id } = await create({ resource_type: 'forever' });
  await until(async () => (await show(id)).progress?.bytes_done > 0, 'it runs');
  assert.equal((await server.get(`/exports/${id}`)).status, 404);
  const answer = await server.post(`/v1/exports/${id}/cancel`, {});
  assert.equal(answer.status, 202);
  assert.equal((await ended(id)).status, 'canceled');
  assert.deepEqual(await filesOf(id), []);
  assert.equal((await server.post(`/v1/exports/${id}/cancel`, {})).status, 202);
});

test('an export that cannot be made says so, with a code, and has no file', async () => {
  const { job_id: id } = await create({ resource_type: 'broken' });
  await db.pool.run('last attempt', sql`UPDATE jobs SET max_attempts = 1 WHERE id = ${id}`);
  const failed = await ended(id);
  assert.equal(failed.status, 'failed');
  assert.ok(failed.error_code);
  assert.equal(failed.download_url, null);
});

test('events tell how an export gets on until it ended', async () => {
  const { job_id: id } = await create({});
  const text = await (await server.get(`/v1/exports/${id}/events`)).text();
  assert.match(text, /"status":"completed"/);
});

test('an export is seen by who made it and by admins, and so is its file', async () => {
  const { job_id: id } = await create({}, { authorization: 'viewer' });
  const { download_url: url } = await ended(id);
  const other = await ended((await create({})).job_id);
  const asViewer = { authorization: 'viewer' };
  assert.equal((await server.get(`/v1/exports/${id}`, asViewer)).status, 200);
  assert.equal((await server.get(url, asViewer)).status, 200);
  assert.equal((await server.get(url)).status, 200);
  assert.equal((await server.get(`/v1/exports/${other.job_id}`, asViewer)).status, 404);
  assert.equal((await server.get(other.download_url, asViewer)).status, 404);
  const { data } = (await (await server.get('/v1/exports', asViewer)).json()) as Body;
  assert.deepEqual(
    data.map(({ job_id: each }: Body) => each),
    [id],
  );
});

test('the list of exports, page by page, gives each once', async () => {
  const seen: string[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const response = await server.get(`/v1/exports?limit=2${cursor && `&cursor=${cursor}`}`);
    const { data, meta } = (await response.json()) as Body;
    seen.push(...data.map(({ job_id: id }: Body) => id));
    cursor = meta.next_cursor;
  }
  const { data } = (await (await server.get('/v1/exports?status=completed')).json()) as Body;
  assert.ok(data.every(({ status }: Body) => status === 'completed'));
  const all = await db.pool.many<{ id: string }>(
    'all',
    sql`SELECT id FROM export_jobs ORDER BY created_at DESC, id DESC`,
  );
  assert.deepEqual(
    seen,
    all.map(({ id }) => id),
  );
});

/** Runs the recurring job once; returns what it says of its work. */
async function maintain(): Promise<Body> {
  const id = await enqueueJob(db.pool, { type: 'maintain_exports', payload: {}, createdBy: null });
  let job: Body;
  await until(async () => {
    job = await db.pool.maybeOne<Body>('job', sql`SELECT status, result FROM jobs WHERE id = ${id}`);
    return job.status === 'completed';
  }, 'it is maintained');
  return job.result;
}

test('an expired file is gone, and swept with those that no export names', async () => {
  const { job_id: id } = await create({});
  const { download_url: url } = await ended(id);
  await db.pool.run(
    'expire',
    sql`UPDATE export_jobs SET expires_at = now() - interval '1 s' WHERE id = ${id}`,
  );
  const gone = await server.get(url);
  assert.equal(gone.status, 410);
  assert.equal(((await gone.json()) as Body).error.code, 'export_expired');
  assert.equal((await show(id)).download_url, null);
  await maintain();
  assert.deepEqual(await filesOf(id), []);
  assert.equal((await server.get(url)).status, 410);
});

test('an export is forgotten when its job would be, unless it has a file', async () => {
  const made = async (): Promise<Body> => ended((await create({})).job_id);
  const [old, kept, young] = [await made(), await made(), await made()];
  const age = (id: string, days: number): Promise<number> =>
    db.pool.run(
      'age',
      sql`
        UPDATE export_jobs
        SET created_at = created_at - ${days} * interval '1 day', completed_at = completed_at - ${days} * interval '1 day'
        WHERE id = ${id}`,
    );
  const expire = (id: string): Promise<number> =>
    db.pool.run('expire', sql`UPDATE export_jobs SET expires_at = now() WHERE id = ${id}`);
  await Promise.all([age(old.job_id, 31), expire(old.job_id), age(kept.job_id, 31)]);
  await Promise.all([age(young.job_id, 29), expire(young.job_id)]);

  assert.deepEqual(await maintain(), { expired: 2, forgotten: 1, unnamed: 0 });
  assert.equal((await server.get(`/v1/exports/${old.job_id}`)).status, 404);
  assert.equal((await server.get(old.download_url)).status, 404);
  assert.equal((await server.get(kept.download_url)).status, 200);
  assert.equal((await server.get(young.download_url)).status, 410);
});

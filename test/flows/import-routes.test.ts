import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newId } from '#platform/ids.ts';
import { startImportApi, USERS } from './import-api.ts';

const { url, pool, send, upload, byUrl, storedFiles } = await startImportApi();

test('an upload is answered with its job, and again with the same one', async () => {
  const key = newId();
  const options = {
    mode: 'atomic',
    on_conflict: 'skip',
    dry_run: 'true',
    max_errors: '3',
    max_error_ratio: '0.5',
  };
  const mapping = '{"email":"email","username":null}';
  const first = await upload(options, { key });
  const { job_id: id } = first.body;
  assert.deepEqual([first.status, first.body.status], [202, 'pending']);
  assert.deepEqual(Object.keys(first.body), ['job_id', 'status', 'created_at']);
  assert.equal(first.headers.get('location'), `/v1/imports/${id}`);
  const again = await upload(options, { key });
  assert.deepEqual([again.status, again.headers.get('idempotent-replayed')], [200, 'true']);
  assert.deepEqual(again.body, first.body);
  const other = await upload({ ...options, mapping }, { key });
  assert.deepEqual([other.status, other.body.error.code], [422, 'idempotency_key_reused']);

  const { body: shown } = await send(`/v1/imports/${id}`, {});
  assert.deepEqual(
    [shown.job_id, shown.resource_type, shown.filename, shown.file_size, shown.dry_run, shown.errors],
    [id, 'users', 'users.csv', USERS.length, true, []],
  );
  const { mode, on_conflict, max_errors, max_error_ratio } = shown.options;
  assert.deepEqual([mode, on_conflict, max_errors, max_error_ratio], ['atomic', 'skip', 3, 0.5]);
  assert.deepEqual([shown.total_records, shown.processed_count, shown.success_count], [null, 0, 0]);
  assert.equal(await pool.run('jobs', { text: 'SELECT FROM jobs WHERE id = $1', values: [id] }), 1);
});

test('an import needs a key', async () => {
  const body = new FormData();
  body.set('resource_type', 'users');
  body.set('file', new Blob([USERS]), 'users.csv');
  const answer = await send('/v1/imports', { method: 'POST', body });
  assert.deepEqual([answer.status, answer.body.error.code], [400, 'idempotency_key_required']);
});

test('100 copies of one request at once make one import and one job', async () => {
  const key = newId();
  const content = `${USERS}hedy@example.org,hedy\n`;
  const answers = await Promise.all(Array.from({ length: 100 }, () => upload({}, { key, content })));
  const made = answers.filter(({ status }) => status === 202);
  assert.equal(made.length, 1);
  const id = made[0]?.body.job_id;
  for (const { status, body } of answers) {
    if (status === 409) assert.equal(body.error.code, 'idempotency_in_progress');
    else assert.equal(body.job_id, id);
  }
  const text = 'SELECT FROM import_jobs i JOIN jobs j ON j.id = i.id WHERE i.file_size = $1';
  assert.equal(await pool.run('imports', { text, values: [content.length] }), 1);
});

const refusals: Readonly<
  Record<
    string,
    [fields: Record<string, string>, file: { content?: string; name?: string }, ...[number, string]]
  >
> = {
  'an unknown resource': [{ resource_type: 'planets' }, {}, 400, 'invalid_request'],
  'an unknown field': [{ on_conflct: 'skip' }, {}, 400, 'invalid_request'],
  'a mapping that is none': [{ mapping: 'email' }, {}, 400, 'invalid_request'],
  'a ratio above 1': [{ max_error_ratio: '1.5' }, {}, 400, 'invalid_request'],
  'a mapping to no field': [{ mapping: '{"email":"e_mail"}' }, {}, 422, 'invalid_mapping'],
  'a file without a required column': [{}, { content: 'email\nada@example.org\n' }, 422, 'missing_columns'],
  'an empty file': [{}, { content: '' }, 422, 'empty_file'],
  'a file that is no text': [{}, { content: '%PDF-1.4\n' }, 422, 'not_text'],
  'an unknown import to wait for': [{ after: newId() }, {}, 422, 'after_unknown'],
  'an unknown parent': [{ parent_id: newId() }, {}, 422, 'parent_unknown'],
  'a callback into the network': [{ callback_url: 'http://10.0.0.1/' }, {}, 422, 'url_not_allowed'],
  'too large a file': [{}, { content: USERS.repeat(20_000) }, 413, 'file_too_large'],
};

for (const [what, [fields, file, status, code]] of Object.entries(refusals)) {
  test(`${what} is refused at once, and nothing is kept`, async () => {
    const before = await storedFiles();
    const answer = await upload(fields, file);
    assert.deepEqual([answer.status, answer.body.error.code], [status, code], JSON.stringify(answer.body));
    assert.equal(await storedFiles(), before);
  });
}

test('a URL is taken in place of a file, once for its key, and refused at once where it may not be fetched', async () => {
  const key = newId();
  const body = { resource_type: 'users', url: 'https://files.example.org/users.csv', mode: 'atomic' };
  const first = await byUrl(body, key);
  assert.equal(first.status, 202, JSON.stringify(first.body));
  const again = await byUrl({ url: body.url, mode: 'atomic', resource_type: 'users' }, key);
  assert.deepEqual([again.status, again.body], [200, first.body]);
  assert.equal((await byUrl({ ...body, mode: 'partial' }, key)).status, 422);
  const { body: shown } = await send(`/v1/imports/${first.body.job_id}`, {});
  assert.deepEqual([shown.source_url, shown.filename, shown.file_size], [body.url, null, null]);

  const refused = await byUrl({ ...body, url: 'http://127.0.0.1/users.csv' });
  assert.deepEqual([refused.status, refused.body.error.code], [422, 'url_not_allowed']);
  const bare = await byUrl({ resource_type: 'users' });
  assert.deepEqual([bare.status, bare.body.error.details], [400, [{ field: 'url', message: 'is required' }]]);
  assert.equal((await byUrl({ ...body, colour: 'red' })).status, 400);
  const mapped = await byUrl({ ...body, mapping: { a: 'nothing' } });
  assert.deepEqual([mapped.status, mapped.body.error.code], [422, 'invalid_mapping']);
});

test('the secret of a callback is shown once', async () => {
  const key = newId();
  const fields = { callback_url: 'https://hooks.internal:8443/ended' };
  const first = await upload(fields, { key });
  assert.match(first.body.callback_secret, /^[\w-]{43}$/);
  const again = await upload(fields, { key });
  assert.deepEqual([again.status, again.body.callback_secret], [200, undefined]);
  assert.deepEqual([first.body.has_callback_secret, again.body.has_callback_secret], [true, true]);
  const { body } = await send(`/v1/imports/${first.body.job_id}`, {});
  assert.equal(JSON.stringify(body).includes(first.body.callback_secret), false);
});

test('an import is there for its caller and for admins alone, and keys belong to their caller', async () => {
  const key = newId();
  const mine = await upload({}, { key, as: 'one' });
  const { job_id: id } = mine.body;
  const others = await upload({}, { key, as: 'two' });
  assert.deepEqual([mine.status, others.status], [202, 202]);
  for (const path of ['', '/errors', '/rejects', '/events']) {
    assert.equal((await send(`/v1/imports/${id}${path}`, {}, 'two')).status, 404, path);
  }
  assert.equal((await send(`/v1/imports/${id}/cancel`, { method: 'POST' }, 'two')).status, 404);
  assert.equal((await upload({ after: id }, { as: 'two' })).body.error.code, 'after_unknown');
  assert.equal((await upload({ parent_id: id }, { as: 'two' })).body.error.code, 'parent_unknown');
  assert.equal((await send(`/v1/imports/${id}`, {}, 'one')).status, 200);
  const list = await send('/v1/imports', {}, 'two');
  assert.deepEqual(
    list.body.data.map((item: { job_id: string }) => item.job_id),
    [others.body.job_id],
  );
  const all = await send('/v1/imports?limit=1000', {});
  assert.ok(all.body.data.some((item: { job_id: string }) => item.job_id === id));
});

test('the list has filters, pages and other forms', async () => {
  const content = 'slug,title,body,author\nfirst,First,Text,ada\n';
  const { body: made } = await upload({ resource_type: 'articles' }, { content, name: 'articles.csv' });
  const articles = await send('/v1/imports?resource_type=articles&status=pending', {});
  assert.deepEqual(
    articles.body.data.map((item: { job_id: string }) => item.job_id),
    [made.job_id],
  );
  const ids: string[] = [];
  for (let path: string | null = '/v1/imports?limit=3'; path !== null;) {
    const { body, headers } = await send(path, {});
    ids.push(...body.data.map((item: { job_id: string }) => item.job_id));
    path = /^<(.*)>/.exec(headers.get('link') ?? '')?.[1] ?? null;
  }
  const { body: whole } = await send('/v1/imports?limit=1000', {});
  assert.deepEqual(
    ids,
    whole.data.map((item: { job_id: string }) => item.job_id),
  );
  assert.equal((await send('/v1/imports?status=done', {})).status, 400);
  const csv = await send('/v1/imports.csv?resource_type=articles', {});
  assert.match(csv.body, /^job_id,resource_type,.*\r?\n/);
});

test('an import of an import has to be of the same resource', async () => {
  const { body: parent } = await upload({});
  const content = 'slug,title,body,author\nfirst,First,Text,ada\n';
  const other = await upload({ resource_type: 'articles', parent_id: parent.job_id }, { content });
  assert.deepEqual([other.status, other.body.error.code], [422, 'parent_mismatch']);
  const same = await upload({ parent_id: parent.job_id });
  const { body } = await send(`/v1/imports/${same.body.job_id}`, {});
  assert.equal(body.parent_id, parent.job_id);
});

test('before its records are judged, an import has no errors, and cancel ends it at once', async () => {
  const { body: made } = await upload({});
  const { body: errors } = await send(`/v1/imports/${made.job_id}/errors`, {});
  assert.deepEqual([errors.data, errors.meta.total], [[], 0]);
  const events = await fetch(`${url}/v1/imports/${made.job_id}/events`);
  const reader = events.body?.getReader();
  const { value } = (await reader?.read()) ?? {};
  assert.match(Buffer.from(value ?? []).toString(), /"status":"queued"/);
  await reader?.cancel();
  const canceled = await send(`/v1/imports/${made.job_id}/cancel`, { method: 'POST' });
  assert.equal(canceled.status, 202);
  assert.match(canceled.body.message, /0 created and 0 updated records are kept/);
  const resumed = await send(`/v1/imports/${made.job_id}/resume`, { method: 'POST' });
  assert.deepEqual([resumed.status, resumed.body.error.code], [409, 'job_not_paused']);
});

test('an inspection says what would become of a file, masks secrets and keeps nothing', async () => {
  const before = await storedFiles();
  const form = new FormData();
  form.set('file', new Blob(['Email;username;password;age\nada@example.org;ada;hunter2;36\n']), 'people.csv');
  const { status, body } = await send('/v1/imports/inspect', { method: 'POST', body: form });
  assert.equal(status, 200, JSON.stringify(body));
  assert.deepEqual(
    [body.filename, body.kind, body.format, body.separator, body.resource_type],
    ['people.csv', 'plain', 'csv', ';', 'users'],
  );
  assert.deepEqual(body.candidates[0].mapping, {
    Email: 'email',
    username: 'username',
    password: 'password',
  });
  assert.deepEqual(body.candidates[0].unknown, ['age']);
  assert.equal(JSON.stringify(body).includes('hunter2'), false);
  form.set('resource_type', 'articles');
  const asArticles = await send('/v1/imports/inspect', { method: 'POST', body: form });
  assert.deepEqual(
    asArticles.body.candidates.map((candidate: { resource_type: string }) => candidate.resource_type),
    ['articles'],
  );
  assert.ok(asArticles.body.candidates[0].missing.includes('slug'));
  assert.equal(await storedFiles(), before);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newId } from '#platform/ids.ts';
import { craftZip } from '#test/support/crafted-zip.ts';
import { until } from '../faults/jobs-support.ts';
import { startImportApi, USERS } from './import-api.ts';

const api = await startImportApi({ batchRecords: 100 });

const USER_FILE = 'email,username,password\nada@example.org,ada,correct horse\nno address,bob,\n';
const ARTICLE_FILE = 'slug,title,body,author,tags\nfirst,First,Text,ada,a|b\nsecond,Second,Text,bob,\n';
const COMMENT_FILE =
  '{"article":"first","author":"ada@example.org","body":"Yes"}\n{"article":"second","author":"ada","body":"No"}\n';

/** In an order that is not that of their references. */
const BUNDLE = craftZip([
  { name: 'data/comments.ndjson', data: COMMENT_FILE },
  { name: 'data/articles.csv', data: ARTICLE_FILE },
  { name: 'readme.txt', data: 'Nothing to read' },
  { name: 'data/users.csv', data: USER_FILE },
]);

// oxlint-disable-next-line typescript/no-explicit-any
async function ended(id: string): Promise<any> {
  return until(`import ${id} ends`, async () => {
    const { body } = await api.send(`/v1/imports/${id}`);
    return ['completed', 'failed', 'canceled'].includes(body.status) && body;
  });
}

test('a zip of users, articles and comments is loaded in that order by one request', async () => {
  const key = newId();
  const options = { key, content: BUNDLE, name: 'all.zip' };
  const sent = await api.upload({ resource_type: '' }, options);
  assert.equal(sent.status, 202, JSON.stringify(sent.body));
  const comments = await ended(sent.body.job_id);
  const articles = await ended(comments.after);
  const users = await ended(articles.after);
  assert.deepEqual(
    [users, articles, comments].map(({ resource_type, filename, status, success_count, fail_count }) => [
      resource_type,
      filename,
      status,
      success_count,
      fail_count,
    ]),
    [
      ['users', 'users.csv', 'completed', 1, 1],
      ['articles', 'articles.csv', 'completed', 1, 1],
      ['comments', 'comments.ndjson', 'completed', 1, 1],
    ],
  );
  assert.equal(users.after, null);
  // Of the users, who had passwords, only the refused records are kept; the zip is not.
  assert.equal(await api.storedFiles(), 3);
  assert.notEqual(users.file_deleted_at, null);
  const again = await api.upload({ resource_type: '' }, options);
  assert.deepEqual([again.status, again.body.job_id, again.body.status], [200, comments.job_id, 'completed']);
});

test('a dry run of a zip says which of its missing references may be records that it would make', async () => {
  const articles = 'slug,title,body,author\nthird,Third,Text,zoe\n';
  const content = craftZip([
    { name: 'users.csv', data: 'email,username\nzoe@example.org,zoe\n' },
    { name: 'articles.csv', data: articles },
  ]);
  const codes = (view: { warnings: readonly { code: string }[] }): string[] =>
    view.warnings.map(({ code }) => code);
  const sent = await api.upload({ resource_type: '', dry_run: 'true' }, { content, name: 'all.zip' });
  const dry = await ended(sent.body.job_id);
  assert.deepEqual([dry.status, dry.fail_count, codes(dry)], ['completed', 1, ['references_not_made']]);
  assert.deepEqual(codes(await ended(dry.after)), []);
  const meant = await ended(
    (await api.upload({ resource_type: '' }, { content, name: 'all.zip' })).body.job_id,
  );
  assert.deepEqual([meant.success_count, codes(meant)], [1, []]);
});

test('an upload without resource_type has to be such a zip, and is taken whole or not at all', async () => {
  const before = await api.storedFiles();
  const others = craftZip([{ name: 'people.csv', data: USERS }]);
  const broken = craftZip([
    { name: 'users.csv', data: USERS },
    { name: 'articles.csv', data: 'slug,title\nfirst,First\n' },
  ]);
  const refusals = [
    [{}, { content: USERS }, 422, 'resource_type_required'],
    [{}, { content: others, name: 'all.zip' }, 422, 'resource_type_required'],
    [{}, { content: broken, name: 'all.zip' }, 422, 'missing_columns'],
    [{ mapping: '{"a":"email"}' }, { content: BUNDLE, name: 'all.zip' }, 400, 'invalid_request'],
    [{ after: newId() }, { content: BUNDLE, name: 'all.zip' }, 422, 'after_unknown'],
  ] as const;
  const { body: list } = await api.send('/v1/imports?limit=1000');
  for (const [fields, options, status, code] of refusals) {
    const answer = await api.upload({ resource_type: '', ...fields }, options);
    assert.deepEqual([answer.status, answer.body.error.code], [status, code]);
  }
  assert.equal(await api.storedFiles(), before);
  const { body: after } = await api.send('/v1/imports?limit=1000');
  assert.equal(after.data.length, list.data.length);
});

test('the end of the last one is told, and the first waits for whom it was said to', async () => {
  const first = await api.upload({}, { content: 'email,username\nfirst@example.org,first\n' });
  const content = craftZip([
    { name: 'users-1.csv', data: 'email,username\neve@example.org,eve\n' },
    { name: 'users-2.csv', data: 'email,username\nfay@example.org,fay\n' },
  ]);
  const fields = { resource_type: '', after: first.body.job_id };
  const callback = { callback_url: 'https://hooks.internal:8443/' };
  const sent = await api.upload({ ...fields, ...callback }, { content, name: 'all.zip' });
  assert.match(sent.body.callback_secret, /^[\w-]{43}$/);
  assert.equal(sent.body.has_callback_secret, true);
  const second = await ended(sent.body.job_id);
  assert.deepEqual([second.filename, second.callback_url], ['users-2.csv', callback.callback_url]);
  const part = await ended(second.after);
  assert.deepEqual([part.filename, part.callback_url, part.after], ['users-1.csv', null, first.body.job_id]);
});

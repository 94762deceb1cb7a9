import assert from 'node:assert/strict';
import { test } from 'node:test';
import { errorsOf, imported, json, sendImport, startContent, ended } from './content-scene.ts';

const server = await startContent();

const ANN = '11111111-1111-4111-8111-111111111111';
const BOB = '22222222-2222-4222-8222-222222222222';
const NOBODY = '99999999-9999-4999-8999-999999999999';

const USERS = `id,email,username\r\n${ANN},Ann@Example.org,ann\r\n${BOB},bob@example.org,bob\r\n`;

/** Line → what is wrong there, in file order. */
async function faults(id: string): Promise<string[]> {
  const errors = await errorsOf(server, id);
  return errors.map(({ line_start, code, field, value }) => `${line_start} ${code} ${field} ${value}`);
}

async function listed(path: string, field: string): Promise<unknown[]> {
  const { data } = await json(server, path);
  return data.map((row: Record<string, unknown>) => row[field]);
}

test('articles before their authors: each missing author is listed, nothing is loaded', async () => {
  const csv = `slug,title,body,author\r\none,One,Text,ann@example.org\r\ntwo,Two,Text,bob\r\n`;
  const view = await imported(server, 'articles', csv);
  assert.deepEqual([view.created_count, view.fail_count], [0, 2]);
  assert.deepEqual(await faults(view.job_id), [
    '2 reference_missing author ann@example.org',
    '3 reference_missing author bob',
  ]);
});

test('users, articles, comments in order: missing references are listed, the rest is there', async () => {
  const users = await imported(server, 'users', USERS);
  assert.equal(users.created_count, 2);

  const articles = await imported(
    server,
    'articles',
    [
      'slug,title,body,author_id,author,tags',
      `by-id,A,Text,${ANN},,a|b`,
      'by-mail,B,Text,,ANN@example.ORG,b',
      'by-name,C,Text,,bob,"x\\|y|z"',
      `lost-id,D,Text,${NOBODY},,`,
      'lost-mail,E,Text,,nobody@example.org,',
      'lost-name,F,Text,,nobody,',
      'no-author,G,Text,,,',
      'last,H,Text,,bob,',
      '',
    ].join('\r\n'),
  );
  assert.deepEqual([articles.created_count, articles.fail_count], [4, 4]);
  assert.deepEqual(await faults(articles.job_id), [
    `5 reference_missing author_id ${NOBODY}`,
    '6 reference_missing author nobody@example.org',
    '7 reference_missing author nobody',
    '8 required author ',
  ]);
  assert.deepEqual(await listed('/v1/articles', 'slug'), ['by-id', 'by-mail', 'by-name', 'last']);
  assert.deepEqual(await listed('/v1/articles', 'author'), ['ann', 'ann', 'bob', 'bob']);
  assert.deepEqual(await listed('/v1/articles', 'tags'), [['a', 'b'], ['b'], ['x|y', 'z'], []]);

  const comments = await imported(
    server,
    'comments',
    [
      { id: 'cm_by-id_7', article: 'by-id', author: 'bob', body: 'given id' },
      { article: 'by-id', author: 'ann@example.org', body: 'made id' },
      { article: 'nowhere', author: 'nobody', body: 'two references lost' },
      { article: 'by-mail', author: 'nobody', body: 'one lost' },
      { id: 'cm_by-id_8', article: 'by-mail', author: 'ann', body: 'another article in the id' },
      { article: 'last', author: 'ann', body: 'kept' },
    ]
      .map((record) => JSON.stringify(record))
      .join('\n'),
    { filename: 'comments.ndjson' },
  );
  assert.deepEqual([comments.created_count, comments.fail_count], [3, 3]);
  assert.deepEqual(await faults(comments.job_id), [
    '3 reference_missing article nowhere',
    '3 reference_missing author nobody',
    '4 reference_missing author nobody',
    '5 pattern id cm_by-id_8',
  ]);
  assert.deepEqual(await listed('/v1/comments', 'id'), ['cm_by-id_7', 'cm_by-id_8', 'cm_last_1']);
});

test('an import that comes after another one finds what that one loads', async () => {
  const rows = Array.from({ length: 2000 }, (_, at) => `carl${at}@example.org,carl${at}`);
  const first = await sendImport(server, 'users', `email,username\n${rows.join('\n')}\n`);
  const csv = 'slug,title,body,author\nby-carl,T,B,carl1999\n';
  const second = await sendImport(server, 'articles', csv, { after: first });
  const view = await ended(server, second);
  assert.deepEqual([view.status, view.created_count], ['completed', 1]);
  assert.equal((await json(server, `/v1/imports/${first}`)).created_count, 2000);
});

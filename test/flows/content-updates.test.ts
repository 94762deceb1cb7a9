import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sql } from '#platform/postgres/sql.ts';
import { ask, errorsOf, imported, json, startContent } from './content-scene.ts';

const server = await startContent();
const update = { on_conflict: 'update' };

// oxlint-disable-next-line typescript/no-explicit-any
async function article(slug: string): Promise<any> {
  const { data } = await json(server, `/v1/articles?slug=${slug}`);
  return (await json(server, `/v1/articles/${data[0].id}`)).data;
}

test('users and articles to begin with', async () => {
  await imported(
    server,
    'users',
    'email,username,bio,password\nann@example.org,ann,Bio,$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW\nbob@example.org,bob,,\n',
  );
  await imported(
    server,
    'articles',
    'slug,title,description,body,author,status,tags,created_at\none,One,About,Body,ann,published,b|a,2020-01-01T00:00:00.000001Z\n',
  );
});

test('an absent column changes nothing', async () => {
  const before = await article('one');
  const view = await imported(server, 'articles', 'slug,title,body,author\none,Uno,Body,ann\n', update);
  assert.equal(view.updated_count, 1);
  const { updated_at: _updated, ...after } = await article('one');
  const { updated_at: _before, ...expected } = before;
  assert.deepEqual(after, { ...expected, title: 'Uno' });
});

test('an empty cell takes the value away, a quoted one makes it empty', async () => {
  const csv = (cell: string): string =>
    `slug,title,body,author,description,tags\none,Uno,Body,ann,${cell},${cell}\n`;
  await imported(server, 'articles', csv('""'), update);
  const quoted = await article('one');
  assert.deepEqual([quoted.description, quoted.tags], ['', []]);
  await imported(server, 'articles', csv('x|y'), update);
  assert.deepEqual((await article('one')).tags, ['x', 'y']);
  await imported(server, 'articles', csv(''), update);
  const empty = await article('one');
  assert.deepEqual([empty.description, empty.tags], [null, []]);
});

test('a status without a value is the default again', async () => {
  await imported(server, 'articles', 'slug,title,body,author,status\none,Uno,Body,ann,\n', update);
  assert.equal((await article('one')).status, 'draft');
});

test('tags in another order are a change, the same ones are none', async () => {
  const csv = (tags: string): string => `slug,title,body,author,tags\none,Uno,Body,ann,${tags}\n`;
  const counts = async (tags: string): Promise<number[]> => {
    const view = await imported(server, 'articles', csv(tags), update);
    return [view.updated_count, view.unchanged_count];
  };
  assert.deepEqual(await counts('p|q'), [1, 0]);
  assert.deepEqual(await counts('p|q'), [0, 1]);
  assert.deepEqual(await counts('q|p'), [1, 0]);
  assert.deepEqual((await article('one')).tags, ['q', 'p']);
});

test('the author changes, the id and the time of creation never by accident', async () => {
  const { id, created_at: createdAt } = await article('one');
  await imported(server, 'articles', 'slug,title,body,author\none,Uno,Body,bob@example.org\n', update);
  const after = await article('one');
  assert.deepEqual([after.author, after.id, after.created_at], ['bob', id, createdAt]);
  const csv = `id,slug,title,body,author\n${id + 1},one,Uno,Body,bob\n`;
  const { job_id: job } = await imported(server, 'articles', csv, update);
  assert.deepEqual(
    (await errorsOf(server, job)).map(({ code, conflict_with }) => [code, conflict_with]),
    [['id_mismatch', String(id)]],
  );
});

test('a file without passwords leaves those that are there', async () => {
  await imported(server, 'users', 'email,username,bio\nANN@example.org,ann,New\n', update);
  const rows = await server.pool.many<{ bio: string; password_hash: string }>(
    'users',
    sql`SELECT bio, left(password_hash, 7) AS password_hash FROM users WHERE username = 'ann'`,
  );
  assert.deepEqual(rows, [{ bio: 'New', password_hash: '$2b$12$' }]);
});

test('refused records that are mended and sent again leave passwords as they are', async () => {
  const hash = async (): Promise<string[]> => {
    const users = await server.pool.many<{ hash: string }>(
      'users',
      sql`SELECT password_hash AS hash FROM users WHERE username = 'ann'`,
    );
    return users.map((user) => user.hash);
  };
  const before = await hash();
  const files = {
    'users.csv': 'mail;username;bio;secret\nann@example.org;ann;"A; b";other\nann;x;;"unclosed',
    'users.ndjson': '{"mail":"ann@example.org","username":"ann","bio":1,"secret":"other"}\n',
  };
  const mapping = JSON.stringify({ mail: 'email', secret: 'password' });
  for (const [filename, content] of Object.entries(files)) {
    // Refused: the file is sent as new records first.
    const { job_id: parent } = await imported(server, 'users', content, { filename, mapping });
    const rejects = await (await ask(server, `/v1/imports/${parent}/rejects`)).text();
    assert.doesNotMatch(rejects, /\bother\b|unclosed/);
    const mended = rejects.replace('A; b', filename).replace('"bio":1', `"bio":"${filename}"`);
    const view = await imported(server, 'users', mended, { ...update, mapping, filename, parent_id: parent });
    assert.equal(view.updated_count, 1, JSON.stringify(view));
    assert.deepEqual(await hash(), before);
  }
});

test('new records beside known ones are created; those that skip are counted', async () => {
  const csv = 'email,username\nann@example.org,ann\ncarl@example.org,carl\n';
  const skipped = await imported(server, 'users', csv, { on_conflict: 'skip' });
  assert.deepEqual([skipped.created_count, skipped.skipped_count], [1, 1]);
  const updated = await imported(server, 'users', `${csv}dora@example.org,dora\n`, update);
  assert.deepEqual([updated.created_count, updated.unchanged_count, updated.updated_count], [1, 2, 0]);
});

test('a user name of another user is refused at that column, whatever is done about conflicts', async () => {
  for (const on_conflict of ['error', 'skip', 'update']) {
    const csv = 'email,username\nnew@example.org,ann\n';
    const { job_id: job, fail_count: failed } = await imported(server, 'users', csv, { on_conflict });
    assert.equal(failed, 1, on_conflict);
    const [error] = await errorsOf(server, job);
    assert.deepEqual([error.code, error.field], ['duplicate_in_target', 'username']);
  }
});

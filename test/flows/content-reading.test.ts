import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { sql } from '#platform/postgres/sql.ts';
import { composedApi } from '#test/support/composed-api.ts';
import { ensureAdminKey } from '#engine/access/admin-key.ts';
import { testDatabase } from '#test/support/database.ts';

const KEY = `ak_contents_${'A'.repeat(43)}`;
const ZOE = '11111111-1111-4111-8111-111111111111';
const NOBODY = '00000000-0000-4000-8000-000000000000';

const db = await testDatabase();
const api = await composedApi(db.url);
await ensureAdminKey(db.pool, { bootstrapKey: KEY });
after(() => api.close());

interface Answer {
  readonly status: number;
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly body: any;
}

async function request(
  method: 'GET' | 'DELETE' | 'POST',
  url: string,
  key = KEY,
  payload?: object,
): Promise<Answer> {
  const authorization = `Bearer ${key}`;
  const answer = await api.app.inject({
    method,
    url,
    headers: { authorization },
    ...(payload && { payload }),
  });
  const isJson = String(answer.headers['content-type']).startsWith('application/json');
  return { status: answer.statusCode, body: isJson ? answer.json() : answer.body };
}

async function ids(url: string): Promise<unknown[]> {
  const { status, body } = await request('GET', url);
  assert.equal(status, 200, `${url}: ${JSON.stringify(body)}`);
  return body.data.map(({ id }: { id: unknown }) => id);
}

before(async () => {
  await db.pool.run(
    'users',
    sql`
      INSERT INTO users (id, email, username, bio, password_hash, created_at, updated_at)
      SELECT ('11111111-1111-4111-8111-' || lpad((111111111110 + n)::text, 12, '0'))::uuid, 'user' || n || '@example.org',
             CASE n WHEN 1 THEN 'zoe' ELSE 'user' || n END, CASE n WHEN 2 THEN '' END, '$scrypt$never-shown',
             '2024-01-01T00:00:00.000001Z'::timestamptz + (n - 1) * interval '1 day', '2024-06-01T00:00:00Z'
      FROM generate_series(1, 5) AS n`,
  );
  await db.pool.run(
    'articles',
    sql`
      INSERT INTO articles (id, slug, title, body, author_id, status, created_at, updated_at) VALUES
        (1, 'first', 'First', 'Body one', ${ZOE}, 'published', '2024-02-01', '2024-02-01'),
        (2, 'second', '=1+1', 'Body two', ${ZOE}, 'draft', '2024-02-02', '2024-02-02')`,
  );
  await db.pool.run('tags', sql`INSERT INTO tags (tag) VALUES ('b'), ('a')`);
  await db.pool.run(
    'places',
    sql`INSERT INTO article_tags (article_id, tag_id, place) SELECT 1, id, id FROM tags`,
  );
  await db.pool.run(
    'comments',
    sql`
      INSERT INTO comments (id, article_id, author_id, body, created_at, updated_at)
      VALUES ('cm_first_1', 1, (SELECT id FROM users WHERE username = 'user2'), 'Well said', '2024-03-01', '2024-03-01')`,
  );
});

test('one of each is answered whole, without what is secret', async () => {
  const user = await request('GET', `/v1/users/${ZOE}`);
  assert.deepEqual(user.body.data, {
    id: ZOE,
    email: 'user1@example.org',
    username: 'zoe',
    bio: null,
    image: null,
    created_at: '2024-01-01T00:00:00.000001Z',
    updated_at: '2024-06-01T00:00:00.000000Z',
  });
  const { body } = await request('GET', '/v1/articles/1');
  assert.deepEqual([body.data.body, body.data.author, body.data.tags], ['Body one', 'zoe', ['b', 'a']]);
  const comment = await request('GET', '/v1/comments/cm_first_1');
  assert.deepEqual([comment.body.data.article, comment.body.data.author], ['first', 'user2']);
});

test('what is not there is 404, what cannot be an id is 400', async () => {
  for (const path of [`/v1/users/${NOBODY}`, '/v1/articles/99', '/v1/comments/cm_first_9'])
    assert.equal((await request('GET', path)).status, 404, path);
  for (const path of ['/v1/users/7', '/v1/articles/first', '/v1/articles/9007199254740992', '/v1/comments/7'])
    assert.equal((await request('GET', path)).status, 400, path);
});

test('a walk over all pages meets each row once, in the order of creation', async () => {
  const names: string[] = [];
  let path = '/v1/users?limit=2';
  for (;;) {
    const { body } = await request('GET', path);
    names.push(...body.data.map(({ username }: { username: string }) => username));
    if (body.meta.next_cursor === null) break;
    path = `/v1/users?limit=2&cursor=${body.meta.next_cursor}`;
  }
  assert.deepEqual(names, ['zoe', 'user2', 'user3', 'user4', 'user5']);
  assert.equal((await ids('/v1/users?offset=4')).length, 1);
});

const FILTERS: readonly (readonly [string, number])[] = [
  ['/v1/users?email=USER3@example.org', 1],
  ['/v1/users?username=zoe', 1],
  ['/v1/users?username=Zoe', 0],
  ['/v1/users?created_after=2024-01-01T00:00:00.000000Z', 5],
  ['/v1/users?created_after=2024-01-01T00:00:00.000001Z', 4],
  ['/v1/users?created_before=2024-01-02T01:00:00.000001%2B01:00', 1],
  ['/v1/articles?status=published', 1],
  ['/v1/articles?author=zoe', 2],
  ['/v1/articles?author=User1@Example.org', 2],
  [`/v1/articles?author=${ZOE}`, 2],
  ['/v1/articles?author=user2', 0],
  ['/v1/articles?tag=a', 1],
  ['/v1/articles?slug=second&status=draft', 1],
  ['/v1/comments?article=first', 1],
  ['/v1/comments?article_id=2', 0],
  ['/v1/comments?author=user2&updated_after=2024-02-01T00:00:00Z', 1],
];

for (const [path, count] of FILTERS) {
  test(`${path} finds ${count}`, async () => assert.equal((await ids(path)).length, count));
}

for (const query of ['created_after=yesterday', 'author=%00', 'status=gone', 'password=x']) {
  test(`?${query} is refused`, async () => {
    assert.equal((await request('GET', `/v1/articles?${query}`)).status, 400);
  });
}

test('lists are CSV and NDJSON too, without passwords and without the bodies of articles', async () => {
  const csv = await request('GET', '/v1/users.csv');
  assert.match(csv.body, /^id,email,username,bio,image,created_at,updated_at\r\n/);
  assert.doesNotMatch(csv.body, /scrypt/);
  const ndjson = await request('GET', '/v1/articles.ndjson');
  const [first] = ndjson.body.split('\n').map((line: string) => (line === '' ? undefined : JSON.parse(line)));
  assert.deepEqual(Object.keys(first).sort(), [
    'author',
    'author_id',
    'created_at',
    'description',
    'id',
    'slug',
    'status',
    'tags',
    'title',
    'updated_at',
  ]);
});

test('reading takes an admin key or the scope, deleting an admin key', async () => {
  const keys = new Map<string, string>();
  for (const [name, scopes] of Object.entries({ viewer: undefined, reader: ['content:read'] })) {
    const { body } = await request('POST', '/v1/api-keys', KEY, {
      name,
      role: 'viewer',
      ...(scopes && { scopes }),
    });
    keys.set(name, body.data.key);
  }
  assert.equal((await request('GET', '/v1/users', keys.get('viewer'))).status, 403);
  assert.equal((await request('GET', '/v1/users', keys.get('reader'))).status, 200);
  assert.equal((await request('DELETE', '/v1/comments/cm_first_1', keys.get('reader'))).status, 403);
  assert.equal((await api.app.inject({ url: '/v1/users' })).statusCode, 401);
});

test('what others refer to is not deleted; comments, article, user in turn are', async () => {
  for (const path of [`/v1/users/${ZOE}`, '/v1/articles/1']) {
    const { status, body } = await request('DELETE', path);
    assert.deepEqual([status, body.error.code], [409, 'content_in_use'], path);
  }
  for (const path of ['/v1/comments/cm_first_1', '/v1/articles/1', '/v1/articles/2', `/v1/users/${ZOE}`]) {
    assert.equal((await request('DELETE', path)).status, 204, path);
    assert.equal((await request('DELETE', path)).status, 404, path);
  }
  assert.deepEqual(await ids('/v1/articles'), []);
});

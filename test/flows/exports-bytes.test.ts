import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { guardFormula } from '#engine/ingestion/formula-guard.ts';
import { sql } from '#platform/postgres/sql.ts';
import { testDatabase } from '#test/support/database.ts';
import { parse } from 'csv-parse/sync';
import { addUsers, startExportServer } from './export-scene.ts';

const db = await testDatabase();
const server = await startExportServer(db);
const BIOS = [
  'plain',
  null,
  '',
  'a "quoted", cell',
  'two\r\nlines\nand\rmore',
  '=1+1',
  "'=1+1",
  '\ttab',
  '👩‍🚀 שלום',
  '\\.',
  ' blanks ',
  'back\\slash|bar',
  '＝full',
];
await addUsers(db.pool, BIOS);

async function textOf(query: string): Promise<string> {
  const response = await server.get(`/v1/exports?${query}`);
  assert.equal(response.status, 200, await response.clone().text());
  // Unlike text(), it keeps a byte order mark.
  return Buffer.from(await response.arrayBuffer()).toString('utf8');
}

test('CSV: the default columns in their order, NULL unquoted and "" quoted, times to the microsecond', async () => {
  const text = await textOf('resource=users');
  const [heading, first, second, third] = text.split('\n');
  assert.equal(heading, 'id,email,username,bio,image,created_at,updated_at');
  const times = '2024-05-01T12:30:00.123456+00:00,2024-05-02T00:00:00+00:00';
  assert.equal(first, `00000000-0000-4000-8000-000000000001,1@example.org,u1,plain,,${times}`);
  assert.equal(second, `00000000-0000-4000-8000-000000000002,2@example.org,u2,,,${times}`);
  assert.equal(third, `00000000-0000-4000-8000-000000000003,3@example.org,u3,"",,${times}`);
});

test('CSV and TSV hold every cell, those that a spreadsheet would run with an apostrophe', async () => {
  const expected = BIOS.map((bio) => guardFormula(bio ?? ''));
  for (const [format, delimiter] of [
    ['csv', ','],
    ['tsv', '\t'],
  ] as const) {
    const rows: { bio: string }[] = parse(await textOf(`resource=users&fields=bio,id&format=${format}`), {
      delimiter,
      columns: true,
    });
    assert.deepEqual(
      rows.map(({ bio }) => bio),
      expected,
      format,
    );
  }
});

test('escape_formulas=false leaves cells as they are', async () => {
  const rows: { bio: string }[] = parse(await textOf('resource=users&fields=bio,id&escape_formulas=false'), {
    columns: true,
  });
  assert.deepEqual(
    rows.map(({ bio }) => bio),
    BIOS.map((bio) => bio ?? ''),
  );
});

test('NDJSON and JSON hold the values themselves', async () => {
  const lines = (await textOf('resource=users&format=ndjson&fields=username,bio')).trimEnd().split('\n');
  const expected = BIOS.map((bio, at) => ({ username: `u${at + 1}`, bio }));
  assert.deepEqual(
    lines.map((line) => JSON.parse(line) as unknown),
    expected,
  );
  assert.deepEqual(JSON.parse(await textOf('resource=users&format=json&fields=username,bio')), expected);
  const [first] = JSON.parse(await textOf('resource=users&format=json')) as [Record<string, unknown>];
  assert.equal(first['created_at'], '2024-05-01T12:30:00.123456+00:00');
});

test('without rows every format is still a file of its kind', async () => {
  const none = 'resource=users&created_after=2999-01-01T00:00:00Z&fields=id';
  assert.equal(await textOf(none), 'id\n');
  assert.equal(await textOf(`${none}&format=ndjson`), '');
  assert.equal(await textOf(`${none}&format=json`), '[]\n');
  assert.equal(await textOf(`${none}&preset=excel`), '\uFEFFid\r\n');
});

test('the Excel preset has a byte order mark and CRLF, and cells keep their own line ends', async () => {
  const text = await textOf('resource=users&fields=bio,username&preset=excel');
  const plain = await textOf('resource=users&fields=bio,username');
  assert.ok(text.startsWith('\uFEFFbio,username\r\nplain,u1\r\n,u2\r\n"",u3\r\n'));
  assert.ok(text.includes('"two\r\nlines\nand\rmore",u5\r\n'));
  assert.equal(text.slice(1).replaceAll(/(u\d+|username)\r\n/g, '$1\n'), plain);
});

test('gzip by Accept-Encoding is an encoding, by compression a file', async () => {
  const plain = await textOf('resource=users');
  const encoded = await server.get('/v1/exports?resource=users', { 'accept-encoding': 'gzip' });
  assert.equal(encoded.headers.get('content-encoding'), 'gzip');
  assert.equal(encoded.headers.get('content-disposition'), 'attachment; filename="users.csv"');
  assert.equal(await encoded.text(), plain);
  const refused = await server.get('/v1/exports?resource=users', { 'accept-encoding': 'br, gzip;q=0' });
  assert.equal(refused.headers.get('content-encoding'), null);
  const file = await server.get('/v1/exports?resource=users&compression=gzip', { 'accept-encoding': 'gzip' });
  assert.equal(file.headers.get('content-encoding'), null);
  assert.equal(file.headers.get('content-type'), 'application/gzip');
  assert.equal(file.headers.get('content-disposition'), 'attachment; filename="users.csv.gz"');
  assert.equal(gunzipSync(Buffer.from(await file.arrayBuffer())).toString(), plain);
});

const REFUSED: readonly [query: string, field: string, message: RegExp][] = [
  ['resource=cats', 'resource', /users, articles, comments/],
  ['resource=users&fields=id,cat', 'fields', /have no .*cat.*, but id, email/],
  ['resource=users&fields=password', 'fields', /have no .*password/],
  ['resource=users&fields=id,id', 'fields', /twice/],
  ['resource=users&status=draft', 'status', /no filter/],
  ['resource=articles&status=gone', 'status', /draft, published, archived/],
  ['resource=articles&author_id=zoe', 'author_id', /./],
  ['resource=users&created_after=yesterday', 'created_after', /2024-05-01T/],
  ['resource=users&colour=red', 'colour', /not known/],
  ['resource=users&format=xml', 'format', /csv/],
  ['resource=users&format=json&preset=excel', 'preset', /csv and tsv/],
  ['resource=users&cursor=abc', 'cursor', /list/],
  ['format=csv', 'format', /which resource/],
  ['status=draft', 'status', /pending/],
];

for (const [query, field, message] of REFUSED) {
  test(`refused: ${query}`, async () => {
    const response = await server.get(`/v1/exports?${query}`);
    const { error } = (await response.json()) as { error: { details: { field: string; message: string }[] } };
    assert.equal(response.status, 400);
    assert.equal(error.details[0]?.field, field);
    assert.match(JSON.stringify(error), message);
  });
}

test('articles: tags in one cell and as an array, the author by id or key, filters by what they name', async () => {
  await db.pool.run(
    'addArticles',
    sql`
      INSERT INTO articles (slug, title, body, author_id, status, created_at, updated_at)
      SELECT 'a-' || n, 'Title ' || n, 'Body', users.id, CASE n WHEN 1 THEN 'draft' ELSE 'published' END, now(), now()
      FROM generate_series(1, 3) AS n JOIN users ON username = 'u' || n ORDER BY n`,
  );
  await db.pool.run('addTags', sql`INSERT INTO tags (tag) VALUES ('b|ar'), ('=x'), ('back\\slash')`);
  await db.pool.run(
    'tagArticles',
    sql`
      INSERT INTO article_tags (article_id, tag_id, place)
      SELECT articles.id, tags.id, CASE tag WHEN '=x' THEN 1 ELSE tags.id + 1 END
      FROM articles, tags WHERE slug = 'a-1' OR (slug = 'a-2' AND tag <> '=x')`,
  );
  assert.equal(
    await textOf('resource=articles&fields=slug,tags,author'),
    [
      'slug,tags,author',
      "a-1,'=x|b\\|ar|back\\\\slash,1@example.org",
      'a-2,b\\|ar|back\\\\slash,2@example.org',
      'a-3,,3@example.org',
      '',
    ].join('\n'),
  );
  assert.deepEqual(JSON.parse(await textOf('resource=articles&fields=slug,tags&format=json')), [
    { slug: 'a-1', tags: ['=x', 'b|ar', 'back\\slash'] },
    { slug: 'a-2', tags: ['b|ar', 'back\\slash'] },
    { slug: 'a-3', tags: [] },
  ]);
  const user = '00000000-0000-4000-8000-000000000002';
  for (const [filter, slugs] of Object.entries({
    'status=published': ['a-2', 'a-3'],
    'author=u2': ['a-2'],
    'author=2@Example.org': ['a-2'],
    [`author=${user}`]: ['a-2'],
    [`author_id=${user}&status=draft`]: [],
    'tag=%3Dx': ['a-1'],
    'slug=a-3': ['a-3'],
  })) {
    assert.equal(
      await textOf(`resource=articles&fields=slug&${filter}`),
      ['slug', ...slugs, ''].join('\n'),
      filter,
    );
  }
});

test('a column that may be empty is not exported alone, where that would be an empty line', async () => {
  for (const format of ['csv', 'tsv']) {
    const refused = await server.get(`/v1/exports?resource=users&fields=bio&format=${format}`);
    assert.equal(refused.status, 400);
    assert.match(await refused.text(), /name a second field, such as id, or take ndjson/);
  }
  assert.equal((await textOf('resource=users&fields=email')).split('\n').length, BIOS.length + 2);
  assert.equal((await textOf('resource=users&fields=bio&format=ndjson')).split('\n').length, BIOS.length + 1);
});

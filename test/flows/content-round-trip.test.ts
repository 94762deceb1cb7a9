import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { exported, imported, json, startContent } from './content-scene.ts';

const origin = await startContent();
// The batches of both cut elsewhere.
const copy = await startContent({ IMPORT_BATCH_SIZE: '7' });

/** Texts that some format, spreadsheet or database takes for something else. */
const TEXTS = [
  '',
  ' ',
  ' blanks ',
  'a,b;c\td|e',
  '"',
  '""',
  'say "hi"',
  "'",
  "''",
  "'quoted'",
  'two\r\nlines',
  'two\nlines\r',
  '\r\n',
  '\\N',
  '\\.',
  '\\',
  'null',
  'NULL',
  'true',
  '007',
  '1e3',
  '\ufeffmark',
  '\u0001\u0002\u001f',
  '\u2028\u2029\u0085',
  '😀 👩‍👩‍👧 🇸🇪',
  'שלום עולם مرحبا',
  '\u202eoverride',
  'e\u0301 é',
  'x'.repeat(100_000),
  ...['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'].flatMap((first) =>
    [first, `${first}1+1`, `'${first}1`, `''${first}1`, `'''${first}`, ` ${first}1`].map((text) => text),
  ),
];

const USERS = TEXTS.map((bio, at) => ({
  email: `${'=+-'.charAt(at % 4)}user${at}@example.org`,
  username: `${'-'.repeat(at % 2)}user${at}`,
  bio,
  image: at % 3 === 0 ? null : at % 3 === 1 ? '' : `https://example.org/?q=%20"${at}"`,
  ...(at % 5 === 0 && { created_at: `2024-02-29T23:59:59.${String(at).padStart(6, '0')}+05:30` }),
}));

const ARTICLES = TEXTS.map((text, at) => ({
  ...(at % 2 === 0 && { id: 1000 + 7 * at }),
  slug: `article-${at}`,
  title: text.slice(0, 300) || 'T',
  description: at % 3 === 0 ? null : text.slice(0, 2000),
  body: text || 'B',
  author: `${'-'.repeat(at % 2)}user${at}`,
  status: ['draft', 'published', 'archived'][at % 3],
  tags:
    at % 4 === 0
      ? []
      : [text.slice(0, 60) || 'none', '|', '\\', 'a|b', 'c\\', '=1', '"', '{}', ' '].slice(0, at % 10),
}));

const COMMENTS = TEXTS.flatMap((text, at) => [
  { article: `article-${at}`, author: 'user0', body: text || 'B' },
  {
    id: `cm_article-${at}_77`,
    article: `article-${at}`,
    author: 'user0',
    body: `${text} again`.slice(0, 100_000),
  },
]);

const RESOURCES = { users: USERS, articles: ARTICLES, comments: COMMENTS };

before(async () => {
  for (const [resource, records] of Object.entries(RESOURCES)) {
    const ndjson = records.map((record) => JSON.stringify(record)).join('\n');
    const view = await imported(origin, resource, ndjson, { filename: `${resource}.ndjson` });
    assert.equal(view.created_count, records.length, JSON.stringify(view.errors));
  }
});

test('what was imported is what is exported, value by value', async () => {
  const users = lines(await exported(origin, 'resource=users&format=ndjson'));
  assert.deepEqual(
    users.map(({ bio, image }) => [bio, image]),
    USERS.map(({ bio, image }) => [bio, image]),
  );
  const articles = lines(await exported(origin, 'resource=articles&format=ndjson'));
  const bySlug = new Map(articles.map((article) => [article['slug'], article]));
  for (const { slug, title, description, body, tags } of ARTICLES) {
    const found = bySlug.get(slug) ?? {};
    assert.deepEqual(
      [found['title'], found['description'], found['body'], found['tags']],
      [title, description, body, [...new Set(tags)]],
    );
  }
});

const FORMS = [
  { format: 'csv' },
  { format: 'tsv' },
  { format: 'ndjson' },
  { format: 'csv', compression: 'gzip' },
  { format: 'csv', preset: 'excel' },
  { format: 'csv', escape_formulas: 'false' },
];

test('export, import into an empty database, export: the same bytes', async () => {
  for (const resource of Object.keys(RESOURCES)) {
    const file = await exported(origin, `resource=${resource}&format=csv`);
    const view = await imported(copy, resource, file);
    assert.equal(view.fail_count, 0, JSON.stringify(view.errors));
  }
  for (const resource of Object.keys(RESOURCES)) {
    for (const form of FORMS) {
      const query = new URLSearchParams({ resource, ...form }).toString();
      assert.ok((await exported(copy, query)).equals(await exported(origin, query)), query);
    }
  }
});

for (const form of FORMS.slice(1, 5)) {
  test(`records of an export as ${Object.values(form).join(', ')} are known again, unchanged`, async () => {
    for (const [resource, records] of Object.entries(RESOURCES)) {
      const query = new URLSearchParams({ resource, ...form }).toString();
      const suffix = form.compression === 'gzip' ? '.gz' : '';
      const filename = `${resource}.${form.format}${suffix}`;
      const view = await imported(origin, resource, await exported(origin, query), {
        filename,
        on_conflict: 'update',
      });
      assert.deepEqual(
        [view.format, view.unchanged_count, view.fail_count],
        [form.format, records.length, 0],
        JSON.stringify(view),
      );
    }
  });
}

test('ids that were given are followed by larger ones', async () => {
  const csv = 'slug,title,body,author\nafter-all,T,B,user0\n';
  await imported(copy, 'articles', csv);
  const { data } = await json(copy, '/v1/articles?slug=after-all');
  const largest = Math.max(...ARTICLES.map(({ id = 0 }) => id));
  assert.ok(data[0].id > largest, `${data[0].id}`);
});

function lines(ndjson: Buffer): Record<string, unknown>[] {
  return ndjson
    .toString()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

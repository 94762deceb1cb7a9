import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { runOver } from '#test/support/operation-run.ts';
import { createDistinctEstimate } from './profile/distinct-estimate.ts';
import { createFrequentTexts } from './profile/frequent-texts.ts';
import type { TableProfile } from './profile/table-profile.ts';
import { textPattern } from './profile/text-pattern.ts';
import { valueKind } from './profile/value-kind.ts';
import { profile } from './profile.ts';

async function profileOf(content: string, separator: ',' | ';' = ','): Promise<TableProfile> {
  const { bytes } = await runOver(profile, {}, { content, input: { separator } });
  return JSON.parse(bytes.toString()) as TableProfile;
}

test('a column is what all of its cells are, and the cells that are not are named with their lines', async () => {
  const { columns, records } = await profileOf(
    'n,price,code,when,mixed,none\n1,1.50,007,2024-02-29,5,\n-20,3,12,2024-02-30,x y,\n3,,1,2024-03-01T10:00Z,7,\n100,1e3,0,2023-01-01,8,\n',
  );
  assert.equal(records, 4);
  assert.deepEqual(
    columns.map(({ type }) => type),
    ['integer', 'decimal', 'code', 'text', 'text', 'empty'],
  );
  const [n, price, , when, mixed, none] = columns;
  assert.deepEqual([n?.min, n?.max], ['-20', '100']);
  assert.deepEqual([price?.filled, price?.empty, price?.max], [3, 1, '1e3']);
  assert.deepEqual(
    when?.exceptions.map(({ line, looks_like: kind }) => [line, kind]),
    [
      [3, 'text'],
      [4, 'time'],
    ],
  );
  assert.deepEqual(mixed?.exceptions, [{ line: 3, value: 'x y', looks_like: 'text' }]);
  assert.deepEqual([none?.min, none?.length, none?.top_values], [null, null, []]);
});

const text = fc.string({ unit: fc.constantFrom('a', 'B', 'é', '\u{1F600}', ' ', '9', '-'), maxLength: 4 });

test('figures are those of a plain loop', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(text, { minLength: 1, maxLength: 40 }), async (cells) => {
      const found = await profileOf(`id,v\n${cells.map((cell, at) => `${at},"${cell}"\n`).join('')}`);
      const [, column] = found.columns;
      const filled = cells.filter((cell) => cell !== '');
      const sizes = filled.map((cell) => Array.from(cell).length);
      assert.ok(column);
      assert.deepEqual([column.filled, column.empty], [filled.length, cells.length - filled.length]);
      assert.deepEqual(column.distinct, { count: new Set(filled).size, is_exact: true });
      assert.equal(column.padded, filled.filter((cell) => cell !== cell.trim()).length);
      assert.equal(column.length?.max, filled.length === 0 ? undefined : Math.max(...sizes));
      assert.equal(column.length?.min, filled.length === 0 ? undefined : Math.min(...sizes));
      for (const { value, count } of column.top_values)
        assert.equal(count, filled.filter((cell) => cell === value).length);
      const counted = Object.values(column.evidence).reduce((sum, count) => sum + count, 0);
      assert.equal(counted, filled.length);
    }),
    { numRuns: 20 },
  );
});

test('the number of different texts is estimated within 5 percent, from ten to hundreds of thousands', () => {
  for (const size of [10, 1000, 20_000, 300_000]) {
    const distinct = createDistinctEstimate();
    for (let at = 0; at < size; at++) {
      distinct.add(`name ${at}`);
      if (at % 3 === 0) distinct.add(`name ${at}`);
    }
    assert.ok(Math.abs(distinct.estimate() / size - 1) < 0.05, `${size}: ${distinct.estimate()}`);
  }
});

test('the pattern of an ASCII text is that of the same text beside another letter', () => {
  const ascii = fc.string({
    unit: fc.constantFrom('a', 'b', 'Y', 'Z', '0', '9', ' ', '-', '_', '@', '[', '`', '{', '/', ':', '\x7f'),
    maxLength: 99,
  });
  fc.assert(
    fc.property(ascii, (text) => {
      const beside = textPattern(`é${text}`.slice(0, 100));
      const alone = textPattern(`e${text}`);
      assert.equal(alone, beside, text);
    }),
    { numRuns: 500 },
  );
});

test('a date is one of the calendar', () => {
  const everyDay = Array.from({ length: 1200 }, (_, at) =>
    new Date(Date.UTC(1999, 0, at)).toISOString().slice(0, 10),
  );
  for (const day of ['2000-02-29', '0000-02-29', '1600-02-29', ...everyDay])
    assert.equal(valueKind(day), 'date', day);
  for (const day of [
    '1900-02-29',
    '2023-02-29',
    '2024-00-10',
    '2024-13-01',
    '2024-04-31',
    '2024-01-00',
    '2024-01-32',
  ])
    assert.equal(valueKind(day), 'text', day);
});

test('a frequent text is found among any number of others, and its count is right but for the error named', () => {
  const texts = createFrequentTexts(100);
  for (let at = 0; at < 50_000; at++) texts.add(at % 10 === 0 ? 'often' : `once ${at}`);
  const [first] = texts.top(1);
  assert.equal(texts.distinct(), undefined);
  assert.equal(first?.text, 'often');
  assert.ok(first.count <= 5000 && first.count + texts.error() >= 5000);
});

test('kinds and patterns of texts', () => {
  const kinds = {
    '0': 'integer',
    '-7': 'integer',
    '0.5': 'decimal',
    '1e5': 'decimal',
    '007': 'code',
    '00.5': 'code',
    yes: 'boolean',
    TRUE: 'boolean',
    '2024-02-29': 'date',
    '2023-02-29': 'text',
    '2024-01-01 10:00:00.5+01:00': 'time',
    'a@b.co': 'email',
    'https://a.b/c': 'url',
    '6f1e3c1e-0000-4000-8000-00000000000a': 'uuid',
    ' 1': 'text',
    '1,5': 'text',
    NULL: 'text',
    '-': 'text',
  };
  for (const [cell, kind] of Object.entries(kinds)) assert.equal(valueKind(cell), kind, cell);
  assert.equal(textPattern('Zoé MÜLLER-42 x'), 'Aa A-99 a');
});

test('the page holds what the file says as text, and nothing that a browser would run or fetch', async () => {
  const hostile = `<script>alert(1)</script>"><img src=x onerror='x'>&\u0000\u202E`;
  const content = `"${hostile.replaceAll('"', '""')}",b\n"${hostile.replaceAll('"', '""')}",javascript:x\n`;
  const { bytes } = await runOver(
    profile,
    { as: 'html' },
    { content, filename: `${hostile}.csv`, input: { separator: ',', quote: '"' } },
  );
  const page = bytes.toString();
  assert.ok(page.startsWith('<!doctype html>') && page.endsWith('</html>\n'));
  const tags = new Set([...page.matchAll(/<([a-z0-9]+)/g)].map(([, tag]) => tag));
  for (const tag of ['script', 'img', 'iframe', 'link', 'object', 'form']) assert.ok(!tags.has(tag), tag);
  assert.doesNotMatch(page, /[\0\u202E]|\son[a-z]+=['"]|(?:src|href)=["'](?!#)/);
  assert.match(page, /&lt;script&gt;alert\(1\)&lt;\/script&gt;/);
  assert.match(page, /default-src 'none'/);
});

test('the page names its language, its tables and their headings, and every column can be jumped to', async () => {
  const { bytes } = await runOver(
    profile,
    { as: 'html' },
    { content: 'a,b,\n1,x,\n2,y,z\n', input: { separator: ',' } },
  );
  const page = bytes.toString();
  assert.match(page, /<html lang="en">/);
  const ids = new Set([...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id));
  const targets = [...page.matchAll(/(?:href="#|aria-labelledby=")([^"]+)"/g)].map(([, id]) => id);
  assert.ok(targets.length >= 8);
  assert.deepEqual(
    targets.filter((id) => !ids.has(id)),
    [],
  );
  assert.equal(page.match(/<th(?= |>)/g)?.length, page.match(/<th scope="(?:col|row)"/g)?.length);
  assert.equal(page.match(/<section/g)?.length, 3);
  assert.deepEqual(unclosed(page), []);
  const [overview = ''] = page.split('</table>');
  assert.equal(overview.match(/<tr/g)?.length, 1 + 3);
});

test('lines with errors are no part of the profile', async () => {
  const end = await runOver(profile, {}, { content: 'a,b\n1,2\n3\n4,5,6\n' });
  assert.equal((JSON.parse(end.bytes.toString()) as TableProfile).records, 1);
  assert.deepEqual([end.recordsRead, end.report.accepted, end.report.rejected], [3, 1, 2]);
});

/** Elements that are not closed in the order in which they were opened. */
function unclosed(markup: string): string[] {
  const open: string[] = [];
  for (const [, slash, name = ''] of markup.matchAll(/<(\/?)([a-z][a-z0-9]*)[^>]*>/g)) {
    if (name === 'br' || name === 'meta') continue;
    if (slash === '') open.push(name);
    else if (open.pop() !== name) return [`</${name}>`];
  }
  return open;
}

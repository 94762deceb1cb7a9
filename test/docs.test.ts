import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { test } from 'node:test';
import { ERROR_CODES } from '#engine/ingestion/error-codes.ts';

const ROOT = resolve(import.meta.dirname, '..');
const PAGES = globSync(['*.md', 'docs/**/*.md', 'migrations/*.md', 'samples/*.md'], { cwd: ROOT });

/** Codes of expected errors: `new AppError(kind, 'code'`, also by way of a choice of two or of a short function. */
function codesInSource(): Set<string> {
  const codes = new Set<string>();
  for (const file of globSync('src/**/*.ts', { cwd: ROOT, exclude: ['src/**/*.test.ts'] })) {
    const text = read(file);
    for (const [, argument = ''] of text.matchAll(/new AppError\(\s*'[a-z_]+',\s*([^,]+),/g))
      for (const [, code = ''] of argument.matchAll(/'([a-z_]+)'/g)) codes.add(code);
    for (const [, code = ''] of text.matchAll(/(?:unauthenticated|urlError)\('([a-z_]+)'/g)) codes.add(code);
  }
  return codes;
}

test('every error code is explained in docs/http-api.md or docs/operations.md', () => {
  const explained = read('docs/http-api.md') + read('docs/operations.md');
  const codes = codesInSource();
  assert.ok(codes.size > 50);
  assert.deepEqual(
    [...codes].filter((code) => !explained.includes(`\`${code}\``)),
    [],
  );
});

test('docs/http-api.md explains no error code that is gone', () => {
  const source = globSync('src/**/*.ts', { cwd: ROOT }).map(read).join('');
  const [, rows = ''] = read('docs/http-api.md').split('| code | status | when |');
  const [table = ''] = rows.split('\n## ');
  const codes = table
    .split('\n')
    .flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`([a-z_]+)`/g)].map(([, code = '']) => code));
  assert.ok(codes.length > 50);
  assert.deepEqual(
    codes.filter((code) => !source.includes(`'${code}'`)),
    [],
  );
});

test('docs/http-api.md lists the codes of refused records by category', () => {
  const [, section = ''] = read('docs/http-api.md').split('## Refused records');
  const listed = [...section.matchAll(/^\| (\w+) \| (`.*`) \|$/gm)].flatMap(([, category, codes = '']) =>
    [...codes.matchAll(/`(\w+)`/g)].map(([, code]) => `${category} ${code}`),
  );
  const known = Object.entries(ERROR_CODES).map(([code, { category }]) => `${category} ${code}`);
  assert.deepEqual(listed.sort(), known.sort());
});

test('every link between the pages leads somewhere', () => {
  const broken = PAGES.flatMap((page) =>
    [...read(page).matchAll(/\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)/g)]
      .map(([, target = '']) => join(dirname(page), target))
      .filter((target) => !existsSync(join(ROOT, target)))
      .map((target) => `${page}: ${target}`),
  );
  assert.deepEqual(broken, []);
});

test('every file that the pages name is there', () => {
  const missing = PAGES.flatMap((page) =>
    [...read(page).matchAll(/`((?:src|test|bench|scripts|docs|samples|migrations)\/[\w./-]+\.\w+)`/g)]
      .map(([, file = '']) => file)
      .filter((file) => !existsSync(join(ROOT, file)))
      .map((file) => `${page}: ${file}`),
  );
  assert.deepEqual(missing, []);
});

test('every decision is listed', () => {
  const index = read('docs/decisions/README.md');
  const records = globSync('docs/decisions/0*.md', { cwd: ROOT });
  assert.ok(records.length > 20);
  for (const record of records)
    assert.ok(index.includes(`(${record.slice('docs/decisions/'.length)})`), record);
});

test('every npm script that the pages name exists', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
  const named = PAGES.flatMap((page) =>
    [...read(page).matchAll(/npm run (?:--silent )?([\w:]+)/g)].map(([, name = '']) => name),
  );
  assert.deepEqual(
    named.filter((name) => scripts[name] === undefined),
    [],
  );
});

/** Tables without the blanks that the formatter fills their columns with. */
function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8').replaceAll(/ +(?=\|)/g, ' ');
}

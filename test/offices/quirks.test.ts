import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { officialFile, withoutOfficialFiles } from '#test/support/truths.ts';

const ROOT = resolve(import.meta.dirname, '../..');
// The formatter pads the cells of tables.
const [, table = ''] = readFileSync(join(import.meta.dirname, 'README.md'), 'utf8').split(
  /\n\| quirk +\| test +\|\n\| -+ \| -+ \|\n/,
);
const rows = table
  .split('\n')
  .map((line) => /^\| (.+) \| (.+) \|$/.exec(line))
  .filter((row) => row !== null)
  .map(([, quirk = '', tests = '']) => ({ quirk: quirk.trim(), tests: tests.trim().split('<br>') }));

test('every quirk names tests that are there', () => {
  assert.ok(rows.length > 30);
  const missing = rows.flatMap(({ quirk, tests }) =>
    tests
      .filter((each) => {
        const [, file = '', title = ''] = /^`([^`]+)`: (.+)$/.exec(each) ?? [];
        const path = join(ROOT, file);
        return title === '' || !existsSync(path) || !readFileSync(path, 'utf8').includes(title);
      })
      .map((each) => `${quirk}: ${each}`),
  );
  assert.deepEqual(missing, []);
});

test('every quirk of the files is covered', { skip: withoutOfficialFiles }, () => {
  const [, known = ''] = readFileSync(officialFile('README.md'), 'utf8').split(
    '\n| quirk | where |\n| --- | --- |\n',
  );
  const quirks = (known.split('\n\n')[0] ?? '')
    .split('\n')
    .map((line) => line.slice(2).split(' | ')[0] ?? '');
  assert.ok(quirks.length > 30);
  const named = new Set(rows.map(({ quirk }) => quirk));
  assert.deepEqual(
    quirks.filter((quirk) => !named.has(quirk)),
    [],
  );
});

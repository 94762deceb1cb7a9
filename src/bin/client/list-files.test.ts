import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { listFiles } from './list-files.ts';

const folder = mkdtempSync(join(tmpdir(), 'affirm-list-'));
after(() => rmSync(folder, { recursive: true, force: true }));
for (const path of ['gb/ons', 'gb/nrs', 'gb/.cache', 'empty'])
  mkdirSync(join(folder, path), { recursive: true });
for (const file of ['gb/ons/b.csv', 'gb/ons/a.csv', 'gb/nrs/c d.csv', 'gb/.cache/x', 'gb/.hidden'])
  writeFileSync(join(folder, file), '');

const at = (...paths: string[]): string[] => paths.map((path) => join(folder, path));

test('a folder stands for its files, however deep, in order and without hidden ones', async () => {
  assert.deepEqual(await listFiles(at('gb')), at('gb/nrs/c d.csv', 'gb/ons/a.csv', 'gb/ons/b.csv'));
});

test('a pattern stands for the files that it matches', async () => {
  assert.deepEqual(await listFiles(at('gb/**/*.csv')), at('gb/nrs/c d.csv', 'gb/ons/a.csv', 'gb/ons/b.csv'));
});

test('a file that is named twice is one file; what is not there is kept', async () => {
  const words = [...at('gb/ons', 'gb/ons/a.csv', 'gone.csv', 'gone*.csv'), 'https://files.example/names.zip'];
  assert.deepEqual(await listFiles(words), [
    ...at('gb/ons/a.csv', 'gb/ons/b.csv', 'gone.csv', 'gone*.csv'),
    'https://files.example/names.zip',
  ]);
});

test('a folder without files is said to be one', async () => {
  await assert.rejects(listFiles(at('empty')), { code: 'no_such_file' });
});

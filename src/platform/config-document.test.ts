import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { configurationPage, environmentExample } from './config-document.ts';

const root = resolve(import.meta.dirname, '../..');
const hint = 'run node scripts/write-configuration.ts';

test('docs/configuration.md shows the settings as they are', () => {
  assert.equal(readFileSync(resolve(root, 'docs/configuration.md'), 'utf8'), configurationPage(), hint);
});

test('.env.example shows the settings as they are', () => {
  assert.equal(readFileSync(resolve(root, '.env.example'), 'utf8'), environmentExample(), hint);
});

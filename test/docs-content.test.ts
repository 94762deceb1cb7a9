import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { CONTENT_RESOURCES } from '#products/content/index.ts';

const PAGE = readFileSync(resolve(import.meta.dirname, '../docs/content.md'), 'utf8');

for (const { name, fields } of CONTENT_RESOURCES) {
  test(`docs/content.md has the columns of ${name} as they are declared`, () => {
    const [, section = ''] = PAGE.split(`### ${name}\n`);
    const [table = ''] = section.split('\n#');
    const rows = fields.map(
      (field) =>
        `| \`${field.name}\`${field.isRequired ? ' (required)' : ''} | ${field.type} | ${field.description} |`,
    );
    assert.deepEqual(
      table.split('\n').filter((line) => line.startsWith('| `')),
      rows,
    );
  });
}

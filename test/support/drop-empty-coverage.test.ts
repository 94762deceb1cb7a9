import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

test('what a killed process left empty is gone, and what others have measured is there', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'affirm-name-coverage-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'coverage-1-2-0.json'), '');
  const module = new URL('drop-empty-coverage.ts', import.meta.url).href;
  execFileSync(process.execPath, [`--import=${module}`, '--eval', ''], {
    env: { ...process.env, NODE_V8_COVERAGE: folder },
  });
  const sizes = readdirSync(folder).map((name) => statSync(join(folder, name)).size);
  assert.equal(sizes.length, 1);
  assert.ok(sizes.every((size) => size > 0));
});

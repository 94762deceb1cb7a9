import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

test('what a killed process has written a part of is gone; what others have measured, or still write, is there', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'affirm-name-coverage-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const gone = spawnSync(process.execPath, ['--version']).pid;
  const [part, whole] = ['{"result":[{"ranges":[{"count":1}]', '],"timestamp":7.5}'];
  const written = {
    [`${gone}-1`]: '',
    [`${gone}-2`]: part,
    [`${gone}-3`]: part + whole,
    [`${process.pid}-1`]: part,
  };
  for (const [name, text] of Object.entries(written))
    writeFileSync(join(folder, `coverage-${name}-0.json`), text);
  const module = new URL('drop-cut-coverage.ts', import.meta.url).href;
  execFileSync(process.execPath, [`--import=${module}`, '--eval', ''], {
    env: { ...process.env, NODE_V8_COVERAGE: folder },
  });
  const left = readdirSync(folder);
  const old = left.filter((name) => readFileSync(join(folder, name), 'utf8').startsWith(part));
  assert.deepEqual(old.toSorted(), [`coverage-${gone}-3-0.json`, `coverage-${process.pid}-1-0.json`].sort());
  assert.equal(left.length, 3, 'and its own');
});

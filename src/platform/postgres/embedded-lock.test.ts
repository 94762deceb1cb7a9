import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { acquireOwnerLock } from './embedded-lock.ts';

const NO_PROCESS = 2 ** 30;

test('a live owner keeps the folder until it gives it up', (t) => {
  const { folder, file } = lockFile(t);
  const release = acquireOwnerLock(file, folder);
  assert.throws(() => acquireOwnerLock(file, folder), {
    code: 'data_dir_in_use',
    message: new RegExp(`process ${process.pid}`),
  });
  release();
  acquireOwnerLock(file, folder)();
  assert.deepEqual(readdirSync(folder), []);
});

const stale = {
  'of a dead process': JSON.stringify({ pid: NO_PROCESS, mark: null }),
  'of an earlier process with the number of a live one': JSON.stringify({ pid: process.pid, mark: 'boot:1' }),
  'that was cut off': '{"pid":',
  'that is empty': '',
};

for (const [name, text] of Object.entries(stale)) {
  test(`a lock ${name} is taken over`, (t) => {
    const { folder, file } = lockFile(t);
    writeFileSync(file, text);
    acquireOwnerLock(file, folder);
    assert.equal((JSON.parse(readFileSync(file, 'utf8')) as { pid: number }).pid, process.pid);
    assert.deepEqual(readdirSync(folder), ['owner']);
  });
}

test('a lock that someone else has taken over is not removed', (t) => {
  const { folder, file } = lockFile(t);
  const release = acquireOwnerLock(file, folder);
  writeFileSync(file, JSON.stringify({ pid: 1, mark: null }));
  release();
  assert.equal(existsSync(file), true);
});

function lockFile(t: TestContext): { folder: string; file: string } {
  const folder = mkdtempSync(join(tmpdir(), 'affirm-name-lock-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return { folder, file: join(folder, 'owner') };
}

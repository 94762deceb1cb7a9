import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { createLocalFileStore } from '#platform/files/local-file-store.ts';
import { fileStoreConformance, listed } from './file-store.ts';

async function temporaryFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'file store '));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

fileStoreConformance('local', async (t) => createLocalFileStore(join(await temporaryFolder(t), 'files')));

test('local: what dead writers left is swept when it is old, running writers are left alone', async (t) => {
  const root = await temporaryFolder(t);
  const store = createLocalFileStore(root);
  await store.write('kept', oneChunk(1));
  const yesterday = new Date(Date.now() - 24 * 60 * 60 * 1000);
  await writeFile(join(root, '.tmp', 'dead'), 'x');
  await writeFile(join(root, '.tmp', 'alive'), 'x');
  const earlier = new Date(yesterday.getTime() - 1000);
  await utimes(join(root, '.tmp', 'dead'), earlier, earlier);
  assert.equal(await store.sweepUnfinished('', yesterday), 1);
  assert.deepEqual(await readdir(join(root, '.tmp')), ['alive']);
  assert.equal(await store.size('kept'), 1);
});

test('local: a folder that is not there yet has nothing to sweep', async (t) => {
  const store = createLocalFileStore(join(await temporaryFolder(t), 'none'));
  assert.equal(await store.sweepUnfinished('', new Date()), 0);
});

test('local: a full disk is said in words and leaves nothing behind', async (t) => {
  const root = await temporaryFolder(t);
  if (!mountSmallDisk(root)) {
    t.skip('needs root and mount, to make a small disk');
    return;
  }
  try {
    await fillDisk(root);
  } finally {
    execFileSync('umount', [root]);
  }
});

async function fillDisk(root: string): Promise<void> {
  const store = createLocalFileStore(root);
  await store.write('small', oneChunk(1000));
  await assert.rejects(store.write('large/file', oneChunk(8_000_000)), {
    kind: 'unavailable',
    code: 'storage_full',
  });
  assert.deepEqual(await readdir(join(root, '.tmp')), []);
  assert.deepEqual(
    (await listed(store, '')).map(({ key }) => key),
    ['small'],
  );
  await store.write('small-again', oneChunk(1000));
}

function mountSmallDisk(folder: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', folder], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

async function* oneChunk(bytes: number): AsyncGenerator<Uint8Array> {
  yield Buffer.alloc(bytes);
}

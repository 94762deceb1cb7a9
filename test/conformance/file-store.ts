import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { test, type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { FileStore, StoredFile } from '#platform/files/file-store.ts';

/** What every driver must do; `open` answers an empty store that is removed when the test ends. */
export function fileStoreConformance(driver: string, open: (t: TestContext) => Promise<FileStore>): void {
  const check = (title: string, body: (store: FileStore) => Promise<void>): void => {
    test(`${driver}: ${title}`, async (t) => body(await open(t)));
  };

  check('what was written is read back, with its size and SHA-256', async (store) => {
    const content = randomBytes(700_000);
    const written = await store.write('datasets/1/original', chunks(content, 65_536));
    assert.deepEqual(written, { size: content.length, sha256: sha256(content) });
    assert.equal(await store.size('datasets/1/original'), content.length);
    assert.deepEqual(await buffer(await store.read('datasets/1/original')), content);
  });

  check('an empty file is a file', async (store) => {
    assert.deepEqual(await store.write('empty', chunks(Buffer.alloc(0), 1)), {
      size: 0,
      sha256: sha256(Buffer.alloc(0)),
    });
    assert.equal(await store.size('empty'), 0);
    assert.equal((await buffer(await store.read('empty'))).length, 0);
  });

  check('a range is exactly its bytes, cut at the end of the file', async (store) => {
    await store.write('digits', chunks(Buffer.from('0123456789'), 3));
    const range = async (start?: number, end?: number): Promise<string> =>
      (
        await buffer(
          await store.read('digits', {
            ...(start === undefined ? {} : { start }),
            ...(end === undefined ? {} : { end }),
          }),
        )
      ).toString();
    assert.equal(await range(2, 5), '234');
    assert.equal(await range(7), '789');
    assert.equal(await range(undefined, 1), '0');
    assert.equal(await range(8, 100), '89');
    assert.equal(await range(4, 4), '');
    assert.equal(await range(10), '');
  });

  check('writing again replaces the file; a reader of the old one keeps it', async (store) => {
    await store.write('a/file', chunks(Buffer.from('first'), 5));
    const reader = await store.read('a/file');
    await store.write('a/file', chunks(Buffer.from('second'), 6));
    assert.equal((await buffer(reader)).toString(), 'first');
    assert.equal((await buffer(await store.read('a/file'))).toString(), 'second');
  });

  check('nothing stays behind when the source fails half way', async (store) => {
    await store.write('kept', chunks(Buffer.from('old'), 3));
    await assert.rejects(store.write('kept', failing()), /the cable was pulled/);
    await assert.rejects(store.write('new/file', failing()), /the cable was pulled/);
    assert.equal((await buffer(await store.read('kept'))).toString(), 'old');
    assert.deepEqual(await keys(store, ''), ['kept']);
  });

  check('a file larger than its limit is refused and leaves nothing', async (store) => {
    const source = (): AsyncIterable<Uint8Array> => chunks(Buffer.alloc(1000), 100);
    await assert.rejects(store.write('large', source(), { maxBytes: 999 }), {
      kind: 'too_large',
      code: 'file_too_large',
    });
    assert.deepEqual(await keys(store, ''), []);
    assert.equal((await store.write('large', source(), { maxBytes: 1000 })).size, 1000);
  });

  check('an aborted write leaves nothing', async (store) => {
    const controller = new AbortController();
    const source = async function* (): AsyncGenerator<Uint8Array> {
      yield Buffer.from('some');
      controller.abort();
      yield Buffer.from('more');
    };
    await assert.rejects(store.write('file', source(), { signal: controller.signal }), {
      name: 'AbortError',
    });
    assert.deepEqual(await keys(store, ''), []);
  });

  check('what is not there: no size, not found, fine to delete', async (store) => {
    assert.equal(await store.size('no/file'), undefined);
    await assert.rejects(store.read('no/file'), { kind: 'not_found' });
    await store.delete('no/file');
  });

  check('a deleted file is gone, its neighbour stays', async (store) => {
    await store.write('d/1/original', chunks(Buffer.from('1'), 1));
    await store.write('d/2/original', chunks(Buffer.from('2'), 1));
    await store.delete('d/1/original');
    assert.equal(await store.size('d/1/original'), undefined);
    assert.deepEqual(await keys(store, ''), ['d/2/original']);
    await store.write('d/1/original', chunks(Buffer.from('again'), 1));
    assert.equal(await store.size('d/1/original'), 5);
  });

  check('a listing has all keys with the prefix, with size and time', async (store) => {
    for (const key of ['a/1', 'a/2/x', 'ab', 'b/1']) await store.write(key, chunks(Buffer.from(key), 1));
    assert.deepEqual(await keys(store, ''), ['a/1', 'a/2/x', 'ab', 'b/1']);
    assert.deepEqual(await keys(store, 'a/'), ['a/1', 'a/2/x']);
    assert.deepEqual(await keys(store, 'a'), ['a/1', 'a/2/x', 'ab']);
    assert.deepEqual(await keys(store, 'c/'), []);
    const [file] = await listed(store, 'ab');
    assert.equal(file?.size, 2);
    assert.ok(Math.abs(Date.now() - (file?.modifiedAt.getTime() ?? 0)) < 60_000);
  });

  check('a key that leads elsewhere is refused by every operation', async (store) => {
    for (const key of ['../up', 'a/../../up', '/etc/passwd', 'a//b', '', 'a/', '.tmp/x', 'a\0b', 'a\\b']) {
      await assert.rejects(async () => store.write(key, chunks(Buffer.from('x'), 1)), /Not a file key/, key);
      await assert.rejects(async () => store.read(key), /Not a file key/, key);
      await assert.rejects(async () => store.size(key), /Not a file key/, key);
      await assert.rejects(async () => store.delete(key), /Not a file key/, key);
    }
  });

  check('two writers of one key: one of the two whole files stays', async (store) => {
    const [a, b] = [Buffer.alloc(300_000, 'a'), Buffer.alloc(300_000, 'b')];
    await Promise.all([store.write('same', chunks(a, 1000)), store.write('same', chunks(b, 1000))]);
    const kept = await buffer(await store.read('same'));
    assert.ok(kept.equals(a) || kept.equals(b));
  });

  check('a reader that is slower than the file comes gets every byte', async (store) => {
    const content = randomBytes(3_000_000);
    await store.write('slowly', chunks(content, 100_000));
    const pieces: Buffer[] = [];
    for await (const piece of await store.read('slowly', { start: 1 })) {
      pieces.push(piece as Buffer);
      await delay(1);
    }
    assert.ok(Buffer.concat(pieces).equals(content.subarray(1)));
  });

  check('a reader that is aborted ends with the abort, one that is left holds nothing up', async (store) => {
    await store.write('long', chunks(Buffer.alloc(5_000_000), 100_000));
    const controller = new AbortController();
    await assert.rejects(
      async () => {
        for await (const piece of await store.read('long', {}, controller.signal)) {
          assert.ok((piece as Buffer).length < 5_000_000);
          controller.abort();
        }
      },
      { name: 'AbortError' },
    );
    for await (const piece of await store.read('long')) {
      assert.ok((piece as Buffer).length > 0);
      break;
    }
    assert.equal(await store.size('long'), 5_000_000);
  });

  check('nothing unfinished is left to sweep by writers that ended', async (store) => {
    await store.write('kept', chunks(Buffer.from('old'), 3));
    await assert.rejects(store.write('new/file', failing()));
    assert.equal(await store.sweepUnfinished('', new Date(Date.now() + 60_000)), 0);
    assert.equal(await store.size('kept'), 3);
  });

  check('it can be reached', (store) => store.check());
}

async function* chunks(content: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < content.length; start += size) yield content.subarray(start, start + size);
}

async function* failing(): AsyncGenerator<Uint8Array> {
  yield Buffer.from('half');
  throw new Error('the cable was pulled');
}

async function keys(store: FileStore, prefix: string): Promise<string[]> {
  return (await listed(store, prefix)).map(({ key }) => key).sort();
}

export async function listed(store: FileStore, prefix: string): Promise<StoredFile[]> {
  const files: StoredFile[] = [];
  for await (const file of store.list(prefix)) files.push(file);
  return files;
}

function sha256(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

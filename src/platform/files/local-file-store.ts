import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import {
  access,
  constants,
  type FileHandle,
  mkdir,
  open,
  readdir,
  rename,
  rm,
  rmdir,
  stat,
} from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { Readable } from 'node:stream';
import { newId } from '#platform/ids.ts';
import { releaseAsRead } from '#platform/memory.ts';
import {
  assertKey,
  fileNotFound,
  type FileStore,
  fileTooLarge,
  storageFull,
  type StoredFile,
  type WriteOptions,
} from './file-store.ts';

/** Beside the files, so that a rename never crosses file systems. No key begins with a dot. */
const TEMPORARY = '.tmp';
const READ_CHUNK_BYTES = 256 * 1024;

/** Files in a folder of this machine. `root` is made when it is missing. */
export function createLocalFileStore(root: string): FileStore {
  const pathOf = (key: string): string => {
    assertKey(key);
    return join(root, ...key.split('/'));
  };
  return {
    async write(key, source, options = {}) {
      const path = pathOf(key);
      const temporary = join(root, TEMPORARY, newId());
      await mkdir(dirname(temporary), { recursive: true });
      try {
        const written = await writeThrough(temporary, source, options);
        await moveInto(root, temporary, path);
        return written;
      } catch (error) {
        await rm(temporary, { force: true });
        throw storageError(error);
      }
    },
    read: (key, range, signal) => openForReading(pathOf(key), range, signal),
    async size(key) {
      return (await stat(pathOf(key)).catch(undefinedIfMissing))?.size;
    },
    async delete(key) {
      const path = pathOf(key);
      await rm(path, { force: true });
      await removeEmptyFolders(root, dirname(path));
    },
    list: (prefix) => listFiles(root, prefix),
    // What is not finished has no key yet.
    sweepUnfinished: (_prefix, before) => sweepTemporaryFiles(root, before),
    async check() {
      await mkdir(root, { recursive: true });
      await access(root, constants.R_OK | constants.W_OK);
    },
  };
}

async function sweepTemporaryFiles(root: string, before: Date): Promise<number> {
  const folder = join(root, TEMPORARY);
  const names = (await readdir(folder).catch(undefinedIfMissing)) ?? [];
  let swept = 0;
  for (const name of names) {
    const found = await stat(join(folder, name)).catch(undefinedIfMissing);
    if (found === undefined || found.mtime >= before) continue;
    await rm(join(folder, name), { force: true });
    swept += 1;
  }
  return swept;
}

async function writeThrough(
  path: string,
  source: AsyncIterable<Uint8Array>,
  { signal, maxBytes = 0, isReused = false }: WriteOptions,
): Promise<{ size: number; sha256: string }> {
  const hash = createHash('sha256');
  let size = 0;
  const release = releaseAsRead();
  await using file = await open(path, 'wx');
  for await (const chunk of source) {
    signal?.throwIfAborted();
    size += chunk.byteLength;
    if (!isReused) release(chunk.byteLength);
    if (maxBytes > 0 && size > maxBytes) throw fileTooLarge(maxBytes);
    hash.update(chunk);
    await writeAll(file, chunk);
  }
  signal?.throwIfAborted();
  await file.sync();
  return { size, sha256: hash.digest('hex') };
}

/** One `write` may take fewer bytes than it was given. */
async function writeAll(file: FileHandle, chunk: Uint8Array): Promise<void> {
  let offset = 0;
  while (offset < chunk.byteLength) {
    const { bytesWritten } = await file.write(chunk, offset, chunk.byteLength - offset);
    offset += bytesWritten;
  }
}

async function moveInto(root: string, temporary: string, path: string): Promise<void> {
  const folder = dirname(path);
  const made = await mkdir(folder, { recursive: true });
  try {
    await rename(temporary, path);
  } catch (error) {
    // A delete may have taken the folder, empty until now, away between the two steps.
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    await mkdir(folder, { recursive: true });
    await rename(temporary, path);
  }
  // A rename outlives a crash once its folder is on disk, and a new folder once its parents are.
  await syncFolder(folder);
  if (made === undefined) return;
  for (let parent = folder; parent !== root;) {
    parent = dirname(parent);
    await syncFolder(parent);
  }
}

async function syncFolder(path: string): Promise<void> {
  // Windows has no handle for a folder; there a rename is durable by itself.
  if (process.platform === 'win32') return;
  await using folder = await open(path, 'r');
  await folder.sync();
}

async function openForReading(
  path: string,
  { start = 0, end }: { start?: number; end?: number } = {},
  signal?: AbortSignal,
): Promise<Readable> {
  const found = await stat(path).catch(undefinedIfMissing);
  if (found === undefined) throw fileNotFound();
  const last = Math.min(end ?? found.size, found.size);
  if (start >= last) return Readable.from([]);
  return createReadStream(path, {
    start,
    end: last - 1,
    highWaterMark: READ_CHUNK_BYTES,
    ...(signal === undefined ? {} : { signal }),
  });
}

async function* listFiles(root: string, prefix: string): AsyncGenerator<StoredFile> {
  const folder = join(root, ...prefix.split('/').slice(0, -1));
  const entries =
    (await readdir(folder, { recursive: true, withFileTypes: true }).catch(undefinedIfMissing)) ?? [];
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    const key = relative(root, path).split(sep).join('/');
    if (!entry.isFile() || !key.startsWith(prefix) || key.startsWith(TEMPORARY)) continue;
    const found = await stat(path).catch(undefinedIfMissing);
    if (found !== undefined) yield { key, size: found.size, modifiedAt: found.mtime };
  }
}

async function removeEmptyFolders(root: string, folder: string): Promise<void> {
  for (let current = folder; current !== root; current = dirname(current)) {
    try {
      await rmdir(current);
    } catch {
      return;
    }
  }
}

function undefinedIfMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error;
}

function storageError(error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOSPC' || code === 'EDQUOT' ? storageFull(error) : error;
}

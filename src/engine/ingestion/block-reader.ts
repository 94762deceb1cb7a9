import { buffer } from 'node:stream/consumers';
import type { FileStore } from '#platform/files/file-store.ts';

const WINDOW_BYTES = 1024 * 1024;

/** Random access to a stored file. No file is held open between two reads. */
export interface BlockReader {
  readonly size: number;
  /** The bytes from `start` to `end`, fewer where the file ends. */
  read(start: number, end: number, signal?: AbortSignal): Promise<Buffer>;
}

/** Reads ahead, so that neighbouring small reads (headers, small entries) cost one access together. */
export function createBlockReader(store: FileStore, key: string, size: number): BlockReader {
  let windowStart = 0;
  let window: Buffer = Buffer.alloc(0);

  return {
    size,
    async read(start, end, signal) {
      const wantedEnd = Math.min(end, size);
      if (start < windowStart || wantedEnd > windowStart + window.length) {
        const readEnd = Math.min(Math.max(wantedEnd, start + WINDOW_BYTES), size);
        const bytes = await readRange(store, key, { start, end: readEnd }, signal);
        // Another read may have moved the window meanwhile; the answer comes from these bytes.
        [windowStart, window] = [start, bytes];
        return bytes.subarray(0, Math.max(0, wantedEnd - start));
      }
      return window.subarray(start - windowStart, Math.max(start, wantedEnd) - windowStart);
    },
  };
}

async function readRange(
  store: FileStore,
  key: string,
  range: { start: number; end: number },
  signal?: AbortSignal,
): Promise<Buffer> {
  if (range.end <= range.start) return Buffer.alloc(0);
  return buffer(await store.read(key, range, signal));
}

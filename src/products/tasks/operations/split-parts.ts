import { createReadStream } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ownString } from '#engine/ingestion/own-string.ts';

/** The records of a table by the value of one column, put aside on disk. */
export interface Parts {
  readonly size: number;
  has(value: string): boolean;
  /** The bytes are copied. */
  add(value: string, line: Buffer): void;
  /** Writes to disk what memory should not hold any longer. */
  settle(): Promise<void>;
  /** All bytes, part by part in the order in which their values came; the first piece of a part names its value. */
  read(): AsyncGenerator<{ readonly value?: string; readonly bytes: Buffer }>;
}

interface Part {
  readonly path: string;
  /** What is not on disk yet: the first `filled` bytes. */
  waiting: Buffer;
  filled: number;
  isOnDisk: boolean;
}

/** In memory before parts are written to disk. */
const MOST_WAITING_BYTES = 16 * 1024 * 1024;
const FIRST_BYTES = 512;
const NOTHING = Buffer.alloc(0);

/** A file for each value; none is held open, so that there may be many. */
export function createParts(folder: string): Parts {
  const parts = new Map<string, Part>();
  let waitingBytes = 0;

  return {
    get size() {
      return parts.size;
    },
    has: (value) => parts.has(value),
    add(value, line) {
      let part = parts.get(value);
      if (part === undefined) {
        const path = join(folder, `part-${parts.size}`);
        part = { path, waiting: NOTHING, filled: 0, isOnDisk: false };
        parts.set(ownString(value), part);
      }
      if (part.filled + line.length > part.waiting.length) waitingBytes += grow(part, line.length);
      part.waiting.set(line, part.filled);
      part.filled += line.length;
    },
    async settle() {
      if (waitingBytes < MOST_WAITING_BYTES) return;
      for (const part of parts.values()) {
        if (part.filled === 0) continue;
        await appendFile(part.path, part.waiting.subarray(0, part.filled));
        part.waiting = NOTHING;
        part.filled = 0;
        part.isOnDisk = true;
      }
      waitingBytes = 0;
    },
    async *read() {
      for (const [value, part] of parts) {
        let isFirst = true;
        const pieces = part.isOnDisk ? createReadStream(part.path) : [];
        for await (const bytes of pieces) {
          yield isFirst ? { value, bytes: bytes as Buffer } : { bytes: bytes as Buffer };
          isFirst = false;
        }
        const rest = part.waiting.subarray(0, part.filled);
        if (rest.length > 0) yield isFirst ? { value, bytes: rest } : { bytes: rest };
      }
    },
  };
}

/** Makes room for some bytes; answers how much more memory the part takes. */
function grow(part: Part, bytes: number): number {
  const before = part.waiting.length;
  const larger = Buffer.allocUnsafe(Math.max(FIRST_BYTES, 2 * before, part.filled + bytes));
  part.waiting.copy(larger, 0, 0, part.filled);
  part.waiting = larger;
  return larger.length - before;
}

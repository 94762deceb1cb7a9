import { createReadStream } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The records of a table by the value of one column, put aside on disk. */
export interface Parts {
  readonly size: number;
  has(value: string): boolean;
  add(value: string, record: Buffer, lineBreak: string): void;
  /** Writes to disk what memory should not hold any longer. */
  settle(): Promise<void>;
  /** All bytes, part by part in the order in which their values came; the first piece of a part names its value. */
  read(): AsyncGenerator<{ readonly value?: string; readonly bytes: Buffer }>;
}

interface Part {
  readonly path: string;
  waiting: Buffer[];
  isOnDisk: boolean;
}

/** In memory before parts are written to disk. */
const MOST_WAITING_BYTES = 16 * 1024 * 1024;

/** A file for each value; none is held open, so that there may be many. */
export function createParts(folder: string): Parts {
  const parts = new Map<string, Part>();
  let waitingBytes = 0;

  return {
    get size() {
      return parts.size;
    },
    has: (value) => parts.has(value),
    add(value, record, lineBreak) {
      let part = parts.get(value);
      if (part === undefined) {
        part = { path: join(folder, `part-${parts.size}`), waiting: [], isOnDisk: false };
        parts.set(value, part);
      }
      part.waiting.push(record, Buffer.from(lineBreak));
      waitingBytes += record.length + lineBreak.length;
    },
    async settle() {
      if (waitingBytes < MOST_WAITING_BYTES) return;
      for (const part of parts.values()) {
        if (part.waiting.length === 0) continue;
        await appendFile(part.path, Buffer.concat(part.waiting));
        part.waiting = [];
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
        const rest = Buffer.concat(part.waiting);
        if (rest.length > 0) yield isFirst ? { value, bytes: rest } : { bytes: rest };
      }
    },
  };
}

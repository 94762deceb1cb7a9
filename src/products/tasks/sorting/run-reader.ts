import { closeSync, openSync, readSync } from 'node:fs';
import { ENTRY_HEAD } from './sort-run.ts';

/** Reads the entries of a run file one after the other. */
export interface RunReader {
  /** The entry that it stands on; valid until `next`. */
  key: Buffer;
  record: Buffer;
  /** The first 6 bytes of the key as a number, so that most comparisons look at nothing else. */
  head: number;
  /** Steps on; false behind the last entry. */
  next(): boolean;
  close(): void;
}

const HEAD_BYTES = 6;

export function openRunReader(path: string, blockBytes: number): RunReader {
  const file = openSync(path, 'r');
  let block = Buffer.allocUnsafe(blockBytes);
  let filled = 0;
  let at = 0;

  /** Whether so many bytes stand at `at`. */
  function has(bytes: number): boolean {
    if (at + bytes <= filled) return true;
    const rest = block.subarray(at, filled);
    const target = bytes > block.length ? Buffer.allocUnsafe(bytes) : block;
    rest.copy(target);
    [block, filled, at] = [target, rest.length, 0];
    while (filled < bytes) {
      const read = readSync(file, block, filled, block.length - filled, null);
      if (read === 0) return false;
      filled += read;
    }
    return true;
  }

  const reader: RunReader = {
    key: block,
    record: block,
    head: 0,
    next() {
      if (!has(ENTRY_HEAD)) return false;
      const keyBytes = block.readUInt32LE(at);
      const recordBytes = block.readUInt32LE(at + 4);
      if (!has(ENTRY_HEAD + keyBytes + recordBytes)) throw new Error('a run of the sort is cut off');
      const from = at + ENTRY_HEAD;
      reader.key = block.subarray(from, from + keyBytes);
      reader.record = block.subarray(from + keyBytes, from + keyBytes + recordBytes);
      reader.head = headOf(reader.key);
      at = from + keyBytes + recordBytes;
      return true;
    },
    close: () => closeSync(file),
  };
  return reader;
}

function headOf(key: Buffer): number {
  if (key.length >= HEAD_BYTES) return key.readUIntBE(0, HEAD_BYTES);
  let head = 0;
  for (let at = 0; at < HEAD_BYTES; at++) head = head * 256 + (key[at] ?? 0);
  return head;
}

import type { DuckDb } from '#platform/duckdb/database.ts';
import { orderOfKeys } from './sort-run.query.ts';

/** An entry in memory and on disk: size of the key, size of the record (4 bytes each), key, record. */
export const ENTRY_HEAD = 8;

/** Of longer keys DuckDB gets so much; where that leaves several alike, they are compared here. */
const SHOWN_KEY_BYTES = 64;

/** Records that are gathered in memory until there are enough of them to be sorted. */
export interface SortRun {
  readonly bytes: number;
  readonly count: number;
  add(key: Uint8Array, parts: readonly Uint8Array[]): void;
  /** All entries in the order of their keys, equal ones as they came; empty afterwards. */
  take(db: DuckDb, entry: (bytes: Buffer) => void): Promise<void>;
}

export function createSortRun(expectedBytes: number): SortRun {
  let memory = Buffer.allocUnsafe(expectedBytes);
  let starts = new Uint32Array(Math.max(16, expectedBytes >> 6));
  let filled = 0;
  let count = 0;

  const keyAt = (at: number, most = Infinity): Buffer => {
    const start = starts[at] as number;
    const from = start + ENTRY_HEAD;
    return memory.subarray(from, from + Math.min(most, memory.readUInt32LE(start)));
  };
  const isCut = (at: number): boolean => memory.readUInt32LE(starts[at]) > SHOWN_KEY_BYTES;

  return {
    get bytes() {
      return filled;
    },
    get count() {
      return count;
    },
    add(key, parts) {
      let size = 0;
      for (const part of parts) size += part.length;
      const end = filled + ENTRY_HEAD + key.length + size;
      if (end > memory.length) memory = grown(memory, filled, end);
      if (count === starts.length) {
        const more = new Uint32Array(starts.length * 2);
        more.set(starts);
        starts = more;
      }
      starts[count++] = filled;
      memory.writeUInt32LE(key.length, filled);
      memory.writeUInt32LE(size, filled + 4);
      memory.set(key, filled + ENTRY_HEAD);
      let at = filled + ENTRY_HEAD + key.length;
      for (const part of parts) {
        memory.set(part, at);
        at += part.length;
      }
      filled = end;
    },
    async take(db, entry) {
      const places = await orderOfKeys(db, count, (at) => keyAt(at, SHOWN_KEY_BYTES));
      for (const at of settled(places, keyAt, isCut)) {
        const start = starts[at] as number;
        entry(memory.subarray(start, at + 1 < count ? starts[at + 1] : filled));
      }
      filled = 0;
      count = 0;
    },
  };
}

function grown(memory: Buffer, filled: number, needed: number): Buffer<ArrayBuffer> {
  const larger = Buffer.allocUnsafe(Math.max(needed, memory.length + (memory.length >> 1)));
  memory.copy(larger, 0, 0, filled);
  return larger;
}

/** Puts those in order whose keys are alike as far as they were shown. */
function settled(
  places: readonly number[],
  keyAt: (at: number, most?: number) => Buffer,
  isCut: (at: number) => boolean,
): readonly number[] {
  const order = [...places];
  for (let from = 0; from < order.length; from++) {
    const first = order[from] as number;
    if (!isCut(first)) continue;
    const shown = keyAt(first, SHOWN_KEY_BYTES);
    let end = from + 1;
    while (end < order.length && keyAt(order[end] as number, SHOWN_KEY_BYTES).equals(shown)) end++;
    const alike = order.slice(from, end).sort((a, b) => Buffer.compare(keyAt(a), keyAt(b)) || a - b);
    for (const [offset, at] of alike.entries()) order[from + offset] = at;
    from = end - 1;
  }
  return order;
}

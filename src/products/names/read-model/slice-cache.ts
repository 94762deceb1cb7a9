import type { SliceRows } from './pages.query.ts';

/** Bytes of a cached slice besides its columns: objects, key, map entry. */
const OVERHEAD_BYTES = 300;

/** Decoded slices by id, the least recently used dropped first. Slices never change, so nothing is ever invalidated. */
export interface SliceCache<Rows extends SliceRows> {
  get(id: string): Rows | undefined;
  set(id: string, rows: Rows): void;
  /** True when a further slice would drop another one. */
  isFull(): boolean;
}

export function createSliceCache<Rows extends SliceRows = SliceRows>(maxBytes: number): SliceCache<Rows> {
  const entries = new Map<string, Rows>();
  let bytes = 0;

  return {
    isFull: () => bytes >= maxBytes,
    get(id) {
      const rows = entries.get(id);
      if (rows) {
        entries.delete(id);
        entries.set(id, rows);
      }
      return rows;
    },
    set(id, rows) {
      const former = entries.get(id);
      if (former) {
        bytes -= sizeOf(former);
        entries.delete(id);
      }
      entries.set(id, rows);
      bytes += sizeOf(rows);
      for (const [oldest, oldRows] of entries) {
        if (bytes <= maxBytes || oldest === id) break;
        entries.delete(oldest);
        bytes -= sizeOf(oldRows);
      }
    },
  };
}

function sizeOf({ numbers, counts }: SliceRows): number {
  return numbers.byteLength + counts.byteLength + OVERHEAD_BYTES;
}

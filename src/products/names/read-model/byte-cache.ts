/** Bytes of an entry besides its columns: objects, key, map entry. */
const OVERHEAD_BYTES = 300;
/** So full, a cache keeps its entries in the order of their use. */
const ORDERED_FROM = 0.75;

/** Columns by key, the least recently used dropped first. What is kept never changes, so nothing is ever invalidated. */
export interface ByteCache<Key, Value> {
  get(key: Key): Value | undefined;
  set(key: Key, value: Value): void;
  /** True when a further entry would drop another one. */
  isFull(): boolean;
}

/** `bytesOf`: the bytes that the columns of an entry take. */
export function createByteCache<Key, Value>(
  maxBytes: number,
  bytesOf: (value: Value) => number,
): ByteCache<Key, Value> {
  const entries = new Map<Key, Value>();
  let bytes = 0;

  function drop(key: Key, value: Value): void {
    entries.delete(key);
    bytes -= bytesOf(value) + OVERHEAD_BYTES;
  }

  return {
    isFull: () => bytes >= maxBytes,
    get(key) {
      const value = entries.get(key);
      // With room to spare, nothing is dropped soon, and the order need not be kept at every look.
      if (value !== undefined && bytes > maxBytes * ORDERED_FROM) {
        entries.delete(key);
        entries.set(key, value);
      }
      return value;
    },
    set(key, value) {
      const former = entries.get(key);
      if (former !== undefined) drop(key, former);
      entries.set(key, value);
      bytes += bytesOf(value) + OVERHEAD_BYTES;
      for (const [oldest, oldValue] of entries) {
        if (bytes <= maxBytes || oldest === key) break;
        drop(oldest, oldValue);
      }
    },
  };
}

/** For columns of names. */
export function bytesOfRows(rows: {
  readonly numbers: Int32Array;
  readonly counts: Int32Array;
  readonly ranks?: Int32Array;
}): number {
  return rows.numbers.byteLength + rows.counts.byteLength + (rows.ranks?.byteLength ?? 0);
}

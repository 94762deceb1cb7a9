import { UNIT } from './exact-number.ts';

/**
 * What is put aside under the key of a group. `slot`: the column of the table that a figure is of; of filled cells that
 * are counted its complement, so that both counts of a column stay apart.
 */
export type Entry =
  | { readonly kind: 'record'; readonly place: number; readonly cells: string }
  | { readonly kind: 'number'; readonly slot: number; readonly whole: bigint; readonly part: bigint }
  | { readonly kind: 'count'; readonly slot: number; readonly count: number };

const [RECORD, NUMBER, COUNT] = [0, 1, 2];

/** `cells`: those of the group, as JSON. */
export function recordEntry(place: number, cells: string): Buffer {
  const entry = Buffer.allocUnsafe(9 + Buffer.byteLength(cells));
  entry[0] = RECORD;
  entry.writeDoubleLE(place, 1);
  entry.write(cells, 9);
  return entry;
}

/** Whole part and rest are kept apart: the sum of either fits into 128 bits, whatever is added up. */
export function numberEntry(slot: number, value: bigint): Buffer {
  const entry = Buffer.allocUnsafe(21);
  entry[0] = NUMBER;
  entry.writeInt32LE(slot, 1);
  entry.writeBigInt64LE(value / UNIT, 5);
  entry.writeBigInt64LE(value % UNIT, 13);
  return entry;
}

export function countEntry(slot: number, count: number): Buffer {
  const entry = Buffer.allocUnsafe(13);
  entry[0] = COUNT;
  entry.writeInt32LE(slot, 1);
  entry.writeDoubleLE(count, 5);
  return entry;
}

export function parseEntry(entry: Buffer): Entry {
  if (entry[0] === RECORD) {
    return { kind: 'record', place: entry.readDoubleLE(1), cells: entry.toString('utf8', 9) };
  }
  const slot = entry.readInt32LE(1);
  if (entry[0] === COUNT) return { kind: 'count', slot, count: entry.readDoubleLE(5) };
  return { kind: 'number', slot, whole: entry.readBigInt64LE(5), part: entry.readBigInt64LE(13) };
}

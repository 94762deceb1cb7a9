const FIRST_CAPACITY = 1 << 16;

/** Rows as four columns of 32-bit numbers: 16 bytes a row and no object. */
export interface RowColumns {
  length: number;
  /** Number of the slice in the registry of this import. */
  slice: Int32Array;
  /** Number of the name in this import (not in the dictionary). */
  name: Int32Array;
  count: Int32Array;
  /** Line of the inner file, for reports. */
  line: Int32Array;
}

export function createRowColumns(capacity = FIRST_CAPACITY): RowColumns {
  return {
    length: 0,
    slice: new Int32Array(capacity),
    name: new Int32Array(capacity),
    count: new Int32Array(capacity),
    line: new Int32Array(capacity),
  };
}

export function appendRow(rows: RowColumns, slice: number, name: number, count: number, line: number): void {
  if (rows.length === rows.slice.length) grow(rows);
  const at = rows.length++;
  rows.slice[at] = slice;
  rows.name[at] = name;
  rows.count[at] = count;
  rows.line[at] = line;
}

function grow(rows: RowColumns): void {
  const capacity = rows.slice.length * 2;
  for (const column of ['slice', 'name', 'count', 'line'] as const) {
    const larger = new Int32Array(capacity);
    larger.set(rows[column]);
    rows[column] = larger;
  }
}

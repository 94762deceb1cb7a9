const BLOCK_BITS = 16;
const BLOCK_ROWS = 1 << BLOCK_BITS;
const ROW_NUMBERS = 4;

/** Bytes of one row in memory and on disk. */
export const BYTES_PER_ROW = ROW_NUMBERS * 4;

/** Rows of four 32-bit numbers in blocks of a megabyte: no object a row, nothing copied as they grow. */
export interface RowColumns {
  length: number;
  readonly blocks: Int32Array[];
}

export function createRowColumns(): RowColumns {
  return { length: 0, blocks: [] };
}

/** `slice` and `name` are numbers of this import, `line` is that of the inner file. */
export function appendRow(rows: RowColumns, slice: number, name: number, count: number, line: number): void {
  const at = (rows.length & (BLOCK_ROWS - 1)) * ROW_NUMBERS;
  if (at === 0) rows.blocks.push(new Int32Array(BLOCK_ROWS * ROW_NUMBERS));
  const block = rows.blocks[rows.length >>> BLOCK_BITS] as Int32Array;
  block[at] = slice;
  block[at + 1] = name;
  block[at + 2] = count;
  block[at + 3] = line;
  rows.length++;
}

export function sliceAt(rows: RowColumns, row: number): number {
  return numberAt(rows, row, 0);
}

export function nameAt(rows: RowColumns, row: number): number {
  return numberAt(rows, row, 1);
}

export function countAt(rows: RowColumns, row: number): number {
  return numberAt(rows, row, 2);
}

export function lineAt(rows: RowColumns, row: number): number {
  return numberAt(rows, row, 3);
}

function numberAt({ blocks }: RowColumns, row: number, column: number): number {
  const block = blocks[row >>> BLOCK_BITS] as Int32Array;
  return block[(row & (BLOCK_ROWS - 1)) * ROW_NUMBERS + column] as number;
}

const BLOCK_BITS = 16;
const BLOCK_ROWS = 1 << BLOCK_BITS;

/** Numbers of a row: slice, name, count, line; and a mark where the parser keeps one. */
export type RowWidth = 4 | 5;

/** Rows of 32-bit numbers in blocks of about a megabyte: no object a row, nothing copied as they grow. */
export interface RowColumns {
  length: number;
  readonly width: RowWidth;
  readonly blocks: Int32Array[];
}

export function createRowColumns(width: RowWidth = 4): RowColumns {
  return { length: 0, width, blocks: [] };
}

/**
 * `slice` and `name` are numbers of this import, `line` is that of the inner file. A count of 0 stands for a hidden
 * one; `mark` is the office's rank (0: none) or what tells records of one name apart.
 */
export function appendRow(
  rows: RowColumns,
  slice: number,
  name: number,
  count: number,
  line: number,
  mark: number,
): void {
  const { width } = rows;
  const at = (rows.length & (BLOCK_ROWS - 1)) * width;
  if (at === 0) rows.blocks.push(new Int32Array(BLOCK_ROWS * width));
  const block = rows.blocks[rows.length >>> BLOCK_BITS] as Int32Array;
  block[at] = slice;
  block[at + 1] = name;
  block[at + 2] = count;
  block[at + 3] = line;
  if (width === 5) block[at + 4] = mark;
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

/** 0 where rows have no marks. */
export function markAt(rows: RowColumns, row: number): number {
  return rows.width === 5 ? numberAt(rows, row, 4) : 0;
}

function numberAt({ blocks, width }: RowColumns, row: number, column: number): number {
  const block = blocks[row >>> BLOCK_BITS] as Int32Array;
  return block[(row & (BLOCK_ROWS - 1)) * width + column] as number;
}

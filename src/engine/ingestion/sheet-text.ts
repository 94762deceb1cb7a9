import type { CellObject, DenseWorkSheet } from '@e965/xlsx';
import { cellText } from './cell-text.ts';

/** A sheet that is larger than sheets can be, or its text larger than it may be. */
export class SheetTooLargeError extends Error {
  override readonly name = 'SheetTooLargeError';
}

export interface SheetForm {
  /** The workbook counts days from 1904. */
  readonly startsIn1904: boolean;
  /** Lines end with the last column of the widest row; otherwise each with its own last cell. */
  readonly evenRows: boolean;
  /** Throws SheetTooLargeError beyond. */
  readonly maxBytes: number;
}

/** Holes are rows and cells without content. */
type Rows = readonly (Row | undefined)[];
type Row = readonly (CellObject | undefined)[];

const MOST_ROWS = 1_048_576;
const MOST_COLUMNS = 16_384;
const PIECE_CHARACTERS = 256 * 1024;
const SPECIAL = /[",\r\n]/;

/**
 * A sheet as CSV in UTF-8: one line for each row from the first on, so that line numbers are those of the sheet, and
 * cells from column A on. A row without content is an empty line.
 */
export function sheetText(sheet: DenseWorkSheet, form: SheetForm): Buffer {
  const rows: Rows = sheet['!data'] ?? [];
  if (rows.length > MOST_ROWS) throw new SheetTooLargeError('it has more rows than a sheet can have');
  const width = form.evenRows ? widestRow(rows, form.startsIn1904) : 0;
  const pieces: Buffer[] = [];
  let bytes = 0;
  let text = '';
  const flush = (): void => {
    const piece = Buffer.from(text);
    bytes += piece.length;
    if (bytes > form.maxBytes) throw new SheetTooLargeError(`its text has more than ${form.maxBytes} bytes`);
    pieces.push(piece);
    text = '';
  };
  for (let at = 0; at < rows.length; at++) {
    text += `${rowText(rows[at], form.startsIn1904, width)}\n`;
    if (text.length > PIECE_CHARACTERS) flush();
  }
  flush();
  return Buffer.concat(pieces);
}

function rowText(row: Row | undefined, startsIn1904: boolean, width: number): string {
  if (row === undefined) return '';
  const cells = cellsOf(row, startsIn1904);
  if (cells.length === 0) return '';
  while (cells.length < width) cells.push('');
  return cells.join(',');
}

/** Written as CSV, without the empty ones at the end. */
function cellsOf(row: Row, startsIn1904: boolean): string[] {
  if (row.length > MOST_COLUMNS) throw new SheetTooLargeError('it has more columns than a sheet can have');
  const cells: string[] = [];
  for (let at = 0; at < row.length; at++) {
    const cell = row[at];
    const text = cell === undefined ? '' : cellText(cell, startsIn1904);
    if (text === '') continue;
    while (cells.length < at) cells.push('');
    cells.push(SPECIAL.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  }
  return cells;
}

function widestRow(rows: Rows, startsIn1904: boolean): number {
  let width = 0;
  for (const row of rows) {
    if (row === undefined || row.length <= width) continue;
    width = Math.max(width, cellsOf(row, startsIn1904).length);
  }
  return width;
}

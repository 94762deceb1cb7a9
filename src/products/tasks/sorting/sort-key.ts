import { decimalKey, parseDecimal, turnedRound } from './number-key.ts';

/** How the cells of a column are compared. */
export type Comparison = 'text' | 'caseless' | 'number';

export interface KeyColumn {
  /** From 0. */
  readonly at: number;
  readonly compare: Comparison;
  readonly isDescending: boolean;
}

/** The key of a record: bytes that compare as its cells do. One buffer for all: valid until the next call. */
export type KeyWriter = (cells: readonly string[]) => Buffer;

const [NUMBER, NO_NUMBER] = [1, 2];

/**
 * Keys whose bytes, compared one by one, give the order of `columns`: text by code point, `caseless` by its folded
 * form, numbers by value with whatever is no number behind them, ascending or descending.
 */
export function createKeyWriter(columns: readonly KeyColumn[]): KeyWriter {
  let key = Buffer.allocUnsafe(1024);
  let size = 0;

  return (cells) => {
    size = 0;
    for (const column of columns) {
      const cell = cells[column.at] as string;
      if (column.compare === 'number') addNumber(cell, column.isDescending);
      else addText(column.compare === 'caseless' ? foldCase(cell) : cell, column.isDescending);
    }
    return key.subarray(0, size);
  };

  function addNumber(cell: string, isDescending: boolean): void {
    const number = parseDecimal(cell);
    reserve(2);
    key[size++] = number === undefined ? NO_NUMBER : NUMBER;
    if (number === undefined) return;
    const bytes = decimalKey(number);
    reserve(bytes.length);
    size += key.write(isDescending ? turnedRound(bytes) : bytes, size, 'latin1');
  }

  /** Two NUL end a text and come before whatever goes on; a NUL of the text itself is followed by 1. */
  function addText(text: string, isDescending: boolean): void {
    const marked = text.includes('\0') ? text.replaceAll('\0', '\0\x01') : text;
    reserve(marked.length * 3 + 2);
    const start = size;
    size += key.write(marked, size);
    key[size++] = 0;
    key[size++] = 0;
    if (isDescending) for (let at = start; at < size; at++) key[at] = 255 - (key[at] as number);
  }

  function reserve(bytes: number): void {
    if (size + bytes <= key.length) return;
    const larger = Buffer.allocUnsafe(Math.max(key.length * 2, size + bytes));
    key.copy(larger, 0, 0, size);
    key = larger;
  }
}

const NOT_ASCII = /[^\0-\x7F]/;

/** The same for texts that differ in case only, in no particular language: `STRASSE` and `straße`, `ΟΔΟΣ` and `οδος`. */
export function foldCase(text: string): string {
  if (!NOT_ASCII.test(text)) return text.toLowerCase();
  return text.toUpperCase().toLowerCase().replaceAll('ς', 'σ').normalize('NFC');
}

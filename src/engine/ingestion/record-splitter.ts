import { cellDecoder } from './cell-decoder.ts';
import type { Dialect } from './dialect.ts';
import type { ErrorCode } from './error-codes.ts';

/** Answer of `split` when the buffer ends before the record does. */
export const INCOMPLETE = -1;

/** What is wrong with a record, as byte positions in the buffer. */
export interface SplitFault {
  readonly code: ErrorCode;
  /** The first column is 1. */
  readonly column: number;
  readonly start: number;
  readonly end: number;
}

export interface RecordSplitter {
  /** The cells of the last record; the same array every time. */
  readonly cells: string[];
  readonly faults: SplitFault[];
  /** Where the last record's content ends, before its line end. */
  contentEnd: number;
  /** Line ends inside its quoted cells. */
  innerLines: number;
  /** `last`: no byte follows the buffer. */
  use(buffer: Buffer, last: boolean): void;
  /** Splits the record at `from`; the position after its line end, or INCOMPLETE. */
  split(from: number): number;
}

const LF = 10;
const CR = 13;
const [PLAIN, END_OF_CELL, QUOTE, NOT_ASCII] = [0, 1, 2, 3];

/**
 * Cuts one record of a delimited text into cells.
 * The buffer is read as Latin-1 text next to its bytes: one character a byte, so a cell is a slice of that text
 * and only cells with bytes from 0x80 on are decoded. Separators, quotes and line ends are ASCII, and no byte of a
 * UTF-8 sequence or 8-bit letter looks like one.
 */
export function createRecordSplitter(dialect: Dialect, maxColumns: number): RecordSplitter {
  const decode = cellDecoder(dialect.encoding ?? 'utf-8');
  const separator = dialect.separator.charCodeAt(0);
  const quoteText = dialect.quote === undefined ? '"' : (dialect.quote ?? '');
  const quote = quoteText === '' ? -1 : quoteText.charCodeAt(0);
  const keepStrayQuotes = dialect.strayQuotes === 'keep';
  const byteKinds = kindsOfBytes(separator, quote);
  const cells: string[] = [];
  const faults: SplitFault[] = [];
  let bytes: Buffer = Buffer.alloc(0);
  let text = '';
  let isLast = false;
  let count = 0;

  const splitter: RecordSplitter = { cells, faults, contentEnd: 0, innerLines: 0, use, split };
  return splitter;

  function use(buffer: Buffer, last: boolean): void {
    bytes = buffer;
    text = buffer.toString('latin1');
    isLast = last;
  }

  function split(from: number): number {
    const size = bytes.length;
    let at = from;
    count = 0;
    splitter.innerLines = 0;
    if (faults.length > 0) faults.length = 0;
    for (;;) {
      at = bytes[at] === quote ? quotedCell(at) : plainCell(at, at, false);
      if (at === INCOMPLETE || (at === size && !isLast)) return INCOMPLETE;
      if (at === size || bytes[at] !== separator) break;
      at++;
    }
    splitter.contentEnd = at;
    if (cells.length !== count) cells.length = Math.min(count, maxColumns);
    if (count > maxColumns)
      faults.push({ code: 'too_many_columns', column: maxColumns + 1, start: from, end: at });
    return afterLineEnd(at);
  }

  function afterLineEnd(at: number): number {
    if (bytes[at] !== CR) return Math.min(at + 1, bytes.length);
    // Only the next byte tells a lone CR from a CRLF.
    if (at + 1 === bytes.length) return isLast ? at + 1 : INCOMPLETE;
    return bytes[at + 1] === LF ? at + 2 : at + 1;
  }

  /** Reads on from `at` to the end of the cell that starts at `start`. */
  function plainCell(start: number, from: number, strayBefore: boolean): number {
    const size = bytes.length;
    let at = from;
    let ascii = true;
    let stray = strayBefore;
    for (; at < size; at++) {
      const kind = byteKinds[bytes[at] as number] as number;
      if (kind === PLAIN) continue;
      if (kind === END_OF_CELL) break;
      if (kind === QUOTE) stray = true;
      else ascii = false;
    }
    if (stray && !keepStrayQuotes) faults.push({ code: 'stray_quote', column: count + 1, start, end: at });
    if (ascii && !strayBefore) addCell(text.slice(start, at));
    else addDecodedCell(start, at);
    return at;
  }

  /** From the opening quote at `open` to the end of the cell. */
  function quotedCell(open: number): number {
    const size = bytes.length;
    let ascii = true;
    let doubled = false;
    let at = open + 1;
    for (; at < size; at++) {
      const byte = bytes[at] as number;
      if (byte === quote) {
        if (at + 1 === size && !isLast) return INCOMPLETE;
        if (bytes[at + 1] !== quote) break;
        doubled = true;
        at++;
      } else if (byte >= 0x80) ascii = false;
      else if (byte === LF || (byte === CR && bytes[at + 1] !== LF)) splitter.innerLines++;
    }
    if (at >= size) {
      if (!isLast) return INCOMPLETE;
      faults.push({ code: 'unclosed_quote', column: count + 1, start: open, end: size });
    } else if (at + 1 < size && byteKinds[bytes[at + 1] as number] !== END_OF_CELL) {
      return plainCell(open, at + 1, true);
    }
    if (ascii) addCell(text.slice(open + 1, at));
    else addDecodedCell(open + 1, at);
    if (doubled && count <= maxColumns) cells[count - 1] = unescaped(cells[count - 1] as string);
    return Math.min(at + 1, size);
  }

  function unescaped(cell: string): string {
    return cell.replaceAll(quoteText + quoteText, quoteText);
  }

  function addCell(cell: string): void {
    if (count < maxColumns) cells[count] = cell;
    count++;
  }

  function addDecodedCell(start: number, end: number): void {
    const cell = decode(bytes, start, end);
    if (cell === undefined) faults.push({ code: 'encoding_error', column: count + 1, start, end });
    addCell(cell ?? '');
  }
}

function kindsOfBytes(separator: number, quote: number): Uint8Array {
  const kinds = new Uint8Array(256).fill(NOT_ASCII, 0x80);
  for (const byte of [separator, LF, CR]) kinds[byte] = END_OF_CELL;
  if (quote >= 0) kinds[quote] = QUOTE;
  return kinds;
}

import { type CellDecoder, cellDecoder } from './cell-decoder.ts';
import type { Dialect } from './dialect.ts';
import type { ErrorCode } from './error-codes.ts';

/** Answer of `splitRecord` when the buffer ends before the record does. */
export const INCOMPLETE = -1;

/** What is wrong with a record, as byte positions in the buffer. */
export interface SplitFault {
  readonly code: ErrorCode;
  /** The first column is 1. */
  readonly column: number;
  readonly start: number;
  readonly end: number;
}

/** The buffer being cut, the dialect in the form the loops need, and the record cut last. */
export interface RecordSplitter {
  bytes: Buffer;
  /** The same bytes as Latin-1 text: one character a byte, so that a cell is a slice of it. */
  text: string;
  /** No byte follows the buffer. */
  isLast: boolean;

  readonly separator: number;
  /** -1: no cell is quoted. */
  readonly quote: number;
  /** -1: a quote in a quoted cell is doubled. */
  readonly escape: number;
  readonly skipsBlanks: boolean;
  readonly keepsStrayQuotes: boolean;
  /** What a byte means outside of quotes, and inside. */
  readonly byteKinds: Uint8Array;
  readonly quotedKinds: Uint8Array;
  readonly maxColumns: number;
  readonly decode: CellDecoder;

  /** The same array for every record. */
  readonly cells: string[];
  readonly faults: SplitFault[];
  count: number;
  /** Number of the record cut last, and for each column the record whose cell there was quoted last. */
  serial: number;
  readonly quotedIn: Float64Array;
  /** Where the bytes of each column begin, quote and blanks included, and end. */
  readonly starts: Float64Array;
  readonly ends: Float64Array;
  /** Where the content ends, before the line end. */
  contentEnd: number;
  /** Line ends inside quoted cells. */
  innerLines: number;
}

const NOTHING = Buffer.alloc(0);
const LF = 10;
const CR = 13;
const [SPACE, APOSTROPHE, BACKSLASH] = [0x20, 0x27, 0x5c];
const [PLAIN, END_OF_CELL, QUOTE, NOT_ASCII, LINE_END, ESCAPE] = [0, 1, 2, 3, 4, 5];

export function createRecordSplitter(dialect: Dialect, maxColumns: number): RecordSplitter {
  const { separator, quote = '"', encoding = 'utf-8', strayQuotes = 'refuse', skipsBlanks = false } = dialect;
  const separatorByte = separator.charCodeAt(0);
  const quoteByte = quote === null ? -1 : quote.charCodeAt(0);
  const escapeByte = dialect.escape === 'backslash' ? BACKSLASH : -1;
  return {
    bytes: NOTHING,
    text: '',
    isLast: false,
    separator: separatorByte,
    quote: quoteByte,
    escape: escapeByte,
    skipsBlanks,
    keepsStrayQuotes: strayQuotes === 'keep',
    byteKinds: kindsOfBytes(separatorByte, quoteByte),
    quotedKinds: quotedKindsOfBytes(quoteByte, escapeByte),
    maxColumns,
    decode: cellDecoder(encoding),
    cells: [],
    faults: [],
    count: 0,
    serial: 0,
    quotedIn: new Float64Array(maxColumns),
    starts: new Float64Array(maxColumns),
    ends: new Float64Array(maxColumns),
    contentEnd: 0,
    innerLines: 0,
  };
}

export function useBuffer(splitter: RecordSplitter, buffer: Buffer, isLast: boolean): void {
  splitter.bytes = buffer;
  splitter.text = buffer.toString('latin1');
  splitter.isLast = isLast;
}

/** Nothing of the buffer is kept any longer: cells are pieces of its text. */
export function letGo(splitter: RecordSplitter): void {
  useBuffer(splitter, NOTHING, false);
  splitter.cells.length = 0;
}

/**
 * Cuts the record at `from` into `cells`; the position after its line end, or INCOMPLETE.
 * Only cells with bytes from 0x80 on are decoded: separators, quotes and line ends are ASCII, and no byte of a UTF-8
 * sequence or 8-bit letter looks like one.
 */
export function splitRecord(splitter: RecordSplitter, from: number): number {
  const { bytes, cells, faults, separator, quote, isLast, maxColumns, starts, ends } = splitter;
  const size = bytes.length;
  splitter.count = 0;
  splitter.serial++;
  splitter.innerLines = 0;
  if (faults.length > 0) faults.length = 0;
  let at = from;
  // Beyond the last column the writes are void.
  starts[0] = from;
  for (;;) {
    at = bytes[at] === quote ? quotedCell(splitter, at) : plainCell(splitter, at);
    if (at === INCOMPLETE || (at === size && !isLast)) return INCOMPLETE;
    ends[splitter.count - 1] = at;
    if (at === size || bytes[at] !== separator) break;
    at++;
    starts[splitter.count] = at;
    if (splitter.skipsBlanks) while (bytes[at] === SPACE) at++;
  }
  splitter.contentEnd = at;
  const { count } = splitter;
  if (count > maxColumns)
    faults.push({ code: 'too_many_columns', column: maxColumns + 1, start: from, end: at });
  if (cells.length > count) cells.length = count;
  return at === size ? size : afterLineEnd(bytes, at, isLast);
}

/** The position after the LF, CRLF or CR at `at`, or INCOMPLETE. */
export function afterLineEnd(bytes: Buffer, at: number, isLast: boolean): number {
  if (bytes[at] !== CR) return at + 1;
  // Only the next byte tells a lone CR from a CRLF.
  if (at + 1 === bytes.length) return isLast ? at + 1 : INCOMPLETE;
  return bytes[at + 1] === LF ? at + 2 : at + 1;
}

/** Whether a line ends with the byte at `at`; a CRLF ends with its LF. */
export function endsLine(bytes: Buffer, at: number): boolean {
  return bytes[at] === LF || (bytes[at] === CR && bytes[at + 1] !== LF);
}

/** Reads a cell that does not start with a quote; where it ends. */
function plainCell(splitter: RecordSplitter, start: number): number {
  const { bytes, byteKinds } = splitter;
  const size = bytes.length;
  let at = start;
  let isAscii = true;
  let hasQuote = false;
  for (; at < size; at++) {
    const kind = byteKinds[bytes[at] as number] as number;
    if (kind === PLAIN) continue;
    if (kind === END_OF_CELL) break;
    if (kind === QUOTE) hasQuote = true;
    else isAscii = false;
  }
  if (hasQuote && splitter.quote !== APOSTROPHE) addStrayQuote(splitter, start, at);
  addCell(splitter, start, at, isAscii);
  return at;
}

/** Reads the cell whose opening quote is at `open`; where it ends. */
function quotedCell(splitter: RecordSplitter, open: number): number {
  const { bytes, byteKinds, quotedKinds, quote, escape, isLast } = splitter;
  const size = bytes.length;
  let at = open + 1;
  let isAscii = true;
  let hasEscape = false;
  for (; at < size; at++) {
    const kind = quotedKinds[bytes[at] as number] as number;
    if (kind === PLAIN) continue;
    if (kind === NOT_ASCII) isAscii = false;
    else if (kind === LINE_END) splitter.innerLines += endsLine(bytes, at) ? 1 : 0;
    else {
      if (at + 1 === size && !isLast) return INCOMPLETE;
      const isEscape = kind === ESCAPE || escape < 0;
      const next = bytes[at + 1];
      if (isEscape && (next === quote || (next === escape && escape >= 0))) {
        hasEscape = true;
        at++;
      } else if (kind === QUOTE) break;
    }
  }
  if (at >= size) {
    if (!isLast) return INCOMPLETE;
    splitter.faults.push({ code: 'unclosed_quote', column: splitter.count + 1, start: open, end: size });
  } else if (at + 1 < size && byteKinds[bytes[at + 1] as number] !== END_OF_CELL) {
    return strayCell(splitter, open, at + 1);
  }
  // Nothing to clear between records; beyond the last column the write is void.
  splitter.quotedIn[splitter.count] = splitter.serial;
  addCell(splitter, open + 1, at, isAscii);
  if (hasEscape) unescape(splitter);
  return Math.min(at + 1, size);
}

/** Something follows a closing quote: the cell goes on to the next separator or line end, quotes and all. */
function strayCell(splitter: RecordSplitter, open: number, from: number): number {
  const { bytes, byteKinds } = splitter;
  let at = from;
  while (at < bytes.length && byteKinds[bytes[at] as number] !== END_OF_CELL) at++;
  addStrayQuote(splitter, open, at);
  addCell(splitter, open, at, false);
  return at;
}

function addStrayQuote(splitter: RecordSplitter, start: number, end: number): void {
  if (splitter.keepsStrayQuotes) return;
  splitter.faults.push({ code: 'stray_quote', column: splitter.count + 1, start, end });
}

function addCell(splitter: RecordSplitter, start: number, end: number, isAscii: boolean): void {
  const column = ++splitter.count;
  if (column > splitter.maxColumns) return;
  if (isAscii) {
    splitter.cells[column - 1] = splitter.text.slice(start, end);
    return;
  }
  const cell = splitter.decode(splitter.bytes, start, end);
  if (cell === undefined) splitter.faults.push({ code: 'encoding_error', column, start, end });
  splitter.cells[column - 1] = cell ?? '';
}

function unescape(splitter: RecordSplitter): void {
  const { cells, count, maxColumns, quote, escape } = splitter;
  if (count > maxColumns) return;
  const cell = cells[count - 1] as string;
  const mark = String.fromCharCode(quote);
  cells[count - 1] =
    escape < 0
      ? cell.replaceAll(mark + mark, mark)
      : cell.replace(/\\(["'\\])/g, (written, letter) =>
          letter === mark || letter === '\\' ? letter : written,
        );
}

function kindsOfBytes(separator: number, quote: number): Uint8Array {
  const kinds = new Uint8Array(256).fill(NOT_ASCII, 0x80);
  for (const byte of [separator, LF, CR]) kinds[byte] = END_OF_CELL;
  if (quote >= 0) kinds[quote] = QUOTE;
  return kinds;
}

function quotedKindsOfBytes(quote: number, escape: number): Uint8Array {
  const kinds = new Uint8Array(256).fill(NOT_ASCII, 0x80);
  for (const byte of [LF, CR]) kinds[byte] = LINE_END;
  if (quote >= 0) kinds[quote] = QUOTE;
  if (escape >= 0) kinds[escape] = ESCAPE;
  return kinds;
}

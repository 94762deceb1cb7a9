import { type ChunkFeed, type ChunkWindow, chunkWindow, feedWindow } from './chunk-window.ts';
import type { Dialect } from './dialect.ts';
import { fieldError } from './field-error.ts';
import type { IngestionLimits } from './limits.ts';
import {
  afterLineEnd,
  createRecordSplitter,
  endsLine,
  INCOMPLETE,
  letGo,
  type RecordSplitter,
  splitRecord,
  useBuffer,
} from './record-splitter.ts';
import type { ReadingPosition, RefusedRecord, SourceRecord } from './source-record.ts';
import { structureErrors } from './structure-errors.ts';
import { createUtf16Transcoder } from './utf16-transcoder.ts';

/**
 * A record and its cells. One object for all records: valid until `onRecord` returns.
 * A cell of 13 characters or more may share memory with the whole chunk it was read from; what is kept for long
 * goes through `ownString`.
 */
export interface RawRecord extends SourceRecord {
  readonly cells: string[];
  /** Whether the cell at a place (from 0) was in quotes: an empty one then is a text, not a missing value. */
  readonly quoted: (at: number) => boolean;
  /** The bytes of the cell at a place (from 0) as they stand between the separators: a view of the chunk, to be copied. */
  readonly cellBytes: (at: number) => Buffer;
  /** The record with its line break as they stand in the file: a view of the chunk, to be copied. */
  readonly lineBytes: () => Buffer;
  /** What follows the record; '' behind the last one of a text that ends without. */
  readonly lineBreak: () => LineBreak | '';
}

export type LineBreak = '\n' | '\r\n' | '\r';

export interface DelimitedReaderOptions {
  readonly dialect: Dialect;
  readonly limits: Pick<IngestionLimits, 'maxLineBytes' | 'maxColumns'>;
  /** Every well-formed record, in file order. */
  readonly onRecord: (record: RawRecord) => void;
  /** Every other record, in its place between them. */
  readonly onError: (refused: RefusedRecord) => void;
  /** Default: the start of a file. */
  readonly from?: ReadingPosition;
}

interface LongRecord {
  readonly record: number;
  readonly lineStart: number;
  readonly byteOffset: number;
  readonly head: Buffer;
}

interface ReaderState extends ChunkWindow {
  readonly splitter: RecordSplitter;
  /** Numbers of the next line and record. */
  line: number;
  record: number;
  /** The record whose rest is being passed over. */
  long: LongRecord | undefined;
}

const LF = 10;
const CR = 13;

/**
 * Reads delimited text in chunks of any size. Line ends are LF, CRLF and CR, also mixed; empty lines are passed
 * over; a byte-order mark too. What is wrong with a record ends with its line, except for an unclosed quote, which
 * runs to the end of the file or to `maxLineBytes`. Offsets of UTF-16 are those of the text as UTF-8.
 * Synchronous: records are handed over during `push` and `end`. A chunk pushed must not be written to afterwards.
 * Memory: one chunk and at most two records of `maxLineBytes`.
 */
export function createDelimitedReader(options: DelimitedReaderOptions): ChunkFeed {
  const { encoding = 'utf-8' } = options.dialect;
  const isUtf16 = encoding === 'utf-16le' || encoding === 'utf-16be';
  const { byteOffset, line = 1, record = 1 } = options.from ?? {};
  const splitter = createRecordSplitter(options.dialect, options.limits.maxColumns);
  const state: ReaderState = { ...chunkWindow(byteOffset), splitter, line, record, long: undefined };
  const readRecords = recordLoop(options, state);
  const feed = feedWindow(state, isUtf16 || encoding === 'utf-8', (from) => {
    const stoppedAt = readRecords(from);
    letGo(splitter);
    return stoppedAt;
  });
  if (!isUtf16) return feed;

  const transcoder = createUtf16Transcoder(encoding);
  return {
    push: (chunk) => feed.push(transcoder.push(chunk)),
    end() {
      feed.push(transcoder.end());
      feed.end();
    },
  };
}

/** A function that reads all complete records of the buffer from a position on and answers where it stopped. */
function recordLoop(options: DelimitedReaderOptions, state: ReaderState): (from: number) => number {
  const { dialect, limits, onRecord, onError } = options;
  const { maxLineBytes } = limits;
  const { splitter } = state;
  const position = { start: 0, end: 0, next: 0 };
  const current = {
    cells: splitter.cells,
    quoted: (at: number) => splitter.quotedIn[at] === splitter.serial,
    record: 0,
    lineStart: 0,
    lineEnd: 0,
    byteOffset: 0,
    byteEnd: 0,
    raw: () => Buffer.from(state.buffer.subarray(position.start, position.end)),
    cellBytes: (at: number) => state.buffer.subarray(splitter.starts[at], splitter.ends[at]),
    lineBytes: () => state.buffer.subarray(position.start, position.next),
    lineBreak: () => lineBreakAt(state.buffer, position.end, position.next),
  };

  return (from) => {
    const { buffer } = state;
    const size = buffer.length;
    useBuffer(splitter, buffer, state.isLast);
    let at = from;
    while (at < size || (state.isLast && state.long !== undefined)) {
      if (state.long !== undefined) {
        at = passOverLongRecord(state, at, onError);
        if (state.long !== undefined) return at;
        continue;
      }
      if (buffer[at] === LF || buffer[at] === CR) {
        const next = afterLineEnd(buffer, at, state.isLast);
        if (next === INCOMPLETE) return at;
        state.line++;
        at = next;
        continue;
      }
      const next = splitRecord(splitter, at);
      // One byte more than the limit may be the CR of a line end that is still incomplete.
      if (next === INCOMPLETE && size - at <= maxLineBytes + 1) return at;
      if (next === INCOMPLETE || splitter.contentEnd - at > maxLineBytes) {
        at = startLongRecord(state, at, maxLineBytes);
        continue;
      }
      position.start = at;
      position.end = splitter.contentEnd;
      position.next = next;
      current.record = state.record++;
      current.lineStart = state.line;
      current.lineEnd = state.line + splitter.innerLines;
      current.byteOffset = state.baseOffset + at;
      current.byteEnd = state.baseOffset + splitter.contentEnd;
      state.line = current.lineEnd + 1;
      if (splitter.faults.length === 0) onRecord(current);
      else refuse();
      at = next;
    }
    return at;
  };

  function refuse(): void {
    const errors = structureErrors(
      splitter.faults,
      state.buffer,
      state.baseOffset,
      dialect.encoding ?? 'utf-8',
    );
    const raw = current.raw();
    const { record, lineStart, lineEnd, byteOffset, byteEnd } = current;
    onError({ record, lineStart, lineEnd, byteOffset, byteEnd, errors, raw: () => raw });
  }
}

function lineBreakAt(buffer: Buffer, end: number, next: number): LineBreak | '' {
  if (end === next) return '';
  if (next - end === 2) return '\r\n';
  return buffer[end] === LF ? '\n' : '\r';
}

/** From here on bytes are passed over up to the first line end at or after the limit, quoted or not. */
function startLongRecord(state: ReaderState, start: number, maxLineBytes: number): number {
  const { buffer, record, line } = state;
  const end = start + maxLineBytes;
  state.long = {
    record,
    lineStart: line,
    byteOffset: state.baseOffset + start,
    head: Buffer.from(buffer.subarray(start, end)),
  };
  state.record++;
  for (let at = start; at < end; at++) {
    if (endsLine(buffer, at)) state.line++;
  }
  return end;
}

function passOverLongRecord(
  state: ReaderState,
  from: number,
  onError: (refused: RefusedRecord) => void,
): number {
  const { buffer, isLast, long } = state;
  const size = buffer.length;
  let at = from;
  while (at < size && buffer[at] !== LF && buffer[at] !== CR) at++;
  const next = at < size ? afterLineEnd(buffer, at, isLast) : size;
  if (long === undefined || next === INCOMPLETE || (at === size && !isLast)) return at;
  const { head, ...start } = long;
  onError({
    ...start,
    lineEnd: state.line++,
    byteEnd: state.baseOffset + at,
    errors: [fieldError('line_too_long', { value: head.toString('latin1', 0, 1024) })],
    raw: () => head,
  });
  state.long = undefined;
  return next;
}

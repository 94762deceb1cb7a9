import { isUtf8 } from 'node:buffer';
import { type ChunkFeed, type ChunkWindow, chunkWindow, feedWindow } from './chunk-window.ts';
import { type FieldError, fieldError } from './field-error.ts';
import {
  createJsonScan,
  isBlank,
  type JsonObject,
  type JsonScan,
  type JsonValue,
  readJsonObject,
  useJsonBuffer,
} from './json-text.ts';
import type { IngestionLimits } from './limits.ts';
import type { ReadingPosition, RefusedRecord, SourceRecord } from './source-record.ts';
import { encodingError } from './structure-errors.ts';

/**
 * A record and its value. One object for all records, valid until `onRecord` returns; the value is new each time.
 * A text of 13 characters or more may share memory with the chunk it was read from, see `ownString`.
 */
export interface JsonRecord extends SourceRecord {
  readonly value: JsonObject;
}

export interface NdjsonReaderOptions {
  readonly limits: Pick<IngestionLimits, 'maxLineBytes'>;
  /** Every line that is one JSON object, in file order. */
  readonly onRecord: (record: JsonRecord) => void;
  /** Every other line that is not blank, in its place between them. */
  readonly onError: (refused: RefusedRecord) => void;
  /** Default: the start of a file. */
  readonly from?: ReadingPosition;
}

interface ReaderState extends ChunkWindow {
  /** Numbers of the next line and record. */
  line: number;
  record: number;
  /** The line whose rest is being passed over. */
  long: { readonly byteOffset: number; readonly head: Buffer } | undefined;
}

const LF = 10;
const CR = 13;
const SHOWN_BYTES = 64;

/**
 * Reads one JSON object a line, in chunks of any size: UTF-8 and RFC 8259 to the letter, but no name twice in an
 * object. Lines end with LF or CRLF; blank ones and a byte-order mark are passed over. What is wrong with a line ends
 * with it. Whole numbers beyond 2^53 are bigint. The `value` of an error may show any part of the line.
 * Synchronous: records are handed over during `push` and `end`. A chunk pushed must not be written to afterwards.
 * Memory: one chunk and at most two lines of `maxLineBytes`.
 */
export function createNdjsonReader(options: NdjsonReaderOptions): ChunkFeed {
  const { byteOffset, line = 1, record = 1 } = options.from ?? {};
  const state: ReaderState = { ...chunkWindow(byteOffset), line, record, long: undefined };
  return feedWindow(state, true, lineLoop(options, state));
}

/** A function that reads all complete lines of the buffer from a position on and answers where it stopped. */
function lineLoop(options: NdjsonReaderOptions, state: ReaderState): (from: number) => number {
  const { limits, onError } = options;
  const { maxLineBytes } = limits;
  const scan = createJsonScan();
  const readLine = lineReader(options, state, scan);

  return (from) => {
    const { buffer, isLast } = state;
    const size = buffer.length;
    useJsonBuffer(scan, buffer);
    let at = from;
    while (at < size || (isLast && state.long !== undefined)) {
      const lineEnd = buffer.indexOf(LF, at);
      const isWhole = lineEnd >= 0 || isLast;
      const next = lineEnd >= 0 ? lineEnd + 1 : size;
      const contentEnd = contentEndOf(buffer, at, lineEnd >= 0 ? lineEnd : size);
      if (state.long !== undefined) {
        // A CR at the end may belong to the line end.
        if (!isWhole) return contentEnd;
        refuseLong(state, contentEnd, onError);
        at = next;
        continue;
      }
      if (contentEnd - at > maxLineBytes) {
        state.long = {
          byteOffset: state.baseOffset + at,
          head: Buffer.from(buffer.subarray(at, at + maxLineBytes)),
        };
        at += maxLineBytes;
        continue;
      }
      if (!isWhole) return at;
      if (!isBlank(buffer, at, contentEnd)) readLine(at, contentEnd);
      state.line++;
      at = next;
    }
    return at;
  };
}

/** Hands over the line between two positions as a record or as refused. */
function lineReader(
  { onRecord, onError }: NdjsonReaderOptions,
  state: ReaderState,
  scan: JsonScan,
): (start: number, end: number) => void {
  const position = { start: 0, end: 0 };
  const current = {
    value: {} as JsonObject,
    record: 0,
    lineStart: 0,
    lineEnd: 0,
    byteOffset: 0,
    byteEnd: 0,
    raw: () => Buffer.from(state.buffer.subarray(position.start, position.end)),
  };

  return (start, end) => {
    position.start = start;
    position.end = end;
    current.record = state.record++;
    current.lineStart = state.line;
    current.lineEnd = state.line;
    current.byteOffset = state.baseOffset + start;
    current.byteEnd = state.baseOffset + end;
    const value = readJsonObject(scan, start, end);
    if (value !== undefined && !scan.hasUnstorable) {
      current.value = value;
      onRecord(current);
      return;
    }
    const errors = value === undefined ? [syntaxError(state, scan, start)] : unstorableErrors(value);
    const { record, lineStart, lineEnd, byteOffset, byteEnd } = current;
    const raw = current.raw();
    onError({ record, lineStart, lineEnd, byteOffset, byteEnd, errors, raw: () => raw });
  };
}

function syntaxError(state: ReaderState, scan: JsonScan, start: number): FieldError {
  const { buffer, baseOffset } = state;
  const { at, end, expected } = scan;
  if (!isUtf8(buffer.subarray(start, end)))
    return encodingError({ column: null, start, end }, buffer, baseOffset, 'utf-8');
  const place = at >= end ? 'where the line ends' : `at byte ${at - start + 1} of the line`;
  return fieldError('json_invalid', {
    value: buffer.toString('utf8', at, Math.min(end, at + SHOWN_BYTES)),
    message: `The line is not one JSON object: ${expected} is missing ${place}. Correct its syntax.`,
  });
}

/** One error for each field whose name or value holds what PostgreSQL cannot. */
function unstorableErrors(object: JsonObject): FieldError[] {
  return Object.entries(object)
    .filter(([name, value]) => isUnstorable(name) || isUnstorable(value))
    .map(([name, value]) =>
      fieldError('invalid_character', {
        field: name.toWellFormed(),
        value: typeof value === 'string' ? value : '',
      }),
    );
}

function isUnstorable(value: JsonValue): boolean {
  if (typeof value === 'string') return value.includes('\0') || !value.isWellFormed();
  if (value === null || typeof value !== 'object') return false;
  if (Array.isArray(value)) return value.some(isUnstorable);
  return Object.entries(value).some(([name, inner]) => isUnstorable(name) || isUnstorable(inner));
}

/** Where the content of a line ends whose LF, or the end of the text, is at `end`. */
function contentEndOf(buffer: Buffer, start: number, end: number): number {
  return end > start && buffer[end - 1] === CR ? end - 1 : end;
}

function refuseLong(state: ReaderState, contentEnd: number, onError: (refused: RefusedRecord) => void): void {
  const { byteOffset = 0, head = Buffer.alloc(0) } = state.long ?? {};
  const lineStart = state.line++;
  state.long = undefined;
  onError({
    record: state.record++,
    lineStart,
    lineEnd: lineStart,
    byteOffset,
    byteEnd: state.baseOffset + contentEnd,
    errors: [fieldError('line_too_long', { value: head.toString('latin1', 0, 1024) })],
    raw: () => head,
  });
}

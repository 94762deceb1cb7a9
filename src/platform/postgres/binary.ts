/** Rows in PostgreSQL's binary format, for COPY. */

const INT2_OID = 21;
const INT4_OID = 23;
const CHAR_OID = 18;
const TWO_TO_32 = 4_294_967_296;
const SIGNATURE = Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1');
const NO_FLAGS = 0;

/**
 * Writes rows for `COPY … FROM STDIN (FORMAT binary)`: `beginRow` with the number of columns, then one call for each
 * column, of exactly the column's type. The parts of arrays are given as `[start, end)` of a longer source.
 */
export interface CopyEncoder {
  beginRow(columns: number): void;
  nul(): void;
  bool(value: boolean): void;
  int2(value: number): void;
  int4(value: number): void;
  /** A whole number up to 2^53. */
  int8(value: number): void;
  text(value: string): void;
  int2Array(source: Int16Array, start: number, end: number): void;
  int4Array(source: Int32Array, start: number, end: number): void;
  /** Zeros stand for NULL. */
  int4ArrayOfShown(source: Int32Array, start: number, end: number): void;
  /** `"char"[]`. */
  charArray(source: Uint8Array, start: number, end: number): void;
  /** Ends the COPY and hands over the last chunk. */
  finish(): void;
}

/** The chunk in the making. */
interface Output {
  readonly capacity: number;
  readonly onChunk: (chunk: Buffer) => void;
  chunk: Buffer;
  view: DataView;
  at: number;
}

/** Chunks of up to `chunkBytes` go to `onChunk`, which may keep them. A text larger than that is a chunk of its own. */
export function createCopyEncoder(options: {
  chunkBytes: number;
  onChunk: (chunk: Buffer) => void;
}): CopyEncoder {
  const out = openOutput(Math.max(options.chunkBytes, 64), options.onChunk);
  out.at = SIGNATURE.copy(out.chunk);
  writeInt4(out, NO_FLAGS);
  writeInt4(out, 0);
  return {
    beginRow: (columns) => writeInt2(out, columns),
    nul: () => writeInt4(out, -1),
    bool(value) {
      writeInt4(out, 1);
      writeInt1(out, value ? 1 : 0);
    },
    int2(value) {
      writeInt4(out, 2);
      writeInt2(out, value);
    },
    int4(value) {
      writeInt4(out, 4);
      writeInt4(out, value);
    },
    int8(value) {
      writeInt4(out, 8);
      writeInt4(out, Math.floor(value / TWO_TO_32));
      writeInt4(out, value | 0);
    },
    text: (value) => writeText(out, value),
    int2Array: (source, start, end) => writeInt2Array(out, source, start, end),
    int4Array: (source, start, end) => writeInt4Array(out, source, start, end),
    int4ArrayOfShown: (source, start, end) => writeShownArray(out, source, start, end),
    charArray: (source, start, end) => writeCharArray(out, source, start, end),
    finish() {
      writeInt2(out, -1);
      flush(out);
    },
  };
}

function writeInt1(out: Output, value: number): void {
  reserve(out, 1);
  out.view.setInt8(out.at, value);
  out.at += 1;
}

function writeInt2(out: Output, value: number): void {
  reserve(out, 2);
  out.view.setInt16(out.at, value);
  out.at += 2;
}

function writeInt4(out: Output, value: number): void {
  reserve(out, 4);
  out.view.setInt32(out.at, value);
  out.at += 4;
}

function writeText(out: Output, value: string): void {
  // No character of a string takes more than three bytes.
  const most = 4 + value.length * 3;
  if (most > out.capacity) return writeLongText(out, Buffer.from(value));
  reserve(out, most);
  const bytes = out.chunk.write(value, out.at + 4);
  out.view.setInt32(out.at, bytes);
  out.at += 4 + bytes;
}

function writeLongText(out: Output, bytes: Buffer): void {
  writeInt4(out, bytes.length);
  flush(out);
  out.onChunk(bytes);
}

// The three loops are the same but for the width: one loop for all would be several times slower.

function writeInt2Array(out: Output, source: Int16Array, start: number, end: number): void {
  writeArrayHeader(out, INT2_OID, end - start, 2);
  for (let index = start; index < end;) {
    const stop = fittingEnd(out, index, end, 6);
    const { view } = out;
    let at = out.at;
    for (; index < stop; index++, at += 6) {
      view.setInt32(at, 2);
      view.setInt16(at + 4, source[index] as number);
    }
    out.at = at;
  }
}

function writeInt4Array(out: Output, source: Int32Array, start: number, end: number): void {
  writeArrayHeader(out, INT4_OID, end - start, 4);
  for (let index = start; index < end;) {
    const stop = fittingEnd(out, index, end, 8);
    const { view } = out;
    let at = out.at;
    for (; index < stop; index++, at += 8) {
      view.setInt32(at, 4);
      view.setInt32(at + 4, source[index] as number);
    }
    out.at = at;
  }
}

function writeCharArray(out: Output, source: Uint8Array, start: number, end: number): void {
  writeArrayHeader(out, CHAR_OID, end - start, 1);
  for (let index = start; index < end;) {
    const stop = fittingEnd(out, index, end, 5);
    const { view } = out;
    let at = out.at;
    for (; index < stop; index++, at += 5) {
      view.setInt32(at, 1);
      view.setUint8(at + 4, source[index] as number);
    }
    out.at = at;
  }
}

function writeShownArray(out: Output, source: Int32Array, start: number, end: number): void {
  let shown = 0;
  for (let index = start; index < end; index++) if (source[index] !== 0) shown++;
  writeArrayHeader(out, INT4_OID, end - start, 4, shown);
  for (let index = start; index < end; index++) {
    const value = source[index] as number;
    writeInt4(out, value === 0 ? -1 : 4);
    if (value !== 0) writeInt4(out, value);
  }
}

/**
 * Dimensions, whether there are NULLs, element type, then length and lower bound; an empty array has no dimension.
 * `shown` elements are not NULL.
 */
function writeArrayHeader(
  out: Output,
  oid: number,
  length: number,
  elementBytes: number,
  shown = length,
): void {
  const isEmpty = length === 0;
  writeInt4(out, isEmpty ? 12 : 20 + length * 4 + shown * elementBytes);
  writeInt4(out, isEmpty ? 0 : 1);
  writeInt4(out, shown < length ? 1 : 0);
  writeInt4(out, oid);
  if (isEmpty) return;
  writeInt4(out, length);
  writeInt4(out, 1);
}

/** Where the run of elements from `index` ends that fits into this chunk, or into a new one. */
function fittingEnd(out: Output, index: number, end: number, bytesEach: number): number {
  reserve(out, bytesEach);
  return Math.min(end, index + Math.floor((out.capacity - out.at) / bytesEach));
}

function reserve(out: Output, bytes: number): void {
  if (out.at + bytes > out.capacity) flush(out);
}

function flush(out: Output): void {
  if (out.at > 0) out.onChunk(out.chunk.subarray(0, out.at));
  Object.assign(out, openOutput(out.capacity, out.onChunk));
}

function openOutput(capacity: number, onChunk: (chunk: Buffer) => void): Output {
  const chunk = Buffer.allocUnsafeSlow(capacity);
  const view = new DataView(chunk.buffer, chunk.byteOffset, capacity);
  return { capacity, onChunk, chunk, view, at: 0 };
}

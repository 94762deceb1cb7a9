/** Rows in PostgreSQL's text format, for COPY: every type in its own notation, which the server reads. */

const TAB = 9;
const LF = 10;
const ZERO = 48;
const BACKSLASH = 92;
const N = 78;
/** Digits of 2^31 and a separator. */
const MOST_NUMBER_BYTES = 11;
const TWO_TO_31 = 2 ** 31;
const ESCAPED: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };
const TO_ESCAPE = /[\\\t\n\r]/;
const ALL_TO_ESCAPE = /[\\\t\n\r]/g;

/** Writes rows for `COPY … FROM STDIN (FORMAT text)`: each cell of a row, then its end. */
export interface CopyText {
  /** A whole number from 0 to 2^53. */
  number(value: number): void;
  /** A value of any type as text, without NUL; null is NULL. */
  cell(value: string | null): void;
  endRow(): void;
  /** Hands over what is left. */
  flush(): void;
}

/** The chunk in the making. */
interface Output {
  readonly capacity: number;
  readonly onChunk: (chunk: Buffer) => void;
  chunk: Buffer;
  at: number;
}

/** Chunks of up to `chunkBytes` go to `onChunk`, which may keep them. A text larger than that is a chunk of its own. */
export function createCopyText(options: { chunkBytes: number; onChunk: (chunk: Buffer) => void }): CopyText {
  const capacity = Math.max(options.chunkBytes, 64);
  const { onChunk } = options;
  const out: Output = { capacity, onChunk, chunk: Buffer.allocUnsafeSlow(capacity), at: 0 };
  return {
    number: (value) => writeNumber(out, value),
    cell: (value) => (value === null ? writeNull(out) : writeCell(out, value)),
    // The separator behind the last cell becomes the end of the row.
    endRow() {
      out.chunk[out.at - 1] = LF;
    },
    flush: () => flush(out),
  };
}

function writeNumber(out: Output, value: number): void {
  if (value >= TWO_TO_31) return writeCell(out, String(value));
  reserve(out, MOST_NUMBER_BYTES);
  const { chunk } = out;
  let digits = 1;
  for (let rest = value; rest >= 10; rest = (rest / 10) | 0) digits++;
  let rest = value;
  for (let at = out.at + digits - 1; at >= out.at; at--) {
    const tens = (rest / 10) | 0;
    chunk[at] = ZERO + rest - tens * 10;
    rest = tens;
  }
  out.at += digits;
  chunk[out.at++] = TAB;
}

function writeNull(out: Output): void {
  reserve(out, 3);
  out.chunk[out.at++] = BACKSLASH;
  out.chunk[out.at++] = N;
  out.chunk[out.at++] = TAB;
}

function writeCell(out: Output, value: string): void {
  const text = TO_ESCAPE.test(value) ? value.replace(ALL_TO_ESCAPE, escaped) : value;
  // No character of a string takes more than three bytes; one more may wait at the start of a chunk.
  const most = text.length * 3 + 1;
  if (most >= out.capacity) return writeLongCell(out, text);
  reserve(out, most);
  out.at += out.chunk.write(text, out.at);
  out.chunk[out.at++] = TAB;
}

/** The separator must be in reach of `endRow`: it opens the next chunk. */
function writeLongCell(out: Output, text: string): void {
  flush(out);
  out.onChunk(Buffer.from(text));
  out.chunk[out.at++] = TAB;
}

function reserve(out: Output, bytes: number): void {
  if (out.at + bytes <= out.capacity) return;
  // The separator behind the last cell stays, as the end of its row may take its place.
  const last = out.at - 1;
  const separator = out.chunk[last] as number;
  out.onChunk(out.chunk.subarray(0, last));
  out.chunk = Buffer.allocUnsafeSlow(out.capacity);
  out.chunk[0] = separator;
  out.at = 1;
}

function flush(out: Output): void {
  if (out.at > 0) out.onChunk(out.chunk.subarray(0, out.at));
  out.chunk = Buffer.allocUnsafeSlow(out.capacity);
  out.at = 0;
}

function escaped(character: string): string {
  return ESCAPED[character] as string;
}

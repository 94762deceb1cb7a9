const FIRST_BYTES = 64 * 1024;
/** Shorter texts are copied letter by letter, which is quicker than a call into Node. */
const SHORT = 64;
/** A character takes at most so many bytes, as UTF-8 or escaped. */
const MOST_BYTES = 6;

const ZERO = 48;
const POINT = 46;
const QUOTE = 34;
const BACKSLASH = 92;
const SPACE = 32;
const DEL = 127;
const BILLION = 1_000_000_000;

/** JSON written straight into bytes, for long answers: no strings to join, to encode and to throw away. */
export interface JsonBytes {
  /** JSON as it stands. */
  raw(json: string): void;
  /** A text in quotes. */
  text(text: string): void;
  /** A whole number. */
  whole(value: number): void;
  /** A whole number of billionths, e.g. 1_500_000 as 0.0015. */
  billionths(value: number): void;
}

// One buffer serves all answers, one after the other.
let bytes = Buffer.allocUnsafeSlow(FIRST_BYTES);
let end = 0;

/** What `write` has written; it writes all at once, and calls nothing that writes another answer. */
export function jsonBytes(write: (to: JsonBytes) => void): Buffer {
  end = 0;
  write(writer);
  return Buffer.from(bytes.subarray(0, end));
}

function reserve(more: number): void {
  if (end + more <= bytes.length) return;
  const wider = Buffer.allocUnsafeSlow(2 * (end + more));
  bytes.copy(wider, 0, 0, end);
  bytes = wider;
}

/** Copies plain letters; false, and nothing written, when there is another character. */
function copyPlain(text: string): boolean {
  const start = end;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit < SPACE || unit === QUOTE || unit === BACKSLASH || unit >= DEL) {
      end = start;
      return false;
    }
    bytes[end++] = unit;
  }
  return true;
}

function raw(json: string): void {
  reserve(MOST_BYTES * json.length);
  if (json.length > SHORT) {
    end += bytes.write(json, end);
    return;
  }
  const start = end;
  for (let at = 0; at < json.length; at++) {
    const unit = json.charCodeAt(at);
    if (unit > DEL) {
      end = start + bytes.write(json, start);
      return;
    }
    bytes[end++] = unit;
  }
}

function digits(value: number, count: number): void {
  let rest = value;
  for (let at = end + count - 1; at >= end; at--) {
    const tens = Math.floor(rest / 10);
    bytes[at] = ZERO + rest - 10 * tens;
    rest = tens;
  }
  end += count;
}

const writer: JsonBytes = {
  raw,
  text(text) {
    reserve(MOST_BYTES * text.length + 2);
    const start = end;
    bytes[end++] = QUOTE;
    if (copyPlain(text)) bytes[end++] = QUOTE;
    else {
      end = start;
      raw(JSON.stringify(text));
    }
  },
  whole(value) {
    if (!(value >= 0 && value < BILLION && Number.isInteger(value))) return raw(JSON.stringify(value));
    reserve(10);
    let count = 1;
    for (let bound = 10; value >= bound; bound *= 10) count++;
    digits(value, count);
  },
  billionths(value) {
    if (!(value > 0 && value < BILLION && Number.isInteger(value)))
      return raw(JSON.stringify(value / BILLION));
    reserve(11);
    bytes[end++] = ZERO;
    bytes[end++] = POINT;
    digits(value, 9);
    while (bytes[end - 1] === ZERO) end--;
  },
};

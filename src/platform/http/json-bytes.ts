/**
 * Writes JSON as UTF-8 bytes piece by piece, for answers of many short lines that are made thousands of times a second:
 * in less time than objects take to be made and written.
 */
export interface JsonBytes {
  /** Text that is JSON already. */
  raw(json: string): void;
  /** Bytes that are JSON already, of `jsonPiece`. */
  piece(bytes: Uint8Array): void;
  /** Some of the bytes: short ones, a text or two. */
  part(bytes: Uint8Array, start: number, end: number): void;
  /** A whole number from 0 to 2^31 - 1. */
  whole(number: number): void;
  /** Billionths, 0 or more, as a fraction without zeros at its end. */
  billionths(number: number): void;
  /** A copy of all that was written; the next one begins anew. */
  take(): Buffer;
}

const FIRST_BYTES = 64 * 1024;
const MOST_KEPT_BYTES = 16 * FIRST_BYTES;
/** Bytes that any number takes at most, and that any UTF-16 unit does. */
const NUMBER_BYTES = 24;
const UTF8_BYTES = 3;
const [ZERO, POINT] = [0x30, 0x2e];

/** Bytes for `piece`: what many lines have in common. */
export function jsonPiece(json: string): Uint8Array {
  return Buffer.from(json);
}

/** One is enough for a thread, as long as nothing waits between its first piece and `take`. */
export function createJsonBytes(): JsonBytes {
  let bytes = Buffer.allocUnsafeSlow(FIRST_BYTES);
  let at = 0;

  function reserve(more: number): void {
    if (at + more <= bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(2 * (at + more));
    larger.set(bytes.subarray(0, at));
    bytes = larger;
  }

  function raw(json: string): void {
    reserve(UTF8_BYTES * json.length);
    at += bytes.write(json, at);
  }

  return {
    raw,
    piece(piece) {
      reserve(piece.length);
      bytes.set(piece, at);
      at += piece.length;
    },
    part(source, start, end) {
      reserve(end - start);
      // So few bytes are copied before a view of them is made.
      for (let from = start; from < end; from++) bytes[at++] = source[from] as number;
    },
    whole(number) {
      reserve(NUMBER_BYTES);
      at = writeDigits(bytes, at, number, lengthOf(number));
    },
    billionths(number) {
      reserve(NUMBER_BYTES);
      at = writeBillionths(bytes, at, number);
    },
    take() {
      const taken = Buffer.from(bytes.subarray(0, at));
      if (bytes.length > MOST_KEPT_BYTES) bytes = Buffer.allocUnsafeSlow(FIRST_BYTES);
      at = 0;
      return taken;
    },
  };
}

function lengthOf(number: number): number {
  let length = 1;
  for (let limit = 10; number >= limit; limit *= 10) length++;
  return length;
}

function writeDigits(bytes: Buffer, start: number, number: number, length: number): number {
  let rest = number;
  for (let place = start + length - 1; place >= start; place--) {
    const tens = (rest / 10) | 0;
    bytes[place] = ZERO + rest - 10 * tens;
    rest = tens;
  }
  return start + length;
}

function writeBillionths(bytes: Buffer, start: number, number: number): number {
  const units = Math.floor(number / 1e9);
  const at = writeDigits(bytes, start, units, lengthOf(units));
  let rest = number - units * 1e9;
  if (rest === 0) return at;
  let places = 9;
  for (; rest % 10 === 0; rest /= 10) places--;
  bytes[at] = POINT;
  return writeDigits(bytes, at + 1, rest, places);
}

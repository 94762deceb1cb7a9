import { cellDecoder } from './cell-decoder.ts';

/** What a JSON text holds. Whole numbers beyond 2^53 are bigint, so that no digit of an id is lost. */
export type JsonValue = string | number | bigint | boolean | null | JsonValue[] | JsonObject;
export interface JsonObject {
  [name: string]: JsonValue;
}

/** The bytes being read. One for all lines of a file. */
export interface JsonScan {
  bytes: Buffer;
  /** The same bytes as Latin-1 text: one character a byte, so that a string is a slice of it. */
  text: string;
  at: number;
  end: number;
  depth: number;
  /** What was expected at `at` where reading failed. */
  expected: string;
  /** Whether a string held what PostgreSQL cannot: a NUL or half a surrogate pair. */
  hasUnstorable: boolean;
}

/** Answer of a reading function that met no JSON. */
const FAILED = undefined;

/** Deeper nesting is refused: it could only exhaust the stack. */
const MAX_DEPTH = 100;
/** Numbers of so few characters are exact. */
const EXACT_DIGITS = 15;
const [PLAIN, NOT_ASCII, END, ESCAPE] = [0, 1, 2, 3];
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const [TAB, LF, CR, SPACE, QUOTE, COMMA, COLON] = [0x09, 0x0a, 0x0d, 0x20, 0x22, 0x2c, 0x3a];
const [OPEN_ARRAY, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];
const STRING_BYTES = stringBytes();

const decodeUtf8 = cellDecoder('utf-8');

export function createJsonScan(): JsonScan {
  return { bytes: Buffer.alloc(0), text: '', at: 0, end: 0, depth: 0, expected: '', hasUnstorable: false };
}

export function useJsonBuffer(scan: JsonScan, buffer: Buffer): void {
  scan.bytes = buffer;
  scan.text = buffer.toString('latin1');
}

/**
 * The one JSON object between two positions (RFC 8259, and no name twice in an object); undefined when there is
 * something else, then `at` and `expected` say where and what is missing.
 */
export function readJsonObject(scan: JsonScan, start: number, end: number): JsonObject | undefined {
  scan.at = start;
  scan.end = end;
  scan.depth = 0;
  scan.hasUnstorable = false;
  passBlanks(scan);
  if (scan.bytes[scan.at] !== OPEN_OBJECT) return fail(scan, 'an object in braces');
  const value = readObject(scan);
  if (value === FAILED) return FAILED;
  passBlanks(scan);
  return scan.at === end ? value : fail(scan, 'the end of the line');
}

/** Whether there are only blanks from a position on. */
export function isBlank(bytes: Buffer, start: number, end: number): boolean {
  let at = start;
  while (at < end && isBlankByte(bytes[at])) at++;
  return at === end;
}

function readValue(scan: JsonScan): JsonValue | undefined {
  switch (scan.bytes[scan.at]) {
    case QUOTE:
      return readString(scan);
    case OPEN_OBJECT:
      return readObject(scan);
    case OPEN_ARRAY:
      return readArray(scan);
    case 0x74:
      return readWord(scan, 'true', true);
    case 0x66:
      return readWord(scan, 'false', false);
    case 0x6e:
      return readWord(scan, 'null', null);
    default:
      return readNumber(scan);
  }
}

function readObject(scan: JsonScan): JsonObject | undefined {
  const object: JsonObject = {};
  if (++scan.depth > MAX_DEPTH) return fail(scan, `at most ${MAX_DEPTH} levels`);
  scan.at++;
  if (passes(scan, CLOSE_OBJECT)) return leave(scan, object);
  for (;;) {
    if (scan.bytes[scan.at] !== QUOTE || scan.at >= scan.end) return fail(scan, 'a name in double quotes');
    const nameAt = scan.at;
    const name = readString(scan);
    if (name === FAILED) return FAILED;
    if (Object.hasOwn(object, name)) {
      scan.at = nameAt;
      return fail(scan, 'a name that the object does not have yet');
    }
    if (!passes(scan, COLON)) return fail(scan, 'a colon');
    const value = readValue(scan);
    if (value === FAILED) return FAILED;
    if (name === '__proto__') setOwn(object, name, value);
    else object[name] = value;
    if (passes(scan, CLOSE_OBJECT)) return leave(scan, object);
    if (!passes(scan, COMMA)) return fail(scan, 'a comma or the closing brace');
  }
}

function readArray(scan: JsonScan): JsonValue[] | undefined {
  const array: JsonValue[] = [];
  if (++scan.depth > MAX_DEPTH) return fail(scan, `at most ${MAX_DEPTH} levels`);
  scan.at++;
  if (passes(scan, CLOSE_ARRAY)) return leave(scan, array);
  for (;;) {
    const value = readValue(scan);
    if (value === FAILED) return FAILED;
    array.push(value);
    if (passes(scan, CLOSE_ARRAY)) return leave(scan, array);
    if (!passes(scan, COMMA)) return fail(scan, 'a comma or the closing bracket');
  }
}

function readString(scan: JsonScan): string | undefined {
  const { bytes, end } = scan;
  const start = scan.at + 1;
  let at = start;
  let isAscii = true;
  let hasEscape = false;
  for (; at < end; at++) {
    const kind = STRING_BYTES[bytes[at] as number] as number;
    if (kind === PLAIN) continue;
    if (kind === NOT_ASCII) isAscii = false;
    else if (kind === END) break;
    else {
      hasEscape = true;
      at++;
    }
  }
  if (at >= end || bytes[at] !== QUOTE) {
    scan.at = Math.min(at, end);
    return fail(scan, 'the closing quote of a text, without control characters in it');
  }
  scan.at = at + 1;
  if (hasEscape) return readEscapes(scan, start, at);
  if (isAscii) return scan.text.slice(start, at);
  return decodeUtf8(bytes, start, at) ?? fail(scan, 'UTF-8');
}

/** The engine knows the escapes; what it makes of them may be no text that can be stored. */
function readEscapes(scan: JsonScan, start: number, end: number): string | undefined {
  const written = decodeUtf8(scan.bytes, start - 1, end + 1);
  if (written === undefined) return fail(scan, 'UTF-8');
  try {
    const text = JSON.parse(written) as string;
    if (text.includes('\0') || !text.isWellFormed()) scan.hasUnstorable = true;
    return text;
  } catch {
    scan.at = start;
    return fail(scan, 'a text whose escapes are those of JSON');
  }
}

function readNumber(scan: JsonScan): number | bigint | undefined {
  NUMBER.lastIndex = scan.at;
  if (scan.at >= scan.end || !NUMBER.test(scan.text)) return fail(scan, 'a value');
  const written = scan.text.slice(scan.at, NUMBER.lastIndex);
  scan.at = NUMBER.lastIndex;
  const number = Number(written);
  if (written.length <= EXACT_DIGITS || Number.isSafeInteger(number) || /[.eE]/.test(written)) return number;
  // What not even a double can hold is out of range everywhere; as bigint it would take long to read.
  return Number.isFinite(number) ? BigInt(written) : number;
}

function readWord<T>(scan: JsonScan, word: string, value: T): T | undefined {
  if (!scan.text.startsWith(word, scan.at) || scan.at + word.length > scan.end) return fail(scan, 'a value');
  scan.at += word.length;
  return value;
}

/** Passes over a byte and the blanks around it; false when another byte is there. */
function passes(scan: JsonScan, byte: number): boolean {
  passBlanks(scan);
  if (scan.bytes[scan.at] !== byte || scan.at >= scan.end) return false;
  scan.at++;
  passBlanks(scan);
  return true;
}

function passBlanks(scan: JsonScan): void {
  const { bytes, end } = scan;
  while (scan.at < end && isBlankByte(bytes[scan.at])) scan.at++;
}

function isBlankByte(byte: number | undefined): boolean {
  return byte === SPACE || byte === TAB || byte === CR || byte === LF;
}

function leave<T>(scan: JsonScan, value: T): T {
  scan.depth--;
  return value;
}

function fail(scan: JsonScan, expected: string): undefined {
  scan.expected = expected;
  return FAILED;
}

/** As JSON.parse does: a name like any other. */
function setOwn(object: JsonObject, name: string, value: JsonValue): void {
  Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
}

function stringBytes(): Uint8Array {
  const kinds = new Uint8Array(256).fill(END, 0, 0x20).fill(NOT_ASCII, 0x80);
  kinds[QUOTE] = END;
  kinds[0x5c] = ESCAPE;
  return kinds;
}

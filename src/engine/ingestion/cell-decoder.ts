import { isUtf8 } from 'node:buffer';
import type { Encoding, SingleByteEncoding } from './dialect.ts';

/** The text of the bytes from `start` to `end`; undefined when they are not in the encoding. */
export type CellDecoder = (bytes: Buffer, start: number, end: number) => string | undefined;

const REPLACEMENT = '\uFFFD';

/** UTF-16 is transcoded to UTF-8 before cells are cut, so its cells are UTF-8. */
export function cellDecoder(encoding: Encoding): CellDecoder {
  if (encoding === 'utf-8' || encoding === 'utf-16le' || encoding === 'utf-16be') return decodeUtf8;
  if (encoding === 'iso-8859-1') return (bytes, start, end) => bytes.toString('latin1', start, end);
  return singleByteDecoder(encoding);
}

function decodeUtf8(bytes: Buffer, start: number, end: number): string | undefined {
  const text = bytes.toString('utf8', start, end);
  // The character may really stand in the text; only then are the bytes looked at twice.
  if (text.includes(REPLACEMENT) && !isUtf8(bytes.subarray(start, end))) return undefined;
  return text;
}

function singleByteDecoder(encoding: SingleByteEncoding): CellDecoder {
  const table = singleByteTable(encoding);
  return (bytes, start, end) => {
    const text = bytes
      .toString('latin1', start, end)
      .replace(/[\x80-\xFF]/g, (letter) => table[letter.charCodeAt(0)] ?? REPLACEMENT);
    return text.includes(REPLACEMENT) ? undefined : text;
  };
}

/** The character of each of the 256 bytes; U+FFFD for those the encoding does not define. */
export function singleByteTable(encoding: SingleByteEncoding): readonly string[] {
  const everyByte = Uint8Array.from({ length: 256 }, (_, byte) => byte);
  return Array.from(new TextDecoder(encoding).decode(everyByte));
}

import { singleByteTable } from './cell-decoder.ts';
import type { Encoding } from './dialect.ts';

/** The bytes of a text in an encoding; undefined when it has a character that the encoding lacks. */
export type CellEncoder = (text: string) => Buffer | undefined;

const NOT_ASCII = /[^\0-\x7F]/;

/** UTF-16 is UTF-8 while its records are worked on, see `cellDecoder`. */
export function cellEncoder(encoding: Encoding): CellEncoder {
  if (encoding === 'utf-8' || encoding === 'utf-16le' || encoding === 'utf-16be') {
    return (text) => (text.isWellFormed() ? Buffer.from(text) : undefined);
  }
  const bytes = bytesOf(encoding);
  return (text) => {
    if (!NOT_ASCII.test(text)) return Buffer.from(text, 'latin1');
    const encoded = Buffer.alloc(text.length);
    for (let at = 0; at < text.length; at++) {
      const byte = bytes.get(text.charAt(at));
      if (byte === undefined) return undefined;
      encoded[at] = byte;
    }
    return encoded;
  };
}

function bytesOf(
  encoding: Exclude<Encoding, 'utf-8' | 'utf-16le' | 'utf-16be'>,
): ReadonlyMap<string, number> {
  const letters =
    encoding === 'iso-8859-1'
      ? Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte))
      : singleByteTable(encoding);
  // Where two bytes are one letter, either is right; where a byte is none, it is never written.
  return new Map(letters.flatMap((letter, byte) => (letter === '\uFFFD' ? [] : [[letter, byte] as const])));
}

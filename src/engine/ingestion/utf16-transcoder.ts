const LONE_SURROGATE = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/;
/** No UTF-8 text contains this byte, so that a reader of the result reports it at its record. */
const INVALID_UTF8 = Buffer.from([0xff]);

export interface Utf16Transcoder {
  /** The UTF-8 of what can be decided with the bytes so far. */
  push(chunk: Buffer): Buffer;
  end(): Buffer;
}

/** UTF-16 to UTF-8 in pieces of any size. What is not UTF-16 (half a pair, half a unit) becomes the invalid byte 0xFF. */
export function createUtf16Transcoder(encoding: 'utf-16le' | 'utf-16be'): Utf16Transcoder {
  let rest: Buffer = Buffer.alloc(0);

  return {
    push(chunk) {
      const bytes = Buffer.concat([rest, chunk]);
      const usable = usableLength(bytes, encoding);
      rest = bytes.subarray(usable);
      return toUtf8(bytes.subarray(0, usable), encoding);
    },
    end() {
      const whole = rest.length - (rest.length % 2);
      const text = toUtf8(rest.subarray(0, whole), encoding);
      return whole === rest.length ? text : Buffer.concat([text, INVALID_UTF8]);
    },
  };
}

/** Without an odd last byte and without a first half of a pair whose second half is still to come. */
function usableLength(bytes: Buffer, encoding: 'utf-16le' | 'utf-16be'): number {
  const length = bytes.length - (bytes.length % 2);
  if (length === 0) return 0;
  const lastUnit = encoding === 'utf-16le' ? bytes.readUInt16LE(length - 2) : bytes.readUInt16BE(length - 2);
  return lastUnit >= 0xd800 && lastUnit <= 0xdbff ? length - 2 : length;
}

function toUtf8(bytes: Buffer, encoding: 'utf-16le' | 'utf-16be'): Buffer {
  const units = encoding === 'utf-16le' ? bytes : Buffer.from(bytes).swap16();
  const text = units.toString('utf16le');
  if (text.isWellFormed()) return Buffer.from(text, 'utf8');
  const parts = text.split(LONE_SURROGATE).flatMap((part) => [Buffer.from(part, 'utf8'), INVALID_UTF8]);
  return Buffer.concat(parts.slice(0, -1));
}

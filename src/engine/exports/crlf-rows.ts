import { Transform } from 'node:stream';

const QUOTE = 0x22;
const LINE_FEED = 0x0a;
const RETURN = 0x0d;

/** Ends rows of CSV by CRLF in place of LF; a line feed inside quotes is the cell's and stays. */
export function crlfRows(): Transform {
  let isQuoted = false;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const written = Buffer.allocUnsafe(2 * chunk.length);
      let length = 0;
      for (const byte of chunk) {
        if (byte === QUOTE) isQuoted = !isQuoted;
        else if (byte === LINE_FEED && !isQuoted) written[length++] = RETURN;
        written[length++] = byte;
      }
      done(null, written.subarray(0, length));
    },
  });
}

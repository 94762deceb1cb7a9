import { singleByteTable } from './cell-decoder.ts';
import type { Encoding } from './dialect.ts';
import { type FieldError, fieldError } from './field-error.ts';
import type { SplitFault } from './record-splitter.ts';

const REPLACEMENT = '\uFFFD';
const SHOWN_BYTES = 1024;

/** The faults of a record in the words of the report. `baseOffset`: where the buffer starts in the file. */
export function structureErrors(
  faults: readonly SplitFault[],
  buffer: Buffer,
  baseOffset: number,
  encoding: Encoding,
): FieldError[] {
  return faults.map((fault) => {
    if (fault.code === 'encoding_error') return encodingError(fault, buffer, baseOffset, encoding);
    return fieldError(fault.code, { column: fault.column, value: shownBytes(fault, buffer, encoding) });
  });
}

/** Names the first byte that is not in the encoding, between two positions that hold one. */
export function encodingError(
  place: { readonly column: number | null; readonly start: number; readonly end: number },
  buffer: Buffer,
  baseOffset: number,
  encoding: Encoding,
): FieldError {
  const { column, start, end } = place;
  const wrong = start + firstWrongByte(buffer.subarray(start, end), encoding);
  return fieldError('encoding_error', {
    column,
    value: shownBytes(place, buffer, encoding),
    message: encodingMessage(buffer[wrong] ?? 0, baseOffset + wrong, encoding),
  });
}

function shownBytes(place: { start: number; end: number }, buffer: Buffer, encoding: Encoding): string {
  const shown = buffer.subarray(place.start, Math.min(place.end, place.start + SHOWN_BYTES));
  return shown.toString(encoding === 'iso-8859-1' ? 'latin1' : 'utf8');
}

function encodingMessage(byte: number, offset: number, encoding: Encoding): string {
  const hex = `0x${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  if (encoding === 'utf-16le' || encoding === 'utf-16be') {
    return 'The text contains half a UTF-16 character. Save the file as UTF-8 and send it again.';
  }
  const place = `Byte ${hex} at offset ${offset} is not valid ${encoding}.`;
  return `${place} Save the file as UTF-8, or declare the encoding it is written in.`;
}

function firstWrongByte(cell: Buffer, encoding: Encoding): number {
  if (encoding === 'utf-8' || encoding === 'utf-16le' || encoding === 'utf-16be')
    return firstInvalidUtf8(cell);
  if (encoding === 'iso-8859-1') return 0;
  const table = singleByteTable(encoding);
  return cell.findIndex((byte) => table[byte] === REPLACEMENT);
}

function firstInvalidUtf8(cell: Buffer): number {
  const text = cell.toString('utf8');
  let position = 0;
  let from = 0;
  for (;;) {
    const next = text.indexOf(REPLACEMENT, from);
    if (next < 0) return 0;
    position += Buffer.byteLength(text.slice(from, next));
    const isGenuine = cell.toString('latin1', position, position + 3) === '\xEF\xBF\xBD';
    if (!isGenuine) return position;
    position += 3;
    from = next + 1;
  }
}

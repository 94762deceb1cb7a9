/** PostgreSQL's binary format of values, both ways: what `Database.raw` returns, and rows for a binary COPY. */

export { type CopyEncoder, createCopyEncoder } from './binary-copy.ts';

const TWO_TO_32 = 4_294_967_296;

// ndim, flags, element type, length, lower bound: four bytes each. An empty array ends after the third.
const ARRAY_HEADER_BYTES = 20;

export function int4(value: Buffer): number {
  return value.readInt32BE(0);
}

/** Exact up to 2^53. */
export function int8(value: Buffer): number {
  return value.readInt32BE(0) * TWO_TO_32 + value.readUInt32BE(4);
}

export function text(value: Buffer): string {
  return value.toString();
}

/** The elements of an `int4[]` of one dimension; `nullValue` stands for each NULL. */
export function int4Array(value: Buffer, nullValue: number): Int32Array<ArrayBuffer> {
  const result = new Int32Array(arrayLength(value));
  const view = viewOf(value);
  for (let index = 0, at = ARRAY_HEADER_BYTES; index < result.length; index++) {
    const isNull = view.getInt32(at) < 0;
    result[index] = isNull ? nullValue : view.getInt32(at + 4);
    at += isNull ? 4 : 8;
  }
  return result;
}

/** The elements of an `int2[]` of one dimension; `nullValue` stands for each NULL. */
export function int2Array(value: Buffer, nullValue: number): Int16Array<ArrayBuffer> {
  const result = new Int16Array(arrayLength(value));
  const view = viewOf(value);
  for (let index = 0, at = ARRAY_HEADER_BYTES; index < result.length; index++) {
    const isNull = view.getInt32(at) < 0;
    result[index] = isNull ? nullValue : view.getInt16(at + 4);
    at += isNull ? 4 : 6;
  }
  return result;
}

/** The byte of each element of a `"char"[]` of one dimension; `nullValue` stands for each NULL. */
export function charArray(value: Buffer, nullValue: number): Uint8Array<ArrayBuffer> {
  const result = new Uint8Array(arrayLength(value));
  const view = viewOf(value);
  for (let index = 0, at = ARRAY_HEADER_BYTES; index < result.length; index++) {
    const isNull = view.getInt32(at) < 0;
    result[index] = isNull ? nullValue : view.getUint8(at + 4);
    at += isNull ? 4 : 5;
  }
  return result;
}

function arrayLength(value: Buffer): number {
  const dimensions = value.readInt32BE(0);
  if (dimensions > 1) throw new TypeError(`An array of ${dimensions} dimensions has no place here.`);
  return dimensions === 0 ? 0 : value.readInt32BE(12);
}

function viewOf(buffer: Buffer): DataView {
  return new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}

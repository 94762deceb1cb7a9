import { madeUpName, type Sex } from './made-up-name.ts';
import type { NamePlan, Slice } from './name-plan.ts';
import { fraction, fullCycleStep } from './random.ts';

const CHUNK_BYTES = 256 * 1024;
const LONGEST_ROW = 64;
const LEAST_COUNT = 5;
/** One name in the table: its length, then its letters. */
const NAME_BYTES = 16;

/** The file of a plan, in pieces; memory depends on the longest slice, not on the number of rows. */
export function* nameFile(plan: NamePlan): Generator<Buffer> {
  const names = { F: nameTable(plan, 'F'), M: nameTable(plan, 'M') };
  const heads = plan.slices.map((slice) => Buffer.from(rowHead(plan, slice), 'latin1'));
  const tails = plan.slices.map((slice) =>
    Buffer.from(plan.layout === 'us_ssa' ? `,${slice.sex},` : ',', 'latin1'),
  );
  let chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  let used = 0;
  for (const { index, rank } of plan.shuffle ? shuffledRows(plan) : orderedRows(plan)) {
    if (used + LONGEST_ROW > CHUNK_BYTES) {
      yield chunk.subarray(0, used);
      chunk = Buffer.allocUnsafe(CHUNK_BYTES);
      used = 0;
    }
    const slice = plan.slices[index] as Slice;
    used = put(chunk, used, heads[index] as Buffer);
    used = putName(chunk, used, names[slice.sex], nameNumber(rank, slice.phase));
    used = put(chunk, used, tails[index] as Buffer);
    used = putNumber(chunk, used, countOf(slice, rank));
    chunk[used++] = 0x0d;
    chunk[used++] = 0x0a;
  }
  yield chunk.subarray(0, used);
}

/** One object for all rows: 20 million of them are made. */
interface Row {
  index: number;
  rank: number;
}

function* orderedRows({ slices }: NamePlan): Generator<Row> {
  const row = { index: 0, rank: 0 };
  for (const [index, { size }] of slices.entries()) {
    row.index = index;
    for (let rank = 0; rank < size; rank++) {
      row.rank = rank;
      yield row;
    }
  }
}

/** Every row once, each far from the one before. */
function* shuffledRows({ slices, rows, seed }: NamePlan): Generator<Row> {
  const starts = Float64Array.from(slices, ({ start }) => start);
  const step = fullCycleStep(rows, 0.618 + 0.01 * fraction(seed, 0));
  const row = { index: 0, rank: 0 };
  let number = 0;
  for (let i = 0; i < rows; i++) {
    row.index = sliceOf(starts, number);
    row.rank = number - (starts[row.index] ?? 0);
    yield row;
    number = (number + step) % rows;
  }
}

/** The last slice that starts at or before this row. */
function sliceOf(starts: Float64Array, row: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= row) low = middle;
    else high = middle - 1;
  }
  return low;
}

/**
 * The name at a rank. Ranks 2^k to 2^(k+1) share as many names and turn with the phase: a name rises from year to
 * year and falls back, keeps to its order of magnitude, and a list that ends within such a block drops some.
 */
function nameNumber(rank: number, phase: number): number {
  const size = 2 ** (31 - Math.clz32(rank + 1));
  const inBlock = rank + 1 - size;
  return size - 1 + ((inBlock + Math.floor(size * phase)) & (size - 1));
}

function countOf({ scale, size }: Slice, rank: number): number {
  return Math.max(LEAST_COUNT, Math.floor((scale * size) / (rank + 1)));
}

function nameTable({ seed, slices }: NamePlan, sex: Sex): Buffer {
  const longest = slices.reduce((most, slice) => Math.max(most, slice.size), 1);
  const names = 2 ** (32 - Math.clz32(longest)) - 1;
  const table = Buffer.alloc(names * NAME_BYTES);
  for (let number = 0; number < names; number++) {
    const name = madeUpName(seed, sex, number);
    table[number * NAME_BYTES] = name.length;
    table.write(name, number * NAME_BYTES + 1, 'latin1');
  }
  return table;
}

function rowHead({ layout }: NamePlan, { area, sex, year }: Slice): string {
  return layout === 'us_ssa' ? '' : `${area},${sex},${year},`;
}

function put(chunk: Buffer, at: number, bytes: Buffer): number {
  let end = at;
  for (let i = 0; i < bytes.length; i++) chunk[end++] = bytes[i] as number;
  return end;
}

function putName(chunk: Buffer, at: number, table: Buffer, number: number): number {
  const start = number * NAME_BYTES + 1;
  const length = table[start - 1] as number;
  for (let i = 0; i < length; i++) chunk[at + i] = table[start + i] as number;
  return at + length;
}

function putNumber(chunk: Buffer, at: number, value: number): number {
  let digits = 1;
  for (let limit = 10; value >= limit; limit *= 10) digits++;
  let rest = value;
  for (let i = at + digits - 1; i >= at; i--) {
    chunk[i] = 0x30 + (rest % 10);
    rest = Math.floor(rest / 10);
  }
  return at + digits;
}

import { setImmediate as nextTurn } from 'node:timers/promises';
import type { CatalogSlice } from '../read-model/country-catalog.ts';
import type { Dictionary } from '../read-model/dictionary.ts';
import type { ReadModel } from '../read-model/read-model.ts';
import { denominatorOf } from './ranking.ts';
import { similarityOf, type SimilarityMode, smooth } from './similar.ts';

/** A name is compared from so many years and births on; two names where both are listed in as many of the same years. */
export const MIN_YEARS = 15;
const MIN_BEARERS = 1000;

/** Years, and names, before other questions get their turn: some milliseconds. */
const YEARS_AT_A_TIME = 16;
const NAMES_AT_A_TIME = 1000;

/** The smoothed shares of all names of an area and gender that are compared, by row. */
export interface Curves {
  readonly slices: readonly CatalogSlice[];
  /** Dictionary numbers of the first spellings, rising. */
  readonly numbers: Int32Array;
  readonly totals: Int32Array;
  /** Per million, a row of all years for each name. */
  readonly shares: Float32Array;
  /** Of each row: the sum of its squares. */
  readonly squares: Float64Array;
  /** Of each row: a bit for every year that shows a count. */
  readonly shown: Uint32Array;
}

export interface SimilarName {
  /** Row of the curves. */
  readonly row: number;
  readonly similarity: number;
  readonly commonYears: number;
}

/** `slices`: single years of one area and gender, rising, without a break between them. */
export async function makeCurves(
  model: Pick<ReadModel, 'rows'>,
  dictionary: Dictionary,
  slices: readonly CatalogSlice[],
): Promise<Curves> {
  const { numbers, totals } = await namesToCompare(model, dictionary, slices);
  const words = wordsOf(slices);
  const curves = {
    slices,
    numbers,
    totals,
    shares: new Float32Array(numbers.length * slices.length),
    squares: new Float64Array(numbers.length),
    shown: new Uint32Array(numbers.length * words),
  };
  const rowOf = new Int32Array(dictionary.positions.length).fill(-1);
  numbers.forEach((no, row) => (rowOf[no] = row));
  await eachYear(model, dictionary, slices, (no, count, at) => {
    const row = rowOf[no] as number;
    if (row < 0) return;
    curves.shares[row * slices.length + at]! += count;
    curves.shown[row * words + (at >> 5)]! |= 1 << (at & 31);
  });
  await smoothAll(curves);
  return curves;
}

export function bytesOfCurves({ numbers, shares, shown }: Curves): number {
  return numbers.length * 16 + shares.byteLength + shown.byteLength;
}

/** Those with enough years and births. */
async function namesToCompare(
  model: Pick<ReadModel, 'rows'>,
  dictionary: Dictionary,
  slices: readonly CatalogSlice[],
): Promise<Pick<Curves, 'numbers' | 'totals'>> {
  const sums = new Int32Array(dictionary.positions.length);
  const years = new Uint16Array(sums.length);
  const lastYear = new Uint16Array(sums.length);
  await eachYear(model, dictionary, slices, (no, count, at) => {
    sums[no]! += count;
    if (lastYear[no] !== at + 1) years[no]!++;
    lastYear[no] = at + 1;
  });
  const isCompared = (no: number): boolean =>
    (sums[no] as number) >= MIN_BEARERS && (years[no] as number) >= MIN_YEARS;
  const numbers = Int32Array.from(sums.keys().filter(isCompared));
  return { numbers, totals: numbers.map((no) => sums[no] as number) };
}

/** Tells every count shown: the number of the first spelling, the count, the place of the year. */
async function eachYear(
  model: Pick<ReadModel, 'rows'>,
  { numbers: numberAt, canonical }: Dictionary,
  slices: readonly CatalogSlice[],
  tell: (no: number, count: number, at: number) => void,
): Promise<void> {
  for (let start = 0; start < slices.length; start += YEARS_AT_A_TIME) {
    const some = await model.rows(slices.slice(start, start + YEARS_AT_A_TIME));
    for (const [offset, { numbers, counts }] of some.entries()) {
      for (let at = 0; at < numbers.length; at++) {
        const count = counts[at] as number;
        if (count > 0)
          tell(numberAt[canonical[numbers[at] as number] as number] as number, count, start + offset);
      }
    }
    await nextTurn();
  }
}

/** Turns counts into smoothed shares. A year that does not show the name has half of what its threshold lets it hide. */
async function smoothAll({ slices, numbers, shares, squares, shown }: Curves): Promise<void> {
  const words = wordsOf(slices);
  const years = slices.map(({ toYear }) => toYear);
  const { kind } = denominatorOf(slices);
  const perMillion = slices.map(({ births, sum }) => 1e6 / (kind === 'births' ? (births as number) : sum));
  const unknown = slices.map(({ threshold }) => ((threshold ?? 1) - 1) / 2);
  const values = new Float64Array(slices.length);
  for (let row = 0; row < numbers.length; row++) {
    const offset = row * slices.length;
    for (let at = 0; at < slices.length; at++) {
      const isShown = ((shown[row * words + (at >> 5)] as number) >>> (at & 31)) & 1;
      values[at] =
        (isShown ? (shares[offset + at] as number) : (unknown[at] as number)) * (perMillion[at] as number);
    }
    smooth(values, years, shares, offset);
    for (let at = 0; at < slices.length; at++) squares[row]! += (shares[offset + at] as number) ** 2;
    if (row % NAMES_AT_A_TIME === NAMES_AT_A_TIME - 1) await nextTurn();
  }
}

/** The names most like that of a row, the most alike first; of equals the more frequent. */
export function findSimilar(curves: Curves, row: number, mode: SimilarityMode, limit: number): SimilarName[] {
  const { numbers, totals } = curves;
  const similarities = similaritiesTo(curves, row, mode);
  const least = similarities.toSorted().at(-limit) ?? 0;
  const found: SimilarName[] = [];
  for (let other = 0; other < numbers.length; other++) {
    const similarity = similarities[other] as number;
    if (similarity < 0 || similarity < least) continue;
    found.push({ row: other, similarity, commonYears: yearsInCommon(curves, row, other) });
  }
  found.sort(
    (a, b) =>
      b.similarity - a.similarity || (totals[b.row] as number) - (totals[a.row] as number) || a.row - b.row,
  );
  return found.slice(0, limit);
}

/** Of each row to one; −1 where they are not compared. */
function similaritiesTo(curves: Curves, row: number, mode: SimilarityMode): Float64Array {
  const { slices, numbers, shares, squares } = curves;
  const width = slices.length;
  const own = shares.slice(row * width, (row + 1) * width);
  const similarities = new Float64Array(numbers.length).fill(-1);
  for (let other = 0; other < numbers.length; other++) {
    if (other === row || yearsInCommon(curves, row, other) < MIN_YEARS) continue;
    let product = 0;
    const offset = other * width;
    for (let at = 0; at < width; at++) product += (own[at] as number) * (shares[offset + at] as number);
    similarities[other] = similarityOf(mode, product, squares[row] as number, squares[other] as number);
  }
  return similarities;
}

/** Years that show a count of both. */
export function yearsInCommon({ slices, shown }: Curves, one: number, other: number): number {
  const words = wordsOf(slices);
  let years = 0;
  for (let word = 0; word < words; word++)
    years += bitsIn((shown[one * words + word] as number) & (shown[other * words + word] as number));
  return years;
}

/** How many of 32 bits are set: added up in pairs, then in fours, then in bytes. */
export function bitsIn(word: number): number {
  let bits = word - ((word >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

function wordsOf(slices: readonly CatalogSlice[]): number {
  return Math.ceil(slices.length / 32);
}

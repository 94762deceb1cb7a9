import type { Dictionary } from '../read-model/dictionary.ts';
import type { SliceRows } from '../read-model/pages.query.ts';
import { MAX_NAMES } from '../spelling/name-limit.ts';

/** Sums below this are counted one by one to find how far the first names reach. */
const SMALL_SUMS = 1 << 14;
const MAX_SUM = 0x7fffffff;

/** Sums by dictionary number; long enough for every number of the dictionary. */
export function emptySums(dictionary: Dictionary): Int32Array {
  return new Int32Array(dictionary.positions.length);
}

export function addSlice(sums: Int32Array, { numbers, counts }: SliceRows): void {
  for (let at = 0; at < numbers.length; at++) sums[numbers[at] as number]! += counts[at] as number;
}

/** Which of the summed names are wanted. */
export interface WantedNames {
  /** At least so many of the first, whole ties; infinite: all. */
  readonly names: number;
  /** With at least this sum; 1 or more. */
  readonly minSum: number;
}

/** The first names of a ranking, and how many there are in all that have the least sum. */
export interface RankedSums extends SliceRows {
  readonly total: number;
}

/** The names with a sum, in rank order: falling sum, then display name. Spellings of one key become the first of them. */
export function rankSums(sums: Int32Array, dictionary: Dictionary, wanted: WantedNames): RankedSums {
  for (const no of dictionary.variants) {
    sums[firstSpelling(no, dictionary)]! += sums[no] as number;
    sums[no] = 0;
  }
  return rankAmong(sums, undefined, dictionary, wanted);
}

/** As `rankSums` over few rows: only the names that occur are looked at. */
export function rankFewRows(
  slices: readonly SliceRows[],
  dictionary: Dictionary,
  wanted: WantedNames,
): RankedSums {
  const sums = scratchOf(dictionary);
  const touched: number[] = [];
  for (const { numbers, counts } of slices) {
    for (let at = 0; at < numbers.length; at++) {
      const no = firstSpelling(numbers[at] as number, dictionary);
      if (sums[no] === 0) touched.push(no);
      sums[no]! += counts[at] as number;
    }
  }
  const ranked = rankAmong(sums, Int32Array.from(touched), dictionary, wanted);
  for (const no of touched) sums[no] = 0;
  return ranked;
}

const scratch = new WeakMap<Dictionary, Int32Array>();

/** Zeros to add up in, left as they were found. */
function scratchOf(dictionary: Dictionary): Int32Array {
  const known = scratch.get(dictionary);
  if (known) return known;
  const made = emptySums(dictionary);
  scratch.set(dictionary, made);
  return made;
}

function firstSpelling(no: number, { numbers, canonical }: Dictionary): number {
  return numbers[canonical[no] as number] as number;
}

/** Looks at the numbers given, or at all in rising order, which is the order of memory. */
function rankAmong(
  sums: Int32Array,
  among: Int32Array | undefined,
  dictionary: Dictionary,
  wanted: WantedNames,
): RankedSums {
  const { sizes, total } = countSizes(sums, among, wanted.minSum);
  const least = Math.max(wanted.minSum, leastSum(sizes, wanted.names));
  const length = among?.length ?? sums.length;
  const keys: number[] = [];
  for (let at = 0; at < length; at++) {
    const no = among ? (among[at] as number) : at;
    const sum = sums[no] as number;
    // One number a name, exact below 2^53: sum (31 bits, falling) and place in name order (22 bits, rising).
    if (sum >= least) keys.push((MAX_SUM - sum) * MAX_NAMES + (dictionary.positions[no] as number));
  }
  return { ...decode(Float64Array.from(keys).sort(), dictionary), total };
}

/** How many names have each small sum; those above share the last place. */
function countSizes(
  sums: Int32Array,
  among: Int32Array | undefined,
  minSum: number,
): { sizes: Int32Array; total: number } {
  const sizes = new Int32Array(SMALL_SUMS + 1);
  const length = among?.length ?? sums.length;
  let total = 0;
  for (let at = 0; at < length; at++) {
    const sum = sums[among ? (among[at] as number) : at] as number;
    if (sum < minSum) continue;
    total++;
    sizes[sum < SMALL_SUMS ? sum : SMALL_SUMS]!++;
  }
  return { sizes, total };
}

/** The smallest sum that still belongs to the first `wanted` names, at least 1. */
function leastSum(sizes: Int32Array, wanted: number): number {
  let names = 0;
  for (let sum = SMALL_SUMS; sum > 1; sum--) {
    names += sizes[sum] as number;
    if (names >= wanted) return sum;
  }
  return 1;
}

function decode(keys: Float64Array, dictionary: Dictionary): SliceRows {
  const numbers = new Int32Array(keys.length);
  const counts = new Int32Array(keys.length);
  for (let at = 0; at < keys.length; at++) {
    const key = keys[at] as number;
    const position = key % MAX_NAMES;
    numbers[at] = dictionary.numbers[position] as number;
    counts[at] = MAX_SUM - (key - position) / MAX_NAMES;
  }
  return { numbers, counts };
}

import type { Dictionary } from '../read-model/dictionary.ts';
import type { SliceRows } from '../read-model/pages.query.ts';

/** Sums below this are counted one by one to find how far the first names reach. */
const SMALL_SUMS = 1 << 14;
const MAX_SUM = 0x7fffffff;
const MAX_NAMES = 0x400000;

/** Sums by dictionary number; long enough for every number of the dictionary. */
export function emptySums(dictionary: Dictionary): Int32Array {
  return new Int32Array(dictionary.positions.length);
}

export function addSlice(sums: Int32Array, { numbers, counts }: SliceRows): void {
  for (let at = 0; at < numbers.length; at++) sums[numbers[at] as number]! += counts[at] as number;
}

/** The first names of a ranking, whole ties, and how many names there are in all. */
export interface RankedSums extends SliceRows {
  readonly total: number;
}

/**
 * The names with a sum, in rank order: falling sum, then display name; at least the first `wanted`, to the end of
 * their tie. Spellings of one key become the first of them.
 */
export function rankSums(sums: Int32Array, dictionary: Dictionary, wanted: number): RankedSums {
  for (const no of dictionary.variants) {
    sums[dictionary.numbers[dictionary.canonical[no] as number] as number]! += sums[no] as number;
    sums[no] = 0;
  }
  const { sizes, total } = countSizes(sums);
  const least = leastSum(sizes, wanted);
  const kept = total - sizes.subarray(0, least).reduce((sum, size) => sum + size, 0);
  const keys = new Float64Array(kept);
  let filled = 0;
  for (let no = 0; no < sums.length; no++) {
    const sum = sums[no] as number;
    // One number a name, exact below 2^53: sum (31 bits, falling) and place in name order (22 bits, rising).
    if (sum >= least) keys[filled++] = (MAX_SUM - sum) * MAX_NAMES + (dictionary.positions[no] as number);
  }
  keys.sort();
  return { ...decode(keys, dictionary), total };
}

/** How many names have each small sum; sums above share the last place. */
function countSizes(sums: Int32Array): { sizes: Int32Array; total: number } {
  const sizes = new Int32Array(SMALL_SUMS + 1);
  let none = 0;
  for (let no = 0; no < sums.length; no++) {
    const sum = sums[no] as number;
    if (sum === 0) none++;
    else sizes[sum < SMALL_SUMS ? sum : SMALL_SUMS]!++;
  }
  return { sizes, total: sums.length - none };
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

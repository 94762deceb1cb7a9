import type { Dictionary } from './dictionary.ts';
import type { SliceRows } from './pages.query.ts';
import { MAX_NAMES } from '../spelling/name-limit.ts';

/** Sums below this are counted one by one to find how far the first names reach. */
const SMALL_SUMS = 1 << 14;
const MAX_SUM = 0x7fffffff;

/** What is added up: the counts of a slice, less those of `minus` where it is given; or taken off again. */
export interface Summand extends SliceRows {
  readonly minus?: Int32Array;
  /** Part of what other summands add; these come last. */
  readonly isTaken?: boolean;
}

/** Which of the summed names are wanted. */
export interface WantedNames {
  /** At least so many of the first, whole ties; infinite: all. */
  readonly names: number;
  /** With at least this sum; 1 or more. */
  readonly minSum: number;
}

/** The first names of a ranking, and how many there are in all that have the least sum, or any. */
export interface RankedSums extends SliceRows {
  readonly total: number;
  readonly listed: number;
}

/** Arrays as long as the dictionary, made once and left as they were found: `sums` and `sizes` full of zeros. */
interface Scratch {
  readonly dictionary: Dictionary;
  /** Sum of a name by its canonical position; of running totals, by dictionary number. */
  readonly sums: Int32Array;
  /** The canonical positions that have a sum. */
  readonly touched: Int32Array;
  /** Sort keys. */
  readonly keys: Float64Array;
  /** How many names have each small sum; those above share the last place. */
  readonly sizes: Int32Array;
}

const scratches = new WeakMap<Dictionary, Scratch>();

/** The names with a sum, in rank order: falling sum, then display name. Spellings of one key become the first of them. */
export function rankSums(
  summands: readonly Summand[],
  dictionary: Dictionary,
  wanted: WantedNames,
): RankedSums {
  const scratch = scratchOf(dictionary);
  const [first, ...others] = summands;
  if (first?.minus && others.every(({ minus }) => !minus) && isEachAName(first.numbers, dictionary))
    return rankDense(scratch, first, others, wanted);
  let length = 0;
  for (const summand of summands) {
    if (summand.isTaken) takeOff(scratch, summand);
    else length = add(scratch, summand, length);
  }
  const ranked = rank(scratch, length, wanted);
  for (let at = 0; at < length; at++) scratch.sums[scratch.touched[at] as number] = 0;
  return ranked;
}

function scratchOf(dictionary: Dictionary): Scratch {
  const known = scratches.get(dictionary);
  if (known) return known;
  const numbers = dictionary.positions.length;
  const made = {
    dictionary,
    sums: new Int32Array(numbers),
    touched: new Int32Array(numbers),
    keys: new Float64Array(numbers),
    sizes: new Int32Array(SMALL_SUMS + 1),
  };
  scratches.set(dictionary, made);
  return made;
}

/**
 * The same for running totals, which have every name of their area: what other slices add or take is put beside them
 * first, and one walk over the totals finds all sums and leaves `sums` as they were.
 */
function rankDense(
  { dictionary, sums, touched, keys, sizes }: Scratch,
  { numbers, counts, minus = counts }: Summand,
  others: readonly Summand[],
  { names, minSum }: WantedNames,
): RankedSums {
  for (const other of others) {
    if (other.isTaken) take(sums, other);
    else put(sums, other);
  }
  let total = 0;
  let listed = 0;
  for (let at = 0; at < numbers.length; at++) {
    const no = numbers[at] as number;
    const sum = (sums[no] as number) + (counts[at] as number) - (minus[at] as number);
    sums[no] = 0;
    touched[at] = sum;
    if (sum > 0) listed++;
    if (sum < minSum) continue;
    total++;
    sizes[sum < SMALL_SUMS ? sum : SMALL_SUMS]!++;
  }
  const least = Math.max(minSum, leastSum(sizes, names));
  sizes.fill(0);
  let found = 0;
  for (let at = 0; at < numbers.length; at++) {
    const sum = touched[at] as number;
    if (sum >= least) keys[found++] = sortKey(sum, dictionary.canonical[numbers[at] as number] as number);
  }
  return { ...decode(keys.subarray(0, found).sort(), dictionary), total, listed };
}

const eachAName = new WeakMap<Int32Array, { readonly dictionary: Dictionary; readonly isSo: boolean }>();

/** Whether no two of the numbers are spellings of one key; found out once for each dictionary. */
function isEachAName(numbers: Int32Array, dictionary: Dictionary): boolean {
  const known = eachAName.get(numbers);
  if (known?.dictionary === dictionary) return known.isSo;
  const isSeen = new Uint8Array(dictionary.size);
  const isSo = numbers.every((no) => isSeen[dictionary.canonical[no] as number]!++ === 0);
  eachAName.set(numbers, { dictionary, isSo });
  return isSo;
}

function put(sums: Int32Array, { numbers, counts }: Summand): void {
  for (let at = 0; at < numbers.length; at++) sums[numbers[at] as number]! += counts[at] as number;
}

/** Returns how many names are touched now. */
function add(
  { dictionary: { canonical }, sums, touched }: Scratch,
  { numbers, counts, minus }: Summand,
  length: number,
): number {
  for (let at = 0; at < numbers.length; at++) {
    const count = (counts[at] as number) - (minus ? (minus[at] as number) : 0);
    if (count === 0) continue;
    const name = canonical[numbers[at] as number] as number;
    const sum = sums[name] as number;
    if (sum === 0) touched[length++] = name;
    sums[name] = sum + count;
  }
  return length;
}

function takeOff({ dictionary: { canonical }, sums }: Scratch, { numbers, counts }: Summand): void {
  for (let at = 0; at < numbers.length; at++)
    sums[canonical[numbers[at] as number] as number]! -= counts[at] as number;
}

function take(sums: Int32Array, { numbers, counts }: Summand): void {
  for (let at = 0; at < numbers.length; at++) sums[numbers[at] as number]! -= counts[at] as number;
}

function rank(
  { dictionary, sums, touched, keys, sizes }: Scratch,
  length: number,
  wanted: WantedNames,
): RankedSums {
  let total = 0;
  let listed = 0;
  for (let at = 0; at < length; at++) {
    const sum = sums[touched[at] as number] as number;
    if (sum > 0) listed++;
    if (sum < wanted.minSum) continue;
    total++;
    sizes[sum < SMALL_SUMS ? sum : SMALL_SUMS]!++;
  }
  const least = Math.max(wanted.minSum, leastSum(sizes, wanted.names));
  sizes.fill(0);
  let found = 0;
  for (let at = 0; at < length; at++) {
    const name = touched[at] as number;
    const sum = sums[name] as number;
    if (sum >= least) keys[found++] = sortKey(sum, name);
  }
  return { ...decode(keys.subarray(0, found).sort(), dictionary), total, listed };
}

/** One number a name, exact below 2^53: sum (31 bits, falling) and place in name order (22 bits, rising). */
function sortKey(sum: number, position: number): number {
  return (MAX_SUM - sum) * MAX_NAMES + position;
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

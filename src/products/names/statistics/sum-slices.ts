import type { Dictionary } from '../read-model/dictionary.ts';
import type { SliceRows } from '../read-model/pages.query.ts';

/** Counts below this are sorted by counting; the few above by comparison. */
const SMALL_COUNTS = 1 << 16;

/**
 * Adds up slices by key and puts the names in rank order: falling sum, then display name. A name with several
 * spellings is answered by the first of them.
 */
export function sumSlices(slices: readonly SliceRows[], dictionary: Dictionary): SliceRows {
  const { canonical, size } = dictionary;
  const sums = new Int32Array(size);
  for (const { numbers, counts } of slices) {
    for (let at = 0; at < numbers.length; at++) {
      sums[canonical[numbers[at] as number] as number]! += counts[at] as number;
    }
  }
  return inRankOrder(sums, dictionary);
}

function inRankOrder(sums: Int32Array, dictionary: Dictionary): SliceRows {
  const sizes = new Int32Array(SMALL_COUNTS);
  const large: number[] = [];
  let total = 0;
  for (let position = 0; position < sums.length; position++) {
    const sum = sums[position] as number;
    if (sum === 0) continue;
    total++;
    if (sum < SMALL_COUNTS) sizes[sum]!++;
    else large.push(position);
  }
  const next = startsOf(sizes, large.length);
  const numbers = new Int32Array(total);
  const counts = new Int32Array(total);
  const put = (at: number, position: number): void => {
    numbers[at] = (dictionary.rows[position] as { no: number }).no;
    counts[at] = sums[position] as number;
  };
  large
    .sort((a, b) => (sums[b] as number) - (sums[a] as number) || a - b)
    .forEach((position, at) => put(at, position));
  // Positions rise with the name, so names of one sum stay in order.
  for (let position = 0; position < sums.length; position++) {
    const sum = sums[position] as number;
    if (sum > 0 && sum < SMALL_COUNTS) put(next[sum]!++, position);
  }
  return { numbers, counts };
}

/** Where the names of each small sum begin, larger sums first. */
function startsOf(sizes: Int32Array, first: number): Int32Array {
  const starts = new Int32Array(SMALL_COUNTS);
  let start = first;
  for (let sum = SMALL_COUNTS - 1; sum > 0; sum--) {
    starts[sum] = start;
    start += sizes[sum] as number;
  }
  return starts;
}

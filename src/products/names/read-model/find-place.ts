const indexes = new WeakMap<Int32Array, Int32Array>();

/** Columns that one question indexes at most, each in about a millisecond; it looks through the others. */
const INDEXED_AT_A_TIME = 8;

/** Where a number stands in a column; -1 where it does not. */
export type PlaceFinder = (numbers: Int32Array, wanted: number) => number;

/**
 * For one question about columns of distinct numbers. Columns that are asked often get an index, which lives as long
 * as they do.
 */
export function createPlaceFinder(indexedAtMost = INDEXED_AT_A_TIME): PlaceFinder {
  let left = indexedAtMost;
  return (numbers, wanted) => {
    const known = indexes.get(numbers);
    if (known) return placeBy(known, numbers, wanted);
    if (left === 0) return numbers.indexOf(wanted);
    left--;
    const made = placesByNumber(numbers);
    indexes.set(numbers, made);
    return placeBy(made, numbers, wanted);
  };
}

function placeBy(byNumber: Int32Array, numbers: Int32Array, wanted: number): number {
  let low = 0;
  let high = byNumber.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((numbers[byNumber[middle] as number] as number) < wanted) low = middle + 1;
    else high = middle;
  }
  const place = byNumber[low];
  return place !== undefined && numbers[place] === wanted ? place : -1;
}

/** Sorted as one number a row, exact below 2^53: the number and its place. */
function placesByNumber(numbers: Int32Array): Int32Array {
  const { length } = numbers;
  const keys = new Float64Array(length);
  for (let at = 0; at < length; at++) keys[at] = (numbers[at] as number) * length + at;
  keys.sort();
  return Int32Array.from(keys, (key) => key % length);
}

import type { Dictionary } from '../read-model/dictionary.ts';

const nameOrders = new WeakMap<Int32Array, Int32Array>();

/** From so many names to one of a list on, sorting the list is sooner done than looking at all names. */
const FEW = 16;

/** All places of a list by name, kept as long as the rows they belong to: names added later do not change their order. */
export function placesByName(numbers: Int32Array, dictionary: Dictionary): Int32Array {
  const known = nameOrders.get(numbers);
  if (known) return known;
  const isShort = numbers.length * FEW < dictionary.size;
  const ordered = (isShort ? sortedByName : countedByName)(numbers, dictionary);
  nameOrders.set(numbers, ordered);
  return ordered;
}

/** One number a name, exact below 2^53: its position and its place. */
function sortedByName(numbers: Int32Array, { positions }: Dictionary): Int32Array {
  const { length } = numbers;
  const keys = new Float64Array(length);
  for (let at = 0; at < length; at++) keys[at] = (positions[numbers[at] as number] as number) * length + at;
  keys.sort();
  return Int32Array.from(keys, (key) => key % length);
}

function countedByName(numbers: Int32Array, { positions, size }: Dictionary): Int32Array {
  const placeByPosition = new Int32Array(size);
  for (let at = 0; at < numbers.length; at++)
    placeByPosition[positions[numbers[at] as number] as number] = at + 1;
  const ordered = new Int32Array(numbers.length);
  let filled = 0;
  for (let position = 0; position < size; position++) {
    const place = placeByPosition[position] as number;
    if (place > 0) ordered[filled++] = place - 1;
  }
  return ordered;
}

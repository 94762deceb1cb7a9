import type { CatalogSlice } from './country-catalog.ts';

/** How many names of a slice have each count, by falling count, and the rank of a name with that count. */
export interface Histogram {
  readonly counts: Int32Array;
  readonly frequencies: Int32Array;
  readonly ranks: Int32Array;
}

/** Competition ranks: one more than the number of names with a larger count. */
export function ranksOf(frequencies: Int32Array): Int32Array {
  const ranks = new Int32Array(frequencies.length);
  let rank = 1;
  for (let at = 0; at < frequencies.length; at++) {
    ranks[at] = rank;
    rank += frequencies[at] as number;
  }
  return ranks;
}

const ofSums = new WeakMap<CatalogSlice, Histogram>();

/** Of a sum over areas it is known once its rows were read. */
export function histogramOf(slice: CatalogSlice): Histogram {
  return slice.parts ? (ofSums.get(slice) ?? slice) : slice;
}

/** `falling`: the counts of a sum over areas. */
export function noteHistogram(slice: CatalogSlice, falling: Int32Array): void {
  if (ofSums.has(slice)) return;
  const counts = falling.filter((count, at) => count !== falling[at - 1]);
  const frequencies = new Int32Array(counts.length);
  let place = -1;
  for (let at = 0; at < falling.length; at++) {
    if (falling[at] !== falling[at - 1]) place++;
    frequencies[place]!++;
  }
  ofSums.set(slice, { counts, frequencies, ranks: ranksOf(frequencies) });
}

import type { Dictionary } from '../read-model/dictionary.ts';
import { placesByName } from './name-order.ts';
import { firstWithin, rankAt, type RankMethod, type Ranking } from './ranking.ts';

export const LIST_SORTS = ['-count', 'count', 'name', '-name', 'rank', '-rank', 'year', '-year'] as const;
export type ListSort = (typeof LIST_SORTS)[number];

/** A place in one of the rankings of a list. */
export interface Place {
  readonly ranking: Ranking;
  readonly at: number;
}

/** No count or rank is larger. */
const MOST = 0x7fffffff;

export interface ListOrder {
  readonly rankings: readonly Ranking[];
  readonly dictionary: Dictionary;
  readonly marks: Uint8Array | undefined;
  readonly sort: ListSort;
  readonly rankMethod: RankMethod;
}

/** The places that pass, of one ranking, in rank order. */
function selectPlaces(order: ListOrder, ranking: Ranking, length: number): Int32Array | undefined {
  const { marks, dictionary } = order;
  if (!marks) return undefined;
  const { positions } = dictionary;
  const { numbers } = ranking;
  const selected = new Int32Array(length);
  let found = 0;
  for (let at = 0; at < length; at++) {
    if (marks[positions[numbers[at] as number] as number] === 1) selected[found++] = at;
  }
  return selected.slice(0, found);
}

/** One ranking's places in the order of the list: `places` undefined means 0 to length − 1. */
interface Stream {
  readonly ranking: Ranking;
  readonly places: Int32Array | undefined;
  readonly length: number;
  next: number;
}

type Compare = (a: Stream, b: Stream) => number;

/** Places `offset` to `offset + limit` of a list made of the streams of all rankings, and their total. */
export function pageOf(
  order: ListOrder,
  lengthOf: (ranking: Ranking) => number,
  offset: number,
  limit: number,
): { places: Place[]; total: number } {
  const streams = order.rankings.map((ranking) => openStream(order, ranking, lengthOf(ranking)));
  const total = streams.reduce(
    (sum, { ranking, length }) => sum + length + ranking.total - ranking.counts.length,
    0,
  );
  const [only] = streams;
  if (streams.length === 1 && only) {
    const end = Math.min(offset + limit, only.length);
    const places: Place[] = [];
    for (let step = offset; step < end; step++)
      places.push({ ranking: only.ranking, at: placeAt(only, step) });
    return { places, total };
  }
  return { places: mergeStreams(order, streams, offset, limit), total };
}

function mergeStreams(order: ListOrder, streams: readonly Stream[], offset: number, limit: number): Place[] {
  const keys = sortKeys(order);
  const skipped = offset < MERGED_AT_LEAST ? 0 : skipTo(streams, keys, offset, order.dictionary.size);
  const heap = createHeap(
    streams.filter(({ next, length }) => next < length),
    comparison(keys),
  );
  const places: Place[] = [];
  for (let step = skipped; step < offset + limit; step++) {
    const stream = heap.first();
    if (!stream) break;
    if (step >= offset) places.push({ ranking: stream.ranking, at: placeAt(stream, stream.next) });
    stream.next++;
    if (stream.next < stream.length) heap.sink();
    else heap.drop();
  }
  return places;
}

/** So few rows before a page are merged like the page itself. */
const MERGED_AT_LEAST = 1000;

/** Moves all streams to one sort key so that no more than `offset` rows lie before; returns how many do. */
function skipTo(streams: readonly Stream[], keys: SortKeys, offset: number, names: number): number {
  const filled = streams.filter(({ length }) => length > 0);
  const move = (isBefore: (stream: Stream, step: number) => boolean): number => {
    let moved = 0;
    for (const stream of filled) {
      stream.next = lowest(0, stream.length, (step) => !isBefore(stream, step));
      moved += stream.next;
    }
    return moved;
  };
  const valueBefore = (value: number) => (stream: Stream, step: number) => keys.value(stream, step) < value;
  const first = Math.min(...filled.map((stream) => keys.value(stream, 0)));
  const last = Math.max(...filled.map((stream) => keys.value(stream, stream.length - 1)));
  const value = lowest(first, last + 1, (each) => move(valueBefore(each + 1)) > offset);
  const before = (name: number) => (stream: Stream, step: number) => {
    const difference = keys.value(stream, step) - value;
    return difference < 0 || (difference === 0 && keys.name(stream, step) < name);
  };
  const name = lowest(0, names, (each) => move(before(each + 1)) > offset);
  return move(before(name));
}

/** The lowest whole number from `low` on for which `holds`; `high` where there is none below it. */
function lowest(low: number, high: number, holds: (at: number) => boolean): number {
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

function placeAt(stream: Stream, step: number): number {
  return stream.places ? (stream.places[step] as number) : step;
}

function openStream(order: ListOrder, ranking: Ranking, length: number): Stream {
  const { sort } = order;
  if (sort.endsWith('name') || sort.endsWith('year')) {
    const places = byName(order, ranking, length);
    return { ranking, places, length: places.length, next: 0 };
  }
  const selected = selectPlaces(order, ranking, length);
  if (sort === '-count' || sort === 'rank')
    return { ranking, places: selected, length: selected?.length ?? length, next: 0 };
  const places = hiddenLast(order, ranking, selected ?? countUp(length));
  return { ranking, places, length: places.length, next: 0 };
}

function countUp(length: number): Int32Array {
  const places = new Int32Array(length);
  for (let at = 0; at < length; at++) places[at] = at;
  return places;
}

/** Names without a count stay where they are, behind all others. */
function hiddenLast(order: ListOrder, ranking: Ranking, places: Int32Array): Int32Array {
  const shown = firstWithin(ranking.counts, 0);
  let end = places.length;
  while (end > 0 && (places[end - 1] as number) >= shown) end--;
  const falling = fallingRanks(order, ranking, places.subarray(0, end));
  if (end === places.length) return falling;
  const all = new Int32Array(places.length);
  all.set(falling);
  all.set(places.subarray(end), end);
  return all;
}

/** From the last rank to the first; names of one rank still rise, and ordinal ranks have one name each. */
function fallingRanks({ sort, rankMethod }: ListOrder, ranking: Ranking, places: Int32Array): Int32Array {
  return sort === '-rank' && rankMethod === 'ordinal' ? places.reverse() : byRisingCount(ranking, places);
}

/** Groups of equal count from the last to the first; names still rise within a group. */
function byRisingCount(ranking: Ranking, places: Int32Array): Int32Array {
  const ordered = new Int32Array(places.length);
  let filled = 0;
  for (let end = places.length; end > 0;) {
    const count = ranking.counts[places[end - 1] as number];
    let start = end - 1;
    while (start > 0 && ranking.counts[places[start - 1] as number] === count) start--;
    ordered.set(places.subarray(start, end), filled);
    filled += end - start;
    end = start;
  }
  return ordered;
}

function byName({ dictionary, marks, sort }: ListOrder, ranking: Ranking, length: number): Int32Array {
  const { numbers } = ranking;
  const passes = (place: number): boolean =>
    place < length && (!marks || marks[dictionary.positions[numbers[place] as number] as number] === 1);
  const all = placesByName(numbers, dictionary);
  const places = marks || length < all.length ? all.filter(passes) : all;
  return sort === '-name' ? places.toReversed() : places;
}

/** What a stream rises by: the sort, falling ones negated, then the name. */
interface SortKeys {
  value(stream: Stream, step: number): number;
  name(stream: Stream, step: number): number;
}

function sortKeys({ sort, rankMethod, dictionary }: ListOrder): SortKeys {
  const sign = sort.startsWith('-') ? -1 : 1;
  const count = ({ ranking }: Stream, place: number): number => ranking.counts[place] as number;
  const name = (stream: Stream, step: number): number =>
    dictionary.places[stream.ranking.numbers[placeAt(stream, step)] as number] as number;
  const rank = ({ ranking }: Stream, place: number): number => rankAt(ranking.counts, place, rankMethod).rank;
  const year = (stream: Stream): number => stream.ranking.toYear;
  if (sort.endsWith('name')) return { value: (stream, step) => sign * name(stream, step), name };
  if (sort.endsWith('year')) return { value: (stream) => sign * year(stream), name };
  const shownValue = sort.endsWith('count') ? count : rank;
  return {
    value(stream, step) {
      const place = placeAt(stream, step);
      if (stream.ranking.counts[place] === 0) return hiddenPlace(stream.ranking.ranks?.[place] ?? 0);
      return sign * shownValue(stream, place);
    },
    name,
  };
}

/** What a name without a count is sorted by among others: behind all counts and ranks, by the rank that the office prints. */
export function hiddenPlace(printedRank: number): number {
  return MOST + (printedRank || MOST);
}

/** Order between the heads of two streams: the sort, then name, country, gender, year. */
function comparison({ value, name }: SortKeys): Compare {
  return (a, b) =>
    value(a, a.next) - value(b, b.next) ||
    name(a, a.next) - name(b, b.next) ||
    compareRankings(a.ranking, b.ranking);
}

function compareRankings(a: Ranking, b: Ranking): number {
  return (
    compareText(a.country.code, b.country.code) || compareText(a.gender, b.gender) || a.toYear - b.toYear
  );
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

interface Heap {
  first(): Stream | undefined;
  /** Restores the order after the first stream has moved on. */
  sink(): void;
  /** Removes the first stream. */
  drop(): void;
}

function createHeap(streams: Stream[], compare: Compare): Heap {
  const heap = streams.sort(compare);
  function sink(): void {
    let parent = 0;
    for (;;) {
      let least = parent;
      for (const child of [2 * parent + 1, 2 * parent + 2]) {
        if (child < heap.length && compare(heap[child] as Stream, heap[least] as Stream) < 0) least = child;
      }
      if (least === parent) return;
      [heap[parent], heap[least]] = [heap[least] as Stream, heap[parent] as Stream];
      parent = least;
    }
  }
  return {
    first: () => heap[0],
    sink,
    drop() {
      const last = heap.pop();
      if (heap.length === 0 || !last) return;
      heap[0] = last;
      sink();
    },
  };
}

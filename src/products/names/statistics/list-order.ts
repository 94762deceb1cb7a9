import type { Dictionary } from '../read-model/dictionary.ts';
import { rankAt, type RankMethod, type Ranking } from './ranking.ts';

export const LIST_SORTS = ['-count', 'count', 'name', '-name', 'rank', '-rank', 'year', '-year'] as const;
export type ListSort = (typeof LIST_SORTS)[number];

/** A place in one of the rankings of a list. */
export interface Place {
  readonly ranking: Ranking;
  readonly at: number;
}

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
  const selected: number[] = [];
  for (let at = 0; at < length; at++) {
    if (marks[dictionary.positions[ranking.numbers[at] as number] as number]) selected.push(at);
  }
  return Int32Array.from(selected);
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
  const total = streams.reduce((sum, { length }) => sum + length, 0);
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
  const compare = comparison(order);
  const heap = createHeap(
    streams.filter(({ length }) => length > 0),
    compare,
  );
  const places: Place[] = [];
  for (let step = 0; step < offset + limit; step++) {
    const stream = heap.first();
    if (!stream) break;
    if (step >= offset) places.push({ ranking: stream.ranking, at: placeAt(stream, stream.next) });
    stream.next++;
    if (stream.next < stream.length) heap.sink();
    else heap.drop();
  }
  return places;
}

function placeAt(stream: Stream, step: number): number {
  return stream.places ? (stream.places[step] as number) : step;
}

function openStream(order: ListOrder, ranking: Ranking, length: number): Stream {
  const selected = selectPlaces(order, ranking, length);
  const { sort } = order;
  if (sort === '-count' || sort === 'rank')
    return { ranking, places: selected, length: selected?.length ?? length, next: 0 };
  const places = selected ?? countUp(length);
  const ordered =
    sort === 'count' || sort === '-rank' ? byRisingCount(ranking, places) : byName(order, ranking, places);
  return { ranking, places: ordered, length: ordered.length, next: 0 };
}

function countUp(length: number): Int32Array {
  const places = new Int32Array(length);
  for (let at = 0; at < length; at++) places[at] = at;
  return places;
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

/** A few places are sorted; many are laid out by dictionary position and read off. */
function byName(order: ListOrder, ranking: Ranking, places: Int32Array): Int32Array {
  const { positions, size } = order.dictionary;
  const positionOf = (place: number): number => positions[ranking.numbers[place] as number] as number;
  let ordered: Int32Array;
  if (places.length * 8 < size) ordered = places.sort((a, b) => positionOf(a) - positionOf(b));
  else {
    const placeByPosition = new Int32Array(size);
    for (let at = 0; at < places.length; at++)
      placeByPosition[positionOf(places[at] as number)] = (places[at] as number) + 1;
    ordered = new Int32Array(places.length);
    let filled = 0;
    for (let position = 0; position < size; position++) {
      const place = placeByPosition[position] as number;
      if (place > 0) ordered[filled++] = place - 1;
    }
  }
  return order.sort === '-name' ? ordered.reverse() : ordered;
}

/** Order between the heads of two streams: the sort, then name, country, gender, year. */
function comparison(order: ListOrder): Compare {
  const { sort, rankMethod, dictionary } = order;
  const sign = sort.startsWith('-') ? -1 : 1;
  const head = (stream: Stream): number => placeAt(stream, stream.next);
  const count = (stream: Stream): number => stream.ranking.counts[head(stream)] as number;
  const position = (stream: Stream): number =>
    dictionary.positions[stream.ranking.numbers[head(stream)] as number] as number;
  const rank = (stream: Stream): number => rankAt(stream.ranking.counts, head(stream), rankMethod).rank;
  const year = (stream: Stream): number => stream.ranking.toYear;
  const value = { count, name: position, rank, year }[
    sort.replace('-', '') as 'count' | 'name' | 'rank' | 'year'
  ];
  return (a, b) =>
    sign * (value(a) - value(b)) || position(a) - position(b) || compareRankings(a.ranking, b.ranking);
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

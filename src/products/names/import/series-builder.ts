import { MAX_NAMES } from '../spelling/name-limit.ts';

/** One name of a group over its years; the positions are into the arrays of the group. */
type SeriesVisitor = (nameNumber: number, start: number, end: number) => void;

/** A slice of one year; `names` are places in the builder's list of dictionary numbers. */
interface YearOfNames {
  readonly draft: { readonly year: number };
  readonly length: number;
  readonly names: Int32Array;
  readonly counts: Int32Array;
}

/** Turns the slices of one group (area, gender), given by rising year, into series by name. */
export interface SeriesBuilder {
  add(slice: YearOfNames): void;
  /** The series of the group, which is forgotten. */
  finish(): SeriesOfGroup;
}

/** Series by rising dictionary number; a name has its years and counts from `start` to `end`. */
interface SeriesOfGroup {
  readonly years: Int16Array;
  readonly counts: Int32Array;
  /** Places of names, with or without a series. */
  readonly length: number;
  /** Visits the series at the places from `from` to `to`. */
  each(from: number, to: number, visitor: SeriesVisitor): void;
}

/** `numbers`: the dictionary number at each place. */
export function createSeriesBuilder({ numbers }: { readonly numbers: Int32Array }): SeriesBuilder {
  const byNumber = sortByNumber(numbers);
  let names = new Int32Array(1 << 16);
  let counts = new Int32Array(1 << 16);
  let years: { readonly year: number; readonly end: number }[] = [];
  let length = 0;

  return {
    add(slice) {
      const needed = length + slice.length;
      if (needed > names.length) {
        names = enlarge(names, needed);
        counts = enlarge(counts, needed);
      }
      names.set(slice.names, length);
      counts.set(slice.counts, length);
      length = needed;
      years.push({ year: slice.draft.year, end: needed });
    },
    finish() {
      const starts = startsByName(names.subarray(0, length), byNumber, numbers.length);
      const next = starts.slice();
      const seriesYears = new Int16Array(length);
      const seriesCounts = new Int32Array(length);
      let row = 0;
      for (const { year, end } of years) {
        for (; row < end; row++) {
          const at = next[names[row] as number]!++;
          seriesYears[at] = year;
          seriesCounts[at] = counts[row] as number;
        }
      }
      years = [];
      length = 0;
      return {
        years: seriesYears,
        counts: seriesCounts,
        length: byNumber.length,
        each(from, to, visitor) {
          for (let at = from; at < Math.min(to, byNumber.length); at++) {
            const name = byNumber[at] as number;
            const start = starts[name] as number;
            const end = next[name] as number;
            if (end > start) visitor(numbers[name] as number, start, end);
          }
        },
      };
    },
  };
}

/** Where each name's run begins when the runs follow each other by rising dictionary number. */
function startsByName(names: Int32Array, byNumber: Int32Array, total: number): Int32Array {
  const sizes = new Int32Array(total);
  for (let row = 0; row < names.length; row++) sizes[names[row] as number]!++;
  const starts = new Int32Array(total);
  let start = 0;
  for (let at = 0; at < byNumber.length; at++) {
    const name = byNumber[at] as number;
    starts[name] = start;
    start += sizes[name] as number;
  }
  return starts;
}

/** Places by rising dictionary number. */
function sortByNumber(numbers: Int32Array): Int32Array {
  if (isRising(numbers)) return Int32Array.from(numbers.keys());
  const keys = new Float64Array(numbers.length);
  for (let at = 0; at < numbers.length; at++) keys[at] = (numbers[at] as number) * MAX_NAMES + at;
  keys.sort();
  return Int32Array.from(keys, (key) => key % MAX_NAMES);
}

function isRising(numbers: Int32Array): boolean {
  for (let at = 1; at < numbers.length; at++) {
    if ((numbers[at] as number) <= (numbers[at - 1] as number)) return false;
  }
  return true;
}

function enlarge(column: Int32Array<ArrayBuffer>, needed: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(Math.max(needed, column.length * 2));
  larger.set(column);
  return larger;
}

import { setImmediate as nextTurn } from 'node:timers/promises';
import type { CatalogSlice } from '../read-model/country-catalog.ts';
import type { Dictionary } from '../read-model/dictionary.ts';
import type { SliceRows } from '../read-model/pages.query.ts';
import type { ReadModel } from '../read-model/read-model.ts';

/** Years added up before other questions get their turn: some milliseconds. */
const YEARS_AT_A_TIME = 16;

/** Girls and boys of each name over some years, spellings of one key together. */
export interface GenderColumns {
  /** Dictionary numbers, rising: of a name, that of its first spelling. */
  readonly numbers: Int32Array;
  readonly F: Int32Array;
  readonly M: Int32Array;
  /** The most births that the lists which do not show the name may hold of it, in years that list it at all. */
  readonly hiddenF: Int32Array;
  readonly hiddenM: Int32Array;
}

/** While it is made: a place for every number of the dictionary. */
interface Wide extends Omit<GenderColumns, 'numbers'> {
  /** The last year, counted from 1, that lists the name; and that shows its count. */
  readonly listed: Uint16Array;
  readonly shownF: Uint16Array;
  readonly shownM: Uint16Array;
}

/** Adds up the lists of girls and of boys (single years of one area, rising). */
export async function addUpGenders(
  model: Pick<ReadModel, 'rows'>,
  dictionary: Dictionary,
  girls: readonly CatalogSlice[],
  boys: readonly CatalogSlice[],
): Promise<GenderColumns> {
  const wide = takeWide(dictionary);
  const years = [...new Set([...girls, ...boys].map(({ toYear }) => toYear))];
  const ofYear = (slices: readonly CatalogSlice[], year: number): CatalogSlice[] =>
    slices.filter(({ toYear }) => toYear === year);
  for (let start = 0; start < years.length; start += YEARS_AT_A_TIME) {
    for (const [at, year] of years.slice(start, start + YEARS_AT_A_TIME).entries()) {
      const [F, M] = [ofYear(girls, year), ofYear(boys, year)];
      const [ofGirls, ofBoys] = [await model.rows(F), await model.rows(M)];
      const stamp = start + at + 1;
      for (const rows of ofGirls) addRows(rows, dictionary, wide, wide.F, wide.shownF, stamp);
      for (const rows of ofBoys) addRows(rows, dictionary, wide, wide.M, wide.shownM, stamp);
      const both = [...ofGirls, ...ofBoys];
      for (const { threshold } of F) addHidden(both, dictionary, threshold, wide.hiddenF, wide.shownF, stamp);
      for (const { threshold } of M) addHidden(both, dictionary, threshold, wide.hiddenM, wide.shownM, stamp);
    }
    await nextTurn();
  }
  return narrowed(wide, dictionary);
}

function firstSpelling({ numbers, canonical }: Dictionary, no: number): number {
  return numbers[canonical[no] as number] as number;
}

function addRows(
  { numbers, counts }: SliceRows,
  dictionary: Dictionary,
  { listed }: Wide,
  sums: Int32Array,
  shown: Uint16Array,
  stamp: number,
): void {
  for (let at = 0; at < numbers.length; at++) {
    const no = firstSpelling(dictionary, numbers[at] as number);
    listed[no] = stamp;
    const count = counts[at] as number;
    if (count <= 0) continue;
    sums[no]! += count;
    shown[no] = stamp;
  }
}

/** What a list with this threshold may hold of the names of its year that it does not show. */
function addHidden(
  ofYear: readonly SliceRows[],
  dictionary: Dictionary,
  threshold: number | null,
  hidden: Int32Array,
  shown: Uint16Array,
  stamp: number,
): void {
  if (threshold === null) return;
  for (const { numbers } of ofYear) {
    for (let at = 0; at < numbers.length; at++) {
      const no = firstSpelling(dictionary, numbers[at] as number);
      if (shown[no] === stamp) continue;
      hidden[no]! += threshold - 1;
      shown[no] = stamp;
    }
  }
}

/** Columns full of zeros that nobody uses now: as long as the dictionary, they take longer to make than to fill. */
const unused = new WeakMap<Dictionary, Wide[]>();
const KEPT_WIDE = 2;

function takeWide(dictionary: Dictionary): Wide {
  const length = dictionary.positions.length;
  const sums = (): Int32Array => new Int32Array(length);
  const stamps = (): Uint16Array => new Uint16Array(length);
  return (
    unused.get(dictionary)?.pop() ?? {
      F: sums(),
      M: sums(),
      hiddenF: sums(),
      hiddenM: sums(),
      listed: stamps(),
      shownF: stamps(),
      shownM: stamps(),
    }
  );
}

/** What was filled of the wide columns, which are given back. */
function narrowed(wide: Wide, dictionary: Dictionary): GenderColumns {
  const { listed, F, M, hiddenF, hiddenM } = wide;
  const used: number[] = [];
  for (let no = 0; no < listed.length; no++) if (listed[no] !== 0) used.push(no);
  const numbers = Int32Array.from(used);
  const kept = (column: Int32Array): Int32Array => numbers.map((no) => column[no] as number);
  const columns = { numbers, F: kept(F), M: kept(M), hiddenF: kept(hiddenF), hiddenM: kept(hiddenM) };
  const others = unused.get(dictionary) ?? [];
  if (others.length < KEPT_WIDE) {
    for (const column of Object.values(wide) as Wide[keyof Wide][]) column.fill(0);
    unused.set(dictionary, [...others, wide]);
  }
  return columns;
}

/** The place of a number in rising numbers; -1 where it is not among them. */
export function placeOf(rising: Int32Array, no: number): number {
  let low = 0;
  let high = rising.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((rising[middle] as number) < no) low = middle + 1;
    else high = middle;
  }
  return rising[low] === no ? low : -1;
}

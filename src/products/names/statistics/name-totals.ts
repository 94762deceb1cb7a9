import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Gender } from '../normalize-gender.ts';
import type { CountryCatalog } from '../read-model/country-catalog.ts';
import type { ReadModel } from '../read-model/read-model.ts';
import { BOTH_GENDERS } from './name-counts.ts';

/** Slices added up before other questions get their turn: some milliseconds. */
const SLICES_AT_A_TIME = 32;

/** A name over all published years of a country. */
interface NameTotal extends Readonly<Record<Gender, number>> {
  /** The last year that lists it. */
  readonly lastYear: number;
}

/** Of some spellings (dictionary numbers) together; undefined where no published list of the country has them. */
export type CountryTotals = (numbers: readonly number[]) => NameTotal | undefined;

/** Totals of all names of a country, added up once for each version of its data: 14 bytes a spelling. */
export function createNameTotals(
  model: Pick<ReadModel, 'rows'>,
): (country: CountryCatalog) => Promise<CountryTotals> {
  const made = new WeakMap<CountryCatalog, Promise<CountryTotals>>();
  return (country) => {
    const known = made.get(country);
    if (known) return known;
    const totals = addUp(model, country);
    made.set(country, totals);
    totals.catch(() => made.delete(country));
    return totals;
  };
}

interface Columns extends Readonly<Record<Gender, Int32Array>> {
  readonly lastYears: Int16Array;
}

async function addUp(model: Pick<ReadModel, 'rows'>, country: CountryCatalog): Promise<CountryTotals> {
  let columns = columnsOf(0);
  for (const gender of BOTH_GENDERS) {
    const slices = country.years(country.national.no, gender);
    for (let start = 0; start < slices.length; start += SLICES_AT_A_TIME) {
      const some = slices.slice(start, start + SLICES_AT_A_TIME);
      const rows = await model.rows(some);
      const highest = rows.reduce((most, { numbers }) => numbers.reduce(larger, most), 0);
      if (highest >= columns.lastYears.length) columns = widened(columns, highest + 1);
      for (const [at, { numbers, counts }] of rows.entries())
        addSlice(columns, gender, some[at]?.toYear ?? 0, numbers, counts);
      await nextTurn();
    }
  }
  return lookUp(columns);
}

function addSlice(
  { lastYears, ...totals }: Columns,
  gender: Gender,
  year: number,
  numbers: Int32Array,
  counts: Int32Array,
): void {
  const sums = totals[gender];
  for (let at = 0; at < numbers.length; at++) {
    const no = numbers[at] as number;
    // What an office hides is listed without a count.
    sums[no]! += Math.max(0, counts[at] as number);
    if ((lastYears[no] as number) < year) lastYears[no] = year;
  }
}

function lookUp(all: Columns): CountryTotals {
  const used = Int32Array.from(all.lastYears.keys().filter((no) => all.lastYears[no] !== 0));
  const lastYears = Int16Array.from(used, (no) => all.lastYears[no] as number);
  const F = Int32Array.from(used, (no) => all.F[no] as number);
  const M = Int32Array.from(used, (no) => all.M[no] as number);
  return (numbers) => {
    const sum = { F: 0, M: 0, lastYear: 0 };
    for (const no of numbers) {
      const at = placeOf(used, no);
      if (used[at] !== no) continue;
      sum.F += F[at] as number;
      sum.M += M[at] as number;
      sum.lastYear = Math.max(sum.lastYear, lastYears[at] as number);
    }
    return sum.lastYear === 0 ? undefined : sum;
  };
}

/** The first place whose number is not below `no`, of rising numbers. */
function placeOf(rising: Int32Array, no: number): number {
  let low = 0;
  let high = rising.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((rising[middle] as number) < no) low = middle + 1;
    else high = middle;
  }
  return low;
}

function columnsOf(length: number): Columns {
  return { F: new Int32Array(length), M: new Int32Array(length), lastYears: new Int16Array(length) };
}

function widened(narrow: Columns, length: number): Columns {
  const wide = columnsOf(length);
  wide.F.set(narrow.F);
  wide.M.set(narrow.M);
  wide.lastYears.set(narrow.lastYears);
  return wide;
}

function larger(one: number, other: number): number {
  return one > other ? one : other;
}

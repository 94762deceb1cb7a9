import { createByteCache } from '../read-model/byte-cache.ts';
import type { CatalogSlice } from '../read-model/country-catalog.ts';
import type { SliceRows } from '../read-model/pages.query.ts';
import type { ReadModel } from '../read-model/read-model.ts';
import type { Summand } from '../read-model/sum-slices.ts';

/** A running total is kept after so many years. */
const YEARS_BETWEEN_TOTALS = 8;
/** Fewer rows than this are quick to add up year by year. */
const MIN_ROWS = 20_000;
/** The largest country takes 10 MB for a gender, a state of it less than one. */
const CACHE_BYTES = 64 * 1024 * 1024;

/** What to add up for long ranges of years, from running totals, so that 100 years cost no more than 10. */
export interface YearSums {
  /** The parts of the sum over `wanted`, which are of `all`: the single years of one area and gender, rising. */
  summands(all: readonly CatalogSlice[], wanted: readonly CatalogSlice[]): Promise<Summand[]>;
}

/** Running totals of an area and gender. */
interface Totals {
  /** Every name that has a row in any year; dictionary numbers, rising. */
  readonly numbers: Int32Array;
  /** Totals by place in `numbers`, over the first `8 · n` years. */
  readonly totals: readonly Int32Array[];
}

/** `minRows`: questions for fewer are added up year by year. */
export function createYearSums(model: Pick<ReadModel, 'rows'>, minRows = MIN_ROWS): YearSums {
  // The catalog makes one list of years for each area, gender and version of the data.
  const kept = createByteCache<readonly CatalogSlice[], Totals>(CACHE_BYTES, bytesOf);
  const making = new Map<readonly CatalogSlice[], Promise<Totals>>();

  function totalsOf(all: readonly CatalogSlice[]): Promise<Totals> | Totals {
    const found = kept.get(all) ?? making.get(all);
    if (found) return found;
    const made = makeTotals(model, all)
      .then((totals) => {
        kept.set(all, totals);
        return totals;
      })
      .finally(() => making.delete(all));
    making.set(all, made);
    return made;
  }

  return {
    async summands(all, wanted) {
      const start = all.indexOf(wanted[0] as CatalogSlice);
      if (start < 0) throw new Error('these years are not of this area');
      const end = start + wanted.length;
      const first = nearestTotal(start, all.length);
      const last = nearestTotal(end, all.length);
      const rows = wanted.reduce((total, slice) => total + slice.rows, 0);
      if (rows < minRows || last <= first) return model.rows(wanted);
      const { numbers, totals } = await totalsOf(all);
      const between = { numbers, counts: totals[last] as Int32Array, minus: totals[first] as Int32Array };
      const [from, to] = [first * YEARS_BETWEEN_TOTALS, last * YEARS_BETWEEN_TOTALS];
      const missing = await model.rows([...all.slice(start, from), ...all.slice(to, end)]);
      const beyond = await model.rows([...all.slice(from, start), ...all.slice(end, to)]);
      return [between, ...missing, ...beyond.map((rows) => ({ ...rows, isTaken: true }))];
    },
  };
}

/** The total that ends closest to the start of a year: what it has too much is taken off. */
function nearestTotal(year: number, years: number): number {
  return Math.min(Math.round(year / YEARS_BETWEEN_TOTALS), Math.floor(years / YEARS_BETWEEN_TOTALS));
}

function bytesOf({ numbers, totals }: Totals): number {
  return numbers.byteLength * (1 + totals.length);
}

async function makeTotals(model: Pick<ReadModel, 'rows'>, all: readonly CatalogSlice[]): Promise<Totals> {
  const spans: SliceRows[][] = [];
  for (let at = 0; at + YEARS_BETWEEN_TOTALS <= all.length; at += YEARS_BETWEEN_TOTALS)
    spans.push(await model.rows(all.slice(at, at + YEARS_BETWEEN_TOTALS)));
  const numbers = distinctNumbers(spans.flat());
  const places = new Int32Array((numbers.at(-1) ?? 0) + 1);
  for (let at = 0; at < numbers.length; at++) places[numbers[at] as number] = at;
  const running = new Int32Array(numbers.length);
  const totals = [running.slice()];
  for (const span of spans) {
    for (const rows of span) {
      for (let at = 0; at < rows.numbers.length; at++)
        running[places[rows.numbers[at] as number] as number]! += rows.counts[at] as number;
    }
    totals.push(running.slice());
  }
  return { numbers, totals };
}

function distinctNumbers(slices: readonly SliceRows[]): Int32Array {
  let highest = 0;
  for (const { numbers } of slices) for (const no of numbers) if (no > highest) highest = no;
  const isUsed = new Uint8Array(highest + 1);
  for (const { numbers } of slices) for (const no of numbers) isUsed[no] = 1;
  const distinct: number[] = [];
  for (let no = 0; no <= highest; no++) if (isUsed[no] === 1) distinct.push(no);
  return Int32Array.from(distinct);
}

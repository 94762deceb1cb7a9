import type { CatalogSlice } from '../read-model/country-catalog.ts';
import type { Dictionary } from '../read-model/dictionary.ts';
import type { ReadModel } from '../read-model/read-model.ts';
import { addSlice, emptySums } from './sum-slices.ts';

/** A running total is kept after so many years: 20 of half a megabyte for 150 years of a large country. */
const YEARS_BETWEEN_TOTALS = 8;
/** Groups with fewer rows than this are quick to add up year by year. */
const MIN_ROWS = 300_000;

/** Sums over long ranges of years from running totals, so that 100 years cost no more than 10. */
export interface YearSums {
  /** Sums by dictionary number over the given slices: single years of one area and gender, rising, no year left out. */
  sum(
    all: readonly CatalogSlice[],
    wanted: readonly CatalogSlice[],
    dictionary: Dictionary,
  ): Promise<Int32Array>;
}

interface Totals {
  readonly dictionarySize: number;
  /** Totals over the first `8 · n` slices. */
  readonly totals: Promise<readonly Int32Array[]>;
}

/** `minRows`: groups with fewer are added up year by year. */
export function createYearSums(model: Pick<ReadModel, 'rows'>, minRows = MIN_ROWS): YearSums {
  // The catalog makes one list of slices per group and version: a list that nobody uses takes its totals along.
  const known = new WeakMap<readonly CatalogSlice[], Totals>();

  function totalsOf(all: readonly CatalogSlice[], dictionary: Dictionary): Promise<readonly Int32Array[]> {
    const found = known.get(all);
    if (found?.dictionarySize === dictionary.positions.length) return found.totals;
    const totals = makeTotals(model, all, dictionary);
    totals.catch(() => known.delete(all));
    known.set(all, { dictionarySize: dictionary.positions.length, totals });
    return totals;
  }

  return {
    async sum(all, wanted, dictionary) {
      const sums = emptySums(dictionary);
      const rows = all.reduce((total, slice) => total + slice.rows, 0);
      const start = all.indexOf(wanted[0] as CatalogSlice);
      const end = start + wanted.length;
      const first = Math.ceil(start / YEARS_BETWEEN_TOTALS);
      const last = Math.floor(end / YEARS_BETWEEN_TOTALS);
      if (rows < minRows || last <= first) {
        for (const slice of await model.rows(wanted)) addSlice(sums, slice);
        return sums;
      }
      const totals = await totalsOf(all, dictionary);
      subtract(totals[last] as Int32Array, totals[first] as Int32Array, sums);
      const edges = [
        ...all.slice(start, first * YEARS_BETWEEN_TOTALS),
        ...all.slice(last * YEARS_BETWEEN_TOTALS, end),
      ];
      for (const slice of await model.rows(edges)) addSlice(sums, slice);
      return sums;
    },
  };
}

async function makeTotals(
  model: Pick<ReadModel, 'rows'>,
  all: readonly CatalogSlice[],
  dictionary: Dictionary,
): Promise<Int32Array[]> {
  const running = emptySums(dictionary);
  const totals = [running.slice()];
  for (let at = 0; at + YEARS_BETWEEN_TOTALS <= all.length; at += YEARS_BETWEEN_TOTALS) {
    for (const slice of await model.rows(all.slice(at, at + YEARS_BETWEEN_TOTALS))) addSlice(running, slice);
    totals.push(running.slice());
  }
  return totals;
}

function subtract(minuend: Int32Array, subtrahend: Int32Array, into: Int32Array): void {
  for (let at = 0; at < into.length; at++) into[at] = (minuend[at] as number) - (subtrahend[at] as number);
}

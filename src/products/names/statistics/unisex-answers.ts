import { setImmediate as nextTurn } from 'node:timers/promises';
import type { CatalogSlice } from '../read-model/country-catalog.ts';
import type { ReadModel, Snapshot } from '../read-model/read-model.ts';
import { addUpGenders } from './gender-columns.ts';
import { birthsOf } from './gender-counts.ts';
import { createOnceByVersion } from './once-by-version.ts';
import { type CountryArea, slicesOf, type YearRange } from './scope.ts';
import {
  findUnisexNames,
  type IndexScratch,
  type UnisexName,
  type UnisexRules,
  type YearIndex,
  yearIndex,
} from './unisex.ts';

/** Answers kept for a country: a list takes some 100 KB. */
const KEPT_ANSWERS = 32;
/** Years before other questions get their turn: some milliseconds. */
const YEARS_AT_A_TIME = 8;

interface IndexOfYear extends YearIndex {
  readonly year: number;
}

export interface UnisexAnswers {
  names(snapshot: Snapshot, scope: CountryArea, range: YearRange, rules: UnisexRules): Promise<UnisexName[]>;
  /** Of every year that has a list of each sex. */
  years(snapshot: Snapshot, scope: CountryArea, range: YearRange): Promise<IndexOfYear[]>;
}

export function createUnisexAnswers(model: ReadModel): UnisexAnswers {
  const kept = createOnceByVersion<unknown>(KEPT_ANSWERS);
  const once = <T>(scope: CountryArea, question: object, make: () => Promise<T>): Promise<T> =>
    kept.find(scope, question, make) as Promise<T>;

  return {
    names: ({ dictionary }, scope, range, rules) =>
      once(scope, { range, rules }, async () => {
        const [girls, boys] = [slicesOf(scope, 'F', range), slicesOf(scope, 'M', range)];
        const sums = await addUpGenders(model, dictionary, girls, boys);
        return findUnisexNames(sums, birthsOf(girls, boys), rules);
      }),
    years: (snapshot, scope, range) =>
      once(scope, { range }, () => indexYears(model, snapshot, scope, range)),
  };
}

async function indexYears(
  model: ReadModel,
  { dictionary }: Snapshot,
  scope: CountryArea,
  range: YearRange,
): Promise<IndexOfYear[]> {
  const length = dictionary.positions.length;
  const scratch: IndexScratch = { F: new Int32Array(length), M: new Int32Array(length) };
  const boys = new Map(slicesOf(scope, 'M', range).map((slice) => [slice.toYear, slice]));
  const found: IndexOfYear[] = [];
  for (const girl of slicesOf(scope, 'F', range)) {
    const boy = boys.get(girl.toYear);
    if (!boy) continue;
    const [F, M] = [await listOf(model, girl), await listOf(model, boy)];
    const index = yearIndex(F, M, birthsOf([girl], [boy]), dictionary, scratch);
    if (index.births > 0) found.push({ year: girl.toYear, ...index });
    if (found.length % YEARS_AT_A_TIME === 0) await nextTurn();
  }
  return found;
}

async function listOf(model: ReadModel, slice: CatalogSlice) {
  const [rows = { numbers: new Int32Array(0), counts: new Int32Array(0) }] = await model.rows([slice]);
  return { rows, threshold: slice.threshold };
}

/** The years asked for, or the last `years` that are published; both ends said, as far as there are numbers. */
export function lastYears(scope: CountryArea, range: YearRange, years: number): { from: number; to: number } {
  const slices = (['F', 'M'] as const).flatMap((gender) => slicesOf(scope, gender, {}));
  const first = Math.min(...slices.map(({ toYear }) => toYear));
  const last = Math.max(...slices.map(({ toYear }) => toYear));
  const isAsked = range.from !== undefined || range.to !== undefined;
  return { from: range.from ?? (isAsked ? first : Math.max(first, last - years + 1)), to: range.to ?? last };
}

import type { CatalogSlice } from '../read-model/country-catalog.ts';
import type { Dictionary } from '../read-model/dictionary.ts';
import type { ReadModel } from '../read-model/read-model.ts';
import { walkLists } from './list-history.ts';

/** A name that more lists than these have is none. */
const MOST_YEARS = 2;

/** Names that one or two lists of all years have, by the larger of their counts, falling, then by name. */
export interface Flashes {
  /** Dictionary numbers of their first spellings. */
  readonly numbers: Int32Array;
  /** 1 or 2. */
  readonly years: Uint8Array;
  readonly firstYear: Int16Array;
  readonly lastYear: Int16Array;
  /** 0: hidden. */
  readonly firstCount: Int32Array;
  readonly lastCount: Int32Array;
}

/** `slices`: single years of one area and gender, rising. */
export async function findFlashes(
  model: Pick<ReadModel, 'rows'>,
  { canonical, numbers: numbersByPosition, size }: Dictionary,
  slices: readonly CatalogSlice[],
): Promise<Flashes> {
  const years = new Uint8Array(size);
  const firstYear = new Int16Array(size);
  const lastYear = new Int16Array(size);
  const firstCount = new Int32Array(size);
  const lastCount = new Int32Array(size);
  await walkLists(model, slices, ({ toYear }, { numbers, counts }) => {
    for (let at = 0; at < numbers.length; at++) {
      const name = canonical[numbers[at] as number] as number;
      const known = years[name] as number;
      if (known > MOST_YEARS) continue;
      years[name] = known + 1;
      lastYear[name] = toYear;
      lastCount[name] = counts[at] as number;
      if (known > 0) continue;
      firstYear[name] = toYear;
      firstCount[name] = counts[at] as number;
    }
  });
  const found: number[] = [];
  for (let name = 0; name < size; name++)
    if (years[name] !== 0 && (years[name] as number) <= MOST_YEARS) found.push(name);
  const most = (name: number): number => Math.max(firstCount[name] as number, lastCount[name] as number);
  const at = Int32Array.from(found).sort((a, b) => most(b) - most(a) || a - b);
  return {
    numbers: at.map((name) => numbersByPosition[name] as number),
    years: Uint8Array.from(at, (name) => years[name] as number),
    firstYear: Int16Array.from(at, (name) => firstYear[name] as number),
    lastYear: Int16Array.from(at, (name) => lastYear[name] as number),
    firstCount: at.map((name) => firstCount[name] as number),
    lastCount: at.map((name) => lastCount[name] as number),
  };
}

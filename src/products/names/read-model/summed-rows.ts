import { setImmediate as nextTurn } from 'node:timers/promises';
import { rankSums } from './sum-slices.ts';
import { bytesOfRows, createByteCache } from './byte-cache.ts';
import type { CatalogSlice } from './country-catalog.ts';
import type { Dictionary } from './dictionary.ts';
import { noteHistogram } from './histogram.ts';
import type { SliceRows } from './pages.query.ts';

/** All years of a country with a hundred years of states. */
const CACHE_BYTES = 64 * 1024 * 1024;
/** Sums made before other questions get their turn: some milliseconds. */
const SUMS_AT_A_TIME = 8;

type ReadRows = (slices: readonly CatalogSlice[]) => Promise<SliceRows[]>;

/** `read`, which knows published slices, for sums over areas too. What an area hides adds nothing. */
export function createSummedRows(read: ReadRows, dictionary: () => Dictionary): ReadRows {
  const sums = createByteCache<string, SliceRows>(CACHE_BYTES, bytesOfRows);

  async function addUp({ id, parts = [] }: CatalogSlice): Promise<SliceRows> {
    const rows = await read(parts);
    const { numbers, counts } = rankSums(rows, dictionary(), { names: Infinity, minSum: 1 });
    const sum = { numbers, counts };
    sums.set(id, sum);
    return sum;
  }

  async function readSums(slices: readonly CatalogSlice[]): Promise<SliceRows[]> {
    const found: SliceRows[] = [];
    let made = 0;
    for (const slice of slices) {
      let rows = sums.get(slice.id);
      if (!rows) {
        rows = await addUp(slice);
        if (++made % SUMS_AT_A_TIME === 0) await nextTurn();
      }
      noteHistogram(slice, rows.counts);
      found.push(rows);
    }
    return found;
  }

  return async (slices) => {
    const ofAreas = slices.filter(({ parts }) => parts);
    if (ofAreas.length === 0) return read(slices);
    // All published slices at once: one statement for many of them.
    await read(ofAreas.flatMap(({ id, parts = [] }) => (sums.get(id) ? [] : parts)));
    const summed = new Map((await readSums(ofAreas)).map((rows, at) => [ofAreas[at], rows]));
    const published = slices.filter(({ parts }) => !parts);
    const own = new Map((await read(published)).map((rows, at) => [published[at], rows]));
    return slices.map((slice) => (summed.get(slice) ?? own.get(slice)) as SliceRows);
  };
}

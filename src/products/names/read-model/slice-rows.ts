import { AppError } from '#platform/errors.ts';
import type { Pool } from '#platform/postgres/database.ts';
import { bytesOfRows, createByteCache } from './byte-cache.ts';
import type { CatalogSlice } from './country-catalog.ts';
import { loadSliceRows, type SliceRows } from './pages.query.ts';

/** Slices fetched by one statement: some 8 MB of numbers at most. */
export const SLICES_PER_STATEMENT = 32;

/** The rows of published slices, kept in memory as far as the cache goes. */
export interface SliceRowStore {
  /** In the order asked for; throws `cursor_expired` for a release that is no longer kept. */
  rows(slices: readonly CatalogSlice[]): Promise<SliceRows[]>;
  isFull(): boolean;
}

export function createSliceRowStore(pool: Pool, cacheBytes: number): SliceRowStore {
  const cache = createByteCache<string, SliceRows>(cacheBytes, bytesOfRows);
  const fetching = new Map<string, Promise<Map<string, SliceRows>>>();

  async function fetchRows(slices: readonly CatalogSlice[]): Promise<Map<string, SliceRows>> {
    const fetched = await loadSliceRows(pool, slices);
    for (const [id, rows] of fetched) cache.set(id, rows);
    return fetched;
  }

  /** Asks for each slice once, also where several requests want it at the same time. */
  async function fetchMissing(missing: readonly CatalogSlice[]): Promise<Map<string, SliceRows>> {
    const found = new Map<string, SliceRows>();
    const asked = missing.filter(({ id }) => fetching.has(id));
    const unasked = missing.filter(({ id }) => !fetching.has(id));
    const works = new Set(asked.map(({ id }) => fetching.get(id)));
    for (let start = 0; start < unasked.length; start += SLICES_PER_STATEMENT) {
      const batch = unasked.slice(start, start + SLICES_PER_STATEMENT);
      const work = fetchRows(batch).finally(() => batch.forEach(({ id }) => fetching.delete(id)));
      for (const { id } of batch) fetching.set(id, work);
      works.add(work);
      await work;
    }
    for (const work of works) for (const [id, rows] of (await work) ?? []) found.set(id, rows);
    return found;
  }

  return {
    isFull: () => cache.isFull(),
    async rows(slices) {
      const kept = slices.map(({ id }) => cache.get(id));
      const missing = slices.filter((_, at) => !kept[at]);
      if (missing.length === 0) return kept as SliceRows[];
      const fetched = await fetchMissing(missing);
      return slices.map(({ id }, at) => kept[at] ?? fetched.get(id) ?? removed());
    },
  };
}

/** The rows of a release go an hour after its last use: only an old cursor still asks for them. */
function removed(): never {
  throw new AppError(
    'gone',
    'cursor_expired',
    'These numbers were replaced some time ago. Begin again without the cursor.',
  );
}

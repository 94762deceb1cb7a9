import type { Database } from '#platform/postgres/database.ts';
import { bytesOfRows, createByteCache } from '../read-model/byte-cache.ts';
import type { CatalogSlice } from '../read-model/country-catalog.ts';
import { noteHistogram } from '../read-model/histogram.ts';
import { loadSliceRows, type SliceRows } from '../read-model/pages.query.ts';
import { listVariants } from './enrich.query.ts';

/** Lists kept in memory: those of a country that has none of its own, added up from its areas, or not in series yet. */
const CACHE_BYTES = 48 * 1024 * 1024;

/** The whole rows of lists, in the order asked for; a hidden count is 0, and the order of the rows means nothing. */
export type ReadLists = (slices: readonly CatalogSlice[]) => Promise<SliceRows[]>;

/**
 * Lists that no series holds. Those of a country that is added up from its areas have each name once, under the lowest
 * number of its spellings, and their histogram is known once they were read.
 */
export function createListRows(db: Database): ReadLists {
  const cache = createByteCache<string, SliceRows>(CACHE_BYTES, bytesOfRows);
  let variants: Promise<Map<number, number>> | undefined;

  async function read(slice: CatalogSlice, loaded: ReadonlyMap<string, SliceRows>): Promise<SliceRows> {
    const parts = (slice.parts ?? [slice]).map((part) => loaded.get(part.id) ?? missing(part));
    if (!slice.parts) return parts[0] as SliceRows;
    const rows = addUp(parts, await (variants ??= listVariants(db)));
    noteHistogram(slice, rows.counts.toSorted().reverse());
    return rows;
  }

  return async (slices) => {
    const kept = slices.map(({ id }) => cache.get(id));
    const unknown = slices.filter((_, at) => !kept[at]).flatMap((slice) => slice.parts ?? [slice]);
    const loaded = unknown.length > 0 ? await loadSliceRows(db, unknown) : new Map<string, SliceRows>();
    const found: SliceRows[] = [];
    for (const [at, slice] of slices.entries()) {
      const rows = kept[at] ?? (await read(slice, loaded));
      if (!kept[at]) cache.set(slice.id, rows);
      found.push(rows);
    }
    return found;
  };
}

const NO_ROWS: SliceRows = { numbers: new Int32Array(0), counts: new Int32Array(0) };

function missing({ id, rows }: CatalogSlice): SliceRows {
  if (rows > 0) throw new Error(`the rows of slice ${id} are gone`);
  return NO_ROWS;
}

/** What areas hide adds nothing. */
function addUp(parts: readonly SliceRows[], variants: ReadonlyMap<number, number>): SliceRows {
  const sums = new Map<number, number>();
  for (const { numbers, counts } of parts) {
    for (let at = 0; at < numbers.length; at++) {
      const count = counts[at] as number;
      if (count <= 0) continue;
      const no = numbers[at] as number;
      const first = variants.get(no) ?? no;
      sums.set(first, (sums.get(first) ?? 0) + count);
    }
  }
  return { numbers: Int32Array.from(sums.keys()), counts: Int32Array.from(sums.values()) };
}

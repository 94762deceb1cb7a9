import { setImmediate as nextTurn } from 'node:timers/promises';
import type { CatalogSlice } from '../read-model/country-catalog.ts';
import type { Dictionary } from '../read-model/dictionary.ts';
import type { SliceRows } from '../read-model/pages.query.ts';
import type { ReadModel } from '../read-model/read-model.ts';

/** Lists before other questions get their turn: some milliseconds. */
const LISTS_AT_A_TIME = 8;

/** In a column of counts: the list does not have the name. 0: it hides its count. */
const NOT_LISTED = -1;

/** The rows of each of these lists in turn. */
export async function walkLists(
  model: Pick<ReadModel, 'rows'>,
  slices: readonly CatalogSlice[],
  visit: (slice: CatalogSlice, rows: SliceRows) => void,
): Promise<void> {
  for (let start = 0; start < slices.length; start += LISTS_AT_A_TIME) {
    const some = slices.slice(start, start + LISTS_AT_A_TIME);
    const rows = await model.rows(some);
    for (const [at, slice] of some.entries()) visit(slice, rows[at] as SliceRows);
    await nextTurn();
  }
}

/** The counts that each of these lists has of some names (dictionary numbers), whatever their spelling. */
export async function walkCounts(
  model: Pick<ReadModel, 'rows'>,
  { canonical, size }: Dictionary,
  names: Int32Array,
  slices: readonly CatalogSlice[],
  visit: (slice: CatalogSlice, counts: Int32Array) => void,
): Promise<void> {
  const places = new Int32Array(size).fill(-1);
  for (let at = 0; at < names.length; at++) places[canonical[names[at] as number] as number] = at;
  const column = new Int32Array(names.length);
  await walkLists(model, slices, (slice, { numbers, counts }) => {
    column.fill(NOT_LISTED);
    for (let at = 0; at < numbers.length; at++) {
      const place = places[canonical[numbers[at] as number] as number] as number;
      if (place >= 0) column[place] = counts[at] as number;
    }
    visit(slice, column);
  });
}

import { MAX_NAMES } from '../spelling/name-limit.ts';
import type { NameTable } from './name-numbers.ts';
import { countAt, lineAt, nameAt, type RowColumns, sliceAt } from './row-columns.ts';
import type { SliceDraft } from './slice-registry.ts';

const MAX_COUNT = 0x7fffffff;

/** What an office's repeated name means: an addition, or a mistake. An exact repetition is skipped in either case. */
export type RepeatRule = 'sum' | 'reject';

/** A record that repeats the name of an earlier one in its slice. */
export interface Repeat {
  readonly slice: SliceDraft;
  readonly name: string;
  readonly count: number;
  readonly line: number;
  /** Where the name stood before; another draft than `slice` only where that joins it. */
  readonly firstSlice: SliceDraft;
  readonly firstLine: number;
  readonly outcome: 'skipped' | 'summed' | 'rejected';
}

/** A slice in rank order: falling count, then name by code point. The arrays are valid until the next slice. */
export interface BuiltSlice {
  readonly draft: SliceDraft;
  readonly length: number;
  /** Local numbers of names. */
  readonly names: Int32Array;
  readonly counts: Int32Array;
  readonly sum: number;
}

interface Workspace {
  readonly names: Int32Array;
  readonly counts: Int32Array;
  /** The row of each name. */
  readonly firstRows: Int32Array;
  /** By key: the slice that last used it (plus one), and where in the workspace. */
  readonly usedBy: Int32Array;
  readonly usedAt: Int32Array;
}

/** Sorts the rows of a bucket into slices; slices of one group (area, gender) follow each other by year. */
export function* buildSlices(
  rows: RowColumns,
  drafts: readonly SliceDraft[],
  table: NameTable,
  rule: RepeatRule,
  onRepeat: (repeat: Repeat) => void,
): Generator<BuiltSlice> {
  const { starts, order } = groupBySlice(rows, drafts);
  const largest = starts.reduce((most, start, at) => Math.max(most, (starts[at + 1] ?? start) - start), 0);
  const space: Workspace = {
    names: new Int32Array(largest),
    counts: new Int32Array(largest),
    firstRows: new Int32Array(largest),
    usedBy: new Int32Array(table.published.length),
    usedAt: new Int32Array(table.published.length),
  };

  for (const draft of byGroupAndYear(drafts)) {
    const start = starts[draft.index] as number;
    const end = starts[draft.index + 1] as number;
    if (start === end || draft.replaced) continue;
    const length = gather(rows, order.subarray(start, end), draft, drafts, table, rule, space, onRepeat);
    const names = space.names.subarray(0, length);
    const counts = space.counts.subarray(0, length);
    sortByCountThenName(names, counts, table);
    let sum = 0;
    for (let at = 0; at < length; at++) sum += counts[at] as number;
    yield { draft, length, names, counts, sum };
  }
}

/** Counting sort: `order` lists row numbers slice by slice, in file order within each; joined slices are one. */
function groupBySlice(
  rows: RowColumns,
  drafts: readonly SliceDraft[],
): { starts: Int32Array; order: Int32Array } {
  const slices = drafts.length;
  const groupOf = Int32Array.from(drafts, ({ index, joins }) => joins?.index ?? index);
  const starts = new Int32Array(slices + 1);
  const groupAt = (row: number): number => groupOf[sliceAt(rows, row)] as number;
  for (let row = 0; row < rows.length; row++) starts[groupAt(row) + 1]!++;
  for (let at = 0; at < slices; at++) starts[at + 1]! += starts[at] as number;
  const next = starts.slice();
  const order = new Int32Array(rows.length);
  for (let row = 0; row < rows.length; row++) order[next[groupAt(row)]!++] = row;
  return { starts, order };
}

function byGroupAndYear(drafts: readonly SliceDraft[]): SliceDraft[] {
  return drafts.toSorted(
    (a, b) => compare(a.area ?? '', b.area ?? '') || compare(a.gender, b.gender) || a.year - b.year,
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Copies the rows of a slice into the workspace, each name once; returns how many. */
function gather(
  rows: RowColumns,
  order: Int32Array,
  draft: SliceDraft,
  drafts: readonly SliceDraft[],
  table: NameTable,
  rule: RepeatRule,
  space: Workspace,
  onRepeat: (repeat: Repeat) => void,
): number {
  const { names, counts, firstRows, usedBy, usedAt } = space;
  const stamp = draft.index + 1;
  // Records of names that occur more than once: a sum says no more what was added up.
  const repeated = new Map<number, Set<string>>();
  let length = 0;
  for (let at = 0; at < order.length; at++) {
    const row = order[at] as number;
    const name = nameAt(rows, row);
    const key = table.keys[name] as number;
    if (usedBy[key] === stamp) {
      const first = usedAt[key] as number;
      const count = countAt(rows, row);
      let records = repeated.get(key);
      if (!records) repeated.set(key, (records = new Set([`${names[first]} ${counts[first]}`])));
      const same = records.has(`${name} ${count}`);
      const outcome = same ? 'skipped' : rule === 'sum' ? 'summed' : 'rejected';
      if (outcome === 'summed') {
        records.add(`${name} ${count}`);
        counts[first]! += count;
      }
      draft.repeats++;
      const firstRow = firstRows[first] as number;
      onRepeat({
        slice: drafts[sliceAt(rows, row)] as SliceDraft,
        name: table.published[name] as string,
        count,
        line: lineAt(rows, row),
        firstSlice: drafts[sliceAt(rows, firstRow)] as SliceDraft,
        firstLine: lineAt(rows, firstRow),
        outcome,
      });
      continue;
    }
    usedBy[key] = stamp;
    usedAt[key] = length;
    names[length] = name;
    counts[length] = countAt(rows, row);
    firstRows[length] = row;
    length++;
  }
  return length;
}

/** Most offices publish in rank order already; only a slice that is not gets sorted. */
function sortByCountThenName(names: Int32Array, counts: Int32Array, { order, atPlace }: NameTable): void {
  if (isSorted(names, counts, order)) return;
  // One number a row, exact below 2^53: count (31 bits, falling) and place in name order (22 bits, rising).
  const keys = new Float64Array(names.length);
  for (let at = 0; at < names.length; at++) {
    keys[at] = (MAX_COUNT - (counts[at] as number)) * MAX_NAMES + (order[names[at] as number] as number);
  }
  keys.sort();
  for (let at = 0; at < names.length; at++) {
    const key = keys[at] as number;
    const place = key % MAX_NAMES;
    names[at] = atPlace[place] as number;
    counts[at] = MAX_COUNT - (key - place) / MAX_NAMES;
  }
}

function isSorted(names: Int32Array, counts: Int32Array, order: Int32Array): boolean {
  for (let at = 1; at < names.length; at++) {
    const before = counts[at - 1] as number;
    const count = counts[at] as number;
    if (before < count) return false;
    if (
      before === count &&
      (order[names[at - 1] as number] as number) > (order[names[at] as number] as number)
    )
      return false;
  }
  return true;
}

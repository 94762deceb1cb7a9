import { MAX_NAMES } from '../spelling/name-limit.ts';
import type { NameTable } from './name-numbers.ts';
import { countAt, lineAt, markAt, nameAt, type RowColumns, sliceAt } from './row-columns.ts';
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

/** What an import does with its rows. */
export interface SliceRules {
  readonly repeats: RepeatRule;
  /** What the marks of rows are. */
  readonly keeps?: 'rank' | 'variant' | undefined;
}

/**
 * A slice in rank order: falling count, then name by code point; hidden counts are 0 and stand last, by the office's
 * rank where it prints one. The arrays are valid until the next slice.
 */
export interface BuiltSlice {
  readonly draft: SliceDraft;
  readonly length: number;
  /** Local numbers of names. */
  readonly names: Int32Array;
  readonly counts: Int32Array;
  /** Ranks that the office prints, 0 where it prints none; undefined where ranks are not kept. */
  readonly ranks: Int32Array | undefined;
  readonly sum: number;
  /** Names whose count is hidden. */
  readonly hidden: number;
}

interface Workspace {
  readonly names: Int32Array;
  readonly counts: Int32Array;
  readonly ranks: Int32Array | undefined;
  /** By local number of a name. */
  readonly rankOfName: Int32Array | undefined;
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
  rules: SliceRules,
  onRepeat: (repeat: Repeat) => void,
): Generator<BuiltSlice> {
  const { starts, order } = groupBySlice(rows, drafts);
  const largest = starts.reduce((most, start, at) => Math.max(most, (starts[at + 1] ?? start) - start), 0);
  const space: Workspace = {
    names: new Int32Array(largest),
    counts: new Int32Array(largest),
    ranks: rules.keeps === 'rank' ? new Int32Array(largest) : undefined,
    rankOfName: rules.keeps === 'rank' ? new Int32Array(table.published.length) : undefined,
    firstRows: new Int32Array(largest),
    usedBy: new Int32Array(table.published.length),
    usedAt: new Int32Array(table.published.length),
  };

  for (const draft of byGroupAndYear(drafts)) {
    const start = starts[draft.index] as number;
    const end = starts[draft.index + 1] as number;
    if (start === end || draft.replaced) continue;
    const rowsOfSlice = order.subarray(start, end);
    const length = gather({ rows, drafts, table, rules, space, onRepeat }, rowsOfSlice, draft);
    yield inRankOrder(draft, length, space, table);
  }
}

function inRankOrder(draft: SliceDraft, length: number, space: Workspace, table: NameTable): BuiltSlice {
  const names = space.names.subarray(0, length);
  const counts = space.counts.subarray(0, length);
  sortByCountThenName(names, counts, table);
  let sum = 0;
  let hidden = 0;
  for (let at = 0; at < length; at++) {
    sum += counts[at] as number;
    if (counts[at] === 0) hidden++;
  }
  const ranks = space.ranks?.subarray(0, length);
  if (ranks && space.rankOfName) {
    sortHiddenByRank(names.subarray(length - hidden), space.rankOfName, table);
    for (let at = 0; at < length; at++) ranks[at] = space.rankOfName[names[at] as number] as number;
  }
  return { draft, length, names, counts, ranks, sum, hidden };
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
interface Gathering {
  readonly rows: RowColumns;
  readonly drafts: readonly SliceDraft[];
  readonly table: NameTable;
  readonly rules: SliceRules;
  readonly space: Workspace;
  readonly onRepeat: (repeat: Repeat) => void;
}

/** Puts the rows of a slice into the workspace, each name once; returns how many there are. */
function gather(gathering: Gathering, order: Int32Array, draft: SliceDraft): number {
  const { rows, table, space } = gathering;
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
      let records = repeated.get(key);
      if (!records) repeated.set(key, (records = new Set([recordOf(rows, firstRows[first] as number)])));
      draft.repeats++;
      noteRepeat(gathering, row, first, records);
      continue;
    }
    usedBy[key] = stamp;
    usedAt[key] = length;
    names[length] = name;
    counts[length] = countAt(rows, row);
    if (space.rankOfName) space.rankOfName[name] = markAt(rows, row);
    firstRows[length] = row;
    length++;
  }
  return length;
}

/** What makes a record the same as another one of its name. */
function recordOf(rows: RowColumns, row: number): string {
  return `${nameAt(rows, row)} ${countAt(rows, row)} ${markAt(rows, row)}`;
}

function noteRepeat(
  { rows, drafts, table, rules, space, onRepeat }: Gathering,
  row: number,
  first: number,
  records: Set<string>,
): void {
  const record = recordOf(rows, row);
  const outcome = records.has(record) ? 'skipped' : rules.repeats === 'sum' ? 'summed' : 'rejected';
  if (outcome === 'summed') {
    records.add(record);
    space.counts[first]! += countAt(rows, row);
  }
  const firstRow = space.firstRows[first] as number;
  onRepeat({
    slice: drafts[sliceAt(rows, row)] as SliceDraft,
    name: table.published[nameAt(rows, row)] as string,
    count: countAt(rows, row),
    line: lineAt(rows, row),
    firstSlice: drafts[sliceAt(rows, firstRow)] as SliceDraft,
    firstLine: lineAt(rows, firstRow),
    outcome,
  });
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

/** Names without a count by the rank that the office prints, those without one last, then by name. */
function sortHiddenByRank(names: Int32Array, rankOfName: Int32Array, { order, atPlace }: NameTable): void {
  const keys = Float64Array.from(
    names,
    (name) => ((rankOfName[name] as number) || MAX_COUNT) * MAX_NAMES + (order[name] as number),
  ).sort();
  for (const [at, key] of keys.entries()) names[at] = atPlace[key % MAX_NAMES] as number;
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

import { compareCodePoints } from '../spelling/name-keys.ts';
import type { SpellingRow } from './dictionary.query.ts';

/** All spellings in memory, immutable. Positions (`at`) are places in display-name order; numbers (`no`) are the database's. */
export interface Dictionary {
  readonly size: number;
  /** Rows by display name in code-point order. */
  readonly rows: readonly SpellingRow[];
  /** Number → position; -1 where unknown. */
  readonly positions: Int32Array;
  /** Number → position of the first spelling with the same key: spellings of one key are one name. */
  readonly canonical: Int32Array;
  /** Positions of the spellings of a key; empty where there is none. */
  byKey(key: string): readonly number[];
  /** Positions whose fold, or compact form, equals the text. */
  byFold(fold: string): readonly number[];
  byCompact(compact: string): readonly number[];
  /** Marks, by position, the spellings whose fold matches. */
  match(kind: 'prefix' | 'contains' | 'ends_with', fold: string, marks: Uint8Array): void;
}

export const EMPTY_DICTIONARY = createDictionary([]);

/** `rows` in code-point order of their display names. */
export function createDictionary(rows: readonly SpellingRow[]): Dictionary {
  const highest = rows.reduce((most, { no }) => Math.max(most, no), 0);
  const positions = new Int32Array(highest + 1).fill(-1);
  const canonical = new Int32Array(highest + 1).fill(-1);
  const byKey = new Map<string, number[]>();
  const byFold = new Map<string, number[]>();
  const byCompact = new Map<string, number[]>();

  rows.forEach(({ no, key, fold, compact }, at) => {
    positions[no] = at;
    listIn(byKey, key, at);
    canonical[no] = byKey.get(key)?.[0] as number;
    // Nearly all folds equal their key: only the others need an entry of their own.
    if (fold !== key) listIn(byFold, fold, at);
    if (compact !== fold) listIn(byCompact, compact, at);
  });
  const text = createFoldText(rows);

  return {
    size: rows.length,
    rows,
    positions,
    canonical,
    byKey: (key) => byKey.get(key) ?? [],
    byFold: (fold) =>
      merged(
        byKey.get(fold)?.filter((at) => rows[at]?.fold === fold),
        byFold.get(fold),
      ),
    byCompact: (compact) =>
      merged(
        merged(
          byKey.get(compact)?.filter((at) => rows[at]?.compact === compact),
          byFold.get(compact)?.filter((at) => rows[at]?.compact === compact),
        ),
        byCompact.get(compact),
      ),
    match: text.match,
  };
}

/** A dictionary with `added` rows (in code-point order) merged in. */
export function extendDictionary(dictionary: Dictionary, added: readonly SpellingRow[]): Dictionary {
  const rows: SpellingRow[] = [];
  let next = 0;
  for (const row of dictionary.rows) {
    while (next < added.length && compareRows(added[next] as SpellingRow, row) < 0)
      rows.push(added[next++] as SpellingRow);
    rows.push(row);
  }
  return createDictionary([...rows, ...added.slice(next)]);
}

function compareRows(a: SpellingRow, b: SpellingRow): number {
  return compareCodePoints(a.name, b.name) || a.no - b.no;
}

function listIn(index: Map<string, number[]>, key: string, at: number): void {
  const list = index.get(key);
  if (list) list.push(at);
  else index.set(key, [at]);
}

function merged(one: readonly number[] | undefined, other: readonly number[] | undefined): readonly number[] {
  if (!other?.length) return one ?? [];
  if (!one?.length) return other;
  return [...one, ...other].sort((a, b) => a - b);
}

/** All folds as one text, one a line: a substring search of the engine finds every match without a look at each name. */
function createFoldText(rows: readonly SpellingRow[]): Pick<Dictionary, 'match'> {
  const text = `\n${rows.map(({ fold }) => fold).join('\n')}\n`;
  const starts = new Int32Array(rows.length + 1);
  let start = 1;
  rows.forEach(({ fold }, at) => {
    starts[at] = start;
    start += fold.length + 1;
  });
  starts[rows.length] = start;

  return {
    match(kind, fold, marks) {
      const needle = kind === 'prefix' ? `\n${fold}` : kind === 'ends_with' ? `${fold}\n` : fold;
      let at = 0;
      for (let found = text.indexOf(needle); found >= 0;) {
        const place = kind === 'prefix' ? found + 1 : found;
        at = positionOf(starts, place, at);
        marks[at] = 1;
        found = text.indexOf(needle, (starts[at + 1] as number) - 1);
      }
    },
  };
}

/** The line that holds a place of the text, at or after line `from`. */
function positionOf(starts: Int32Array, place: number, from: number): number {
  let low = from;
  let step = 1;
  while (low + step < starts.length - 1 && (starts[low + step] as number) <= place) {
    low += step;
    step *= 2;
  }
  let high = Math.min(low + step, starts.length - 1);
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((starts[middle] as number) <= place) low = middle;
    else high = middle;
  }
  return low;
}

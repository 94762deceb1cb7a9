import { compareCodePoints } from '../spelling/name-keys.ts';
import type { SpellingRow } from './dictionary.query.ts';
import { createFoldIndex, type FoldIndex } from './fold-index.ts';

/** All spellings in memory, immutable. Positions (`at`) are places in display-name order; numbers (`no`) are the database's. */
export interface Dictionary {
  readonly size: number;
  /** Rows by display name in code-point order. */
  readonly rows: readonly SpellingRow[];
  /** Number → position; -1 where unknown. */
  readonly positions: Int32Array;
  /** Number → place by display name: spellings that look the same have one place. */
  readonly places: Int32Array;
  /** Position → number. */
  readonly numbers: Int32Array;
  /** Number → position of the first spelling with the same key: spellings of one key are one name. */
  readonly canonical: Int32Array;
  /** Positions of the spellings of a key; empty where there is none. */
  byKey(key: string): readonly number[];
  /** Positions whose fold, or compact form, equals the text. */
  byFold(fold: string): readonly number[];
  byCompact(compact: string): readonly number[];
  /** Positions by a part of the fold; built when first asked for. */
  folds(): FoldIndex;
}

export const EMPTY_DICTIONARY = createDictionary([]);

/** `rows` in code-point order of their display names. */
export function createDictionary(rows: readonly SpellingRow[]): Dictionary {
  const highest = rows.reduce((most, { no }) => Math.max(most, no), 0);
  const positions = new Int32Array(highest + 1).fill(-1);
  const canonical = new Int32Array(highest + 1).fill(-1);
  const places = new Int32Array(highest + 1).fill(-1);
  const byKey = createPlaces();
  const byFold = createPlaces();
  const byCompact = createPlaces();

  rows.forEach(({ no, name, key, fold, compact }, at) => {
    const before = rows[at - 1];
    positions[no] = at;
    places[no] = before?.name === name ? (places[before.no] as number) : at;
    byKey.add(key, at);
    canonical[no] = byKey.first(key) as number;
    // Nearly all folds equal their key: only the others need an entry of their own.
    if (fold !== key) byFold.add(fold, at);
    if (compact !== fold) byCompact.add(compact, at);
  });
  let folds: FoldIndex | undefined;
  return {
    size: rows.length,
    rows,
    positions,
    places,
    numbers: Int32Array.from(rows, ({ no }) => no),
    canonical,
    byKey: byKey.all,
    byFold: (fold) =>
      merged(
        byKey.all(fold).filter((at) => rows[at]?.fold === fold),
        byFold.all(fold),
      ),
    byCompact: (compact) => {
      const same = (at: number): boolean => rows[at]?.compact === compact;
      const unlisted = merged(byKey.all(compact), byFold.all(compact)).filter(same);
      return merged(unlisted, byCompact.all(compact));
    },
    folds: () => (folds ??= createFoldIndex(rows.map(({ fold }) => fold))),
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

/** Positions by text. Nearly every text has one, which costs no list of its own. */
interface Places {
  add(text: string, at: number): void;
  first(text: string): number | undefined;
  all(text: string): readonly number[];
}

function createPlaces(): Places {
  const places = new Map<string, number | number[]>();
  return {
    add(text, at) {
      const known = places.get(text);
      if (known === undefined) places.set(text, at);
      else if (typeof known === 'number') places.set(text, [known, at]);
      else known.push(at);
    },
    first(text) {
      const known = places.get(text);
      return typeof known === 'object' ? known[0] : known;
    },
    all(text) {
      const known = places.get(text);
      if (known === undefined) return [];
      return typeof known === 'object' ? known : [known];
    },
  };
}

function merged(one: readonly number[], other: readonly number[]): readonly number[] {
  return other.length === 0 ? one : [...one, ...other].sort((a, b) => a - b);
}

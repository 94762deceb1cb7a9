import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Dictionary } from '../read-model/dictionary.ts';
import type { SpellingRow } from '../read-model/dictionary.query.ts';
import type { CountryTotals } from './name-totals.ts';

/** Spellings looked at before other questions get their turn: some milliseconds. */
const SPELLINGS_AT_A_TIME = 2000;

/** A name of a family: all spellings of one key. */
interface Relative {
  readonly name: string;
  readonly F: number;
  readonly M: number;
}

/** Names that differ in accents, hyphens, apostrophes and blanks alone. */
export interface Family {
  readonly compact: string;
  /** The most frequent first. */
  readonly names: readonly Relative[];
  readonly total: number;
}

/** The first positions of the keys that share a compact form with others, rising; families by their first. */
export async function linkedKeys(dictionary: Dictionary): Promise<number[][]> {
  const families: number[][] = [];
  const seen = new Set<string>();
  for (const [at, { key, compact }] of dictionary.rows.entries()) {
    if (at % SPELLINGS_AT_A_TIME === SPELLINGS_AT_A_TIME - 1) await nextTurn();
    // Of two keys with one compact form, one at least is not that form.
    if (key === compact || seen.has(compact)) continue;
    seen.add(compact);
    const keys = keysOf(dictionary, compact);
    if (keys.length > 1) families.push(keys);
  }
  return families;
}

/** The first positions of all keys with this compact form, rising. */
export function keysOf(dictionary: Dictionary, compact: string): number[] {
  const { canonical, numbers } = dictionary;
  const keys = dictionary.byCompact(compact).map((at) => canonical[numbers[at] as number] as number);
  return [...new Set(keys)].sort((a, b) => a - b);
}

/** What a country lists of some keys with one compact form; undefined where it lists none. */
export function familyOf(
  dictionary: Dictionary,
  totals: CountryTotals,
  keys: readonly number[],
): Family | undefined {
  const names = keys.flatMap((at) => relativeOf(dictionary, totals, at) ?? []);
  if (names.length === 0) return undefined;
  names.sort((a, b) => b.F + b.M - a.F - a.M);
  const { compact } = dictionary.rows[keys[0] as number] as SpellingRow;
  return { compact, names, total: names.reduce((sum, { F, M }) => sum + F + M, 0) };
}

function relativeOf(dictionary: Dictionary, totals: CountryTotals, at: number): Relative | undefined {
  const { key, name } = dictionary.rows[at] as SpellingRow;
  const total = totals(dictionary.byKey(key).map((position) => dictionary.numbers[position] as number));
  return total && { name, F: total.F, M: total.M };
}

/** All families of a country that lists two of their names, the largest first. */
export async function listFamilies(
  dictionary: Dictionary,
  totals: CountryTotals,
  linked: readonly (readonly number[])[],
): Promise<Family[]> {
  const families: Family[] = [];
  for (const [at, keys] of linked.entries()) {
    if (at % SPELLINGS_AT_A_TIME === SPELLINGS_AT_A_TIME - 1) await nextTurn();
    const family = familyOf(dictionary, totals, keys);
    if (family && family.names.length > 1) families.push(family);
  }
  return families.sort((a, b) => b.total - a.total || (a.compact < b.compact ? -1 : 1));
}

/** Compact forms by how they sound. */
export type Sounds = ReadonlyMap<string, ReadonlySet<string>>;

/** Of the spellings that a country lists with at least `minTotal` births. */
export async function soundsOf(
  dictionary: Dictionary,
  totals: CountryTotals,
  encode: (fold: string) => readonly string[],
  minTotal: number,
): Promise<Sounds> {
  const sounds = new Map<string, Set<string>>();
  for (const [at, { fold, compact }] of dictionary.rows.entries()) {
    if (at % SPELLINGS_AT_A_TIME === SPELLINGS_AT_A_TIME - 1) await nextTurn();
    const total = totals([dictionary.numbers[at] as number]);
    if (!total || total.F + total.M < minTotal) continue;
    for (const sound of encode(fold)) {
      const alike = sounds.get(sound);
      if (alike) alike.add(compact);
      else sounds.set(sound, new Set([compact]));
    }
  }
  return sounds;
}

import { setImmediate as nextTurn } from 'node:timers/promises';

/** Where a name is looked at. */
export const NAME_SIDES = ['first', 'last'] as const;
export type NameSide = (typeof NAME_SIDES)[number];

/** Names that share something, and the births that have them. */
export interface NameGroup {
  readonly key: string;
  readonly names: number;
  readonly births: number;
}

/** The first or last letters of a name's compact form; the whole of it where it is shorter. */
export function lettersAt(compact: string, side: NameSide, howMany: number): string {
  const points = Array.from(compact);
  return (side === 'first' ? points.slice(0, howMany) : points.slice(-howMany)).join('');
}

/** Letters of a name: no blanks, hyphens, apostrophes or marks; `Zoë` has three however it is encoded. */
export function lengthOf(name: string): number {
  return name.normalize('NFC').match(/\p{L}/gu)?.length ?? 0;
}

/** What each of many names has in common with others: its place in `keys`. */
export interface KeyedNames {
  readonly keys: readonly string[];
  readonly places: Uint32Array;
}

/** Names keyed before other questions get their turn: some milliseconds. */
const NAMES_AT_A_TIME = 5000;

export async function keyNames<Name>(
  names: readonly Name[],
  keyOf: (name: Name) => string,
): Promise<KeyedNames> {
  const known = new Map<string, number>();
  const places = new Uint32Array(names.length);
  for (const [at, name] of names.entries()) {
    if (at % NAMES_AT_A_TIME === NAMES_AT_A_TIME - 1) await nextTurn();
    const key = keyOf(name);
    let place = known.get(key);
    if (place === undefined) known.set(key, (place = known.size));
    places[at] = place;
  }
  return { keys: [...known.keys()], places };
}

/**
 * The keyed names `listed` and their counts by key, the most births first, then the most names, then by key. Counts of
 * 0 are hidden: a name without births.
 */
export function groupNames(
  { keys, places }: KeyedNames,
  listed: Int32Array,
  counts: ArrayLike<number>,
): NameGroup[] {
  const names = new Uint32Array(keys.length);
  const births = new Float64Array(keys.length);
  for (let at = 0; at < listed.length; at++) {
    const place = places[listed[at] as number] as number;
    names[place]!++;
    births[place]! += counts[at] ?? 0;
  }
  return keys
    .flatMap((key, at) => {
      const group = { key, names: names[at] as number, births: births[at] as number };
      return group.names === 0 ? [] : [group];
    })
    .sort((a, b) => b.births - a.births || b.names - a.names || (a.key < b.key ? -1 : 1));
}

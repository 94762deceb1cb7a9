/** Where a name is looked at. */
export const NAME_SIDES = ['first', 'last'] as const;
export type NameSide = (typeof NAME_SIDES)[number];

/** Names that share something, and the births that have them. */
export interface NameGroup<Key> {
  readonly key: Key;
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

/** Names by key, the most births first, then the most names, then by key. Counts of 0 are hidden: a name without births. */
export function groupNames<Key extends string | number>(
  keys: readonly Key[],
  counts: ArrayLike<number>,
): NameGroup<Key>[] {
  const groups = new Map<Key, { key: Key; names: number; births: number }>();
  keys.forEach((key, at) => {
    const count = counts[at] ?? 0;
    const group = groups.get(key);
    if (!group) groups.set(key, { key, names: 1, births: count });
    else {
      group.names++;
      group.births += count;
    }
  });
  return [...groups.values()].sort(
    (a, b) => b.births - a.births || b.names - a.names || (a.key < b.key ? -1 : 1),
  );
}

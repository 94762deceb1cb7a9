/** How many names have each count: counts above zero, falling. */
export interface CountGroups {
  readonly counts: ArrayLike<number>;
  readonly frequencies: ArrayLike<number>;
}

/** How births spread over names (names.md §9); `p` of a name is its share of the births given. */
export interface Diversity {
  readonly names: number;
  readonly births: number;
  /** `−Σ p log2 p`, in bits. */
  readonly entropy: number;
  /** `2^entropy`: as many names, all equally frequent, would be as diverse. */
  readonly effectiveNames: number;
  /** `entropy / log2 names`, 0 to 1; null for a single name. */
  readonly evenness: number | null;
  /** `1 − Σ p²`: the chance that two births have different names. */
  readonly simpson: number;
  /** Share of the most frequent name, 10, 100; null where fewer are listed. */
  readonly top1: number | null;
  readonly top10: number | null;
  readonly top100: number | null;
  /** The fewest names that half of the births have. */
  readonly namesForHalf: number;
}

/** Diversity of all births under three assumptions about those whose names are not listed. */
export interface UnlistedBounds {
  /** All have one and the same name: it cannot be less. */
  readonly oneName: Diversity;
  /** Each of their names has as many births as the threshold lets pass: the least that the threshold allows. */
  readonly atThreshold: Diversity;
  /** Each has a name of its own: it cannot be more. */
  readonly single: Diversity;
}

/** Undefined where nothing is counted. */
export function diversityOf({ counts, frequencies }: CountGroups): Diversity | undefined {
  let names = 0;
  let births = 0;
  let logs = 0;
  let squares = 0;
  for (let at = 0; at < counts.length; at++) {
    const count = counts[at] as number;
    const frequency = frequencies[at] as number;
    names += frequency;
    births += count * frequency;
    logs += count * frequency * Math.log2(count);
    squares += count * count * frequency;
  }
  if (births === 0) return undefined;
  // A single name has exactly 0, which rounding may miss on either side.
  const entropy = names === 1 ? 0 : Math.max(0, Math.log2(births) - logs / births);
  const top = (k: number): number | null =>
    names < k ? null : birthsOfFirst({ counts, frequencies }, k) / births;
  return {
    names,
    births,
    entropy,
    effectiveNames: 2 ** entropy,
    evenness: names === 1 ? null : entropy / Math.log2(names),
    simpson: Math.max(0, 1 - squares / births / births),
    top1: top(1),
    top10: top(10),
    top100: top(100),
    namesForHalf: namesFor({ counts, frequencies }, births / 2),
  };
}

/**
 * `unlisted`: births beyond those of the groups; `threshold`: counts below it are left out, null where none are.
 * Undefined where the groups have no births.
 */
export function boundsOf(
  groups: CountGroups,
  unlisted: number,
  threshold: number | null,
): UnlistedBounds | undefined {
  const most = Math.max(1, (threshold ?? 1) - 1);
  const oneName = diversityOf(withNames(groups, [[unlisted, 1]]));
  const filled: [number, number][] = [
    [most, Math.floor(unlisted / most)],
    [unlisted % most, 1],
  ];
  const atThreshold = diversityOf(withNames(groups, filled));
  const single = diversityOf(withNames(groups, [[1, unlisted]]));
  return oneName && atThreshold && single ? { oneName, atThreshold, single } : undefined;
}

/** The `k` most frequent names alone; which of tied ones makes no difference. */
export function firstNames({ counts, frequencies }: CountGroups, k: number): CountGroups {
  const kept: [number, number][] = [];
  let left = k;
  for (let at = 0; at < counts.length && left > 0; at++) {
    const taken = Math.min(left, frequencies[at] as number);
    kept.push([counts[at] as number, taken]);
    left -= taken;
  }
  return fromPairs(kept);
}

/** Names with at least so many births. */
export function atLeast({ counts, frequencies }: CountGroups, minCount: number): CountGroups {
  return fromPairs(pairs({ counts, frequencies }).filter(([count]) => count >= minCount));
}

function withNames(groups: CountGroups, added: readonly [number, number][]): CountGroups {
  const real = added.filter(([count, frequency]) => count > 0 && frequency > 0);
  return fromPairs([...pairs(groups), ...real].sort(([a], [b]) => b - a));
}

function pairs({ counts, frequencies }: CountGroups): [number, number][] {
  return Array.from(counts, (count, at) => [count, frequencies[at] as number]);
}

function fromPairs(all: readonly (readonly [number, number])[]): CountGroups {
  return { counts: all.map(([count]) => count), frequencies: all.map(([, frequency]) => frequency) };
}

function birthsOfFirst({ counts, frequencies }: CountGroups, k: number): number {
  let [left, births] = [k, 0];
  for (let at = 0; at < counts.length && left > 0; at++) {
    const taken = Math.min(left, frequencies[at] as number);
    births += taken * (counts[at] as number);
    left -= taken;
  }
  return births;
}

function namesFor({ counts, frequencies }: CountGroups, wanted: number): number {
  let [left, names] = [wanted, 0];
  for (let at = 0; at < counts.length && left > 0; at++) {
    const count = counts[at] as number;
    const taken = Math.min(Math.ceil(left / count), frequencies[at] as number);
    names += taken;
    left -= taken * count;
  }
  return names;
}

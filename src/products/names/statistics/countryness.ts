/** What one country says of a name over some years. */
export interface CountryUse {
  /** Of the counts shown. */
  readonly count: number;
  /** With all that its lists may hide of the name; null where nothing bounds it. */
  readonly countAtMost: number | null;
  /** What the count is a share of. */
  readonly total: number;
}

/** How much more frequent a name is in one country than in all others together. */
export interface Countryness {
  /** Share here by pooled share elsewhere, each with half a birth more. */
  readonly ratio: number;
  /** The least and the most it can be, whatever lists hide; `high` null where nothing bounds it. */
  readonly low: number;
  readonly high: number | null;
}

/** So that a name which nobody has elsewhere gets a number. */
const HALF_A_BIRTH = 0.5;

/** For each country; undefined where there are no births here or elsewhere. */
export function countryness(uses: readonly CountryUse[]): (Countryness | undefined)[] {
  return uses.map((here) => {
    const elsewhere = pooled(uses.filter((use) => use !== here));
    if (here.total === 0 || elsewhere.total === 0) return undefined;
    const share = smoothedShare(here.count, here.total);
    const most = elsewhere.countAtMost;
    return {
      ratio: share / smoothedShare(elsewhere.count, elsewhere.total),
      low: most === null ? 0 : share / smoothedShare(most, elsewhere.total),
      high:
        here.countAtMost === null
          ? null
          : smoothedShare(here.countAtMost, here.total) / smoothedShare(elsewhere.count, elsewhere.total),
    };
  });
}

export function smoothedShare(count: number, total: number): number {
  return (count + HALF_A_BIRTH) / total;
}

function pooled(uses: readonly CountryUse[]): CountryUse {
  return uses.reduce<CountryUse>(
    (sum, { count, countAtMost, total }) => ({
      count: sum.count + count,
      countAtMost: sum.countAtMost === null || countAtMost === null ? null : sum.countAtMost + countAtMost,
      total: sum.total + total,
    }),
    { count: 0, countAtMost: 0, total: 0 },
  );
}

/** Those of one year of birth who are alive; of one sex, or of both. */
export interface AliveAtAge {
  /** Reached in the year asked about. */
  readonly age: number;
  readonly year: number;
  readonly births: number;
  readonly alive: number;
}

/** How old bearers of a name are; ages in whole years. */
export interface AgeDistribution {
  /** By rising age. */
  readonly histogram: readonly AliveAtAge[];
  readonly alive: number;
  readonly median: number;
  readonly lowerQuartile: number;
  readonly upperQuartile: number;
  /** The most frequent age, the youngest of equals. */
  readonly mode: number;
  readonly mean: number;
  /** The ages between which the middle part of the bearers is. */
  readonly band: { readonly low: number; readonly high: number };
}

/** `P(age) = alive at that age / alive`; `part` of the bearers are in the band. Undefined where nobody is alive. */
export function ageDistribution(bearers: readonly AliveAtAge[], part: number): AgeDistribution | undefined {
  const histogram = [...Map.groupBy(bearers, ({ age }) => age)]
    .map(([age, ofAge]) =>
      ofAge.reduce((sum, each) => added(sum, each), {
        ...(ofAge[0] as AliveAtAge),
        age,
        births: 0,
        alive: 0,
      }),
    )
    .sort((a, b) => a.age - b.age);
  const alive = histogram.reduce((sum, each) => sum + each.alive, 0);
  if (alive === 0) return undefined;
  const ageAt = (quantile: number): number => ageOf(histogram, quantile * alive);
  const most = Math.max(...histogram.map((each) => each.alive));
  return {
    histogram,
    alive,
    median: ageAt(0.5),
    lowerQuartile: ageAt(0.25),
    upperQuartile: ageAt(0.75),
    mode: histogram.find((each) => each.alive === most)?.age ?? 0,
    mean: histogram.reduce((sum, each) => sum + each.age * each.alive, 0) / alive,
    band: { low: ageAt((1 - part) / 2), high: ageAt((1 + part) / 2) },
  };
}

function added(sum: AliveAtAge, { births, alive }: AliveAtAge): AliveAtAge {
  return { ...sum, births: sum.births + births, alive: sum.alive + alive };
}

/** The youngest age that so many are not older than. */
function ageOf(histogram: readonly AliveAtAge[], bearers: number): number {
  let younger = 0;
  for (const { age, alive } of histogram) {
    younger += alive;
    // Sums of parts may fall short of the whole by their last digits.
    if (alive > 0 && younger >= bearers * (1 - 1e-12)) return age;
  }
  return histogram.findLast(({ alive }) => alive > 0)?.age ?? 0;
}

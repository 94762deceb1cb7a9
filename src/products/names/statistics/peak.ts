/** The years in which a name is listed, in any order, and what each says; a null is a listed name without a figure. */
export interface ListedYears {
  readonly years: readonly number[];
  readonly counts: readonly (number | null)[];
  readonly ranks: readonly (number | null)[];
  readonly ranksPublished: readonly (number | null)[];
  /** The first year that peaks are looked for in, if any of those from then on lists the name; absent: the first of all. */
  readonly peaksFrom?: number | undefined;
}

/** A best value: the earliest year that has it, and all that have it, ascending. */
export interface Best {
  readonly value: number;
  readonly year: number;
  readonly years: readonly number[];
}

/** The life of a name in one area and gender; null where no year has a figure. */
export interface NameLife {
  readonly peakCount: Best | null;
  readonly peakRank: Best | null;
  readonly peakRankPublished: Best | null;
  readonly firstListed: number;
  readonly lastListed: number;
  readonly yearsListed: number;
}

/** Undefined for a name that is listed in no year. */
export function lifeOfName({ years, peaksFrom, ...figures }: ListedYears): NameLife | undefined {
  if (years.length === 0) return undefined;
  const listed = years.toSorted((a, b) => a - b);
  const isLater = (year: number): boolean => peaksFrom === undefined || year >= peaksFrom;
  const isPeakYear = years.some(isLater) ? isLater : () => true;
  const best = (values: readonly (number | null)[], isBetter: IsBetter): Best | null =>
    bestOf(
      years,
      values.map((value, at) => (isPeakYear(years[at] as number) ? value : null)),
      isBetter,
    );
  return {
    peakCount: best(figures.counts, (value, former) => value > former),
    peakRank: best(figures.ranks, (value, former) => value < former),
    peakRankPublished: best(figures.ranksPublished, (value, former) => value < former),
    firstListed: listed[0] ?? 0,
    lastListed: listed.at(-1) ?? 0,
    yearsListed: new Set(listed).size,
  };
}

type IsBetter = (value: number, best: number) => boolean;

function bestOf(
  years: readonly number[],
  values: readonly (number | null)[],
  isBetter: IsBetter,
): Best | null {
  let best: number | undefined;
  let bestYears: number[] = [];
  years.forEach((year, i) => {
    const value = values[i] ?? undefined;
    if (value === undefined) return;
    if (best === undefined || isBetter(value, best)) {
      best = value;
      bestYears = [year];
    } else if (value === best) {
      bestYears.push(year);
    }
  });
  const [year] = bestYears.sort((a, b) => a - b);
  return best === undefined || year === undefined ? null : { value: best, year, years: bestYears };
}

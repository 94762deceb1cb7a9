/** The years in which a name is listed, in any order, and what each says; a null is a listed name without a figure. */
export interface ListedYears {
  readonly years: readonly number[];
  readonly counts: readonly (number | null)[];
  readonly ranks: readonly (number | null)[];
  readonly ranksPublished: readonly (number | null)[];
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
  readonly bestRank: Best | null;
  readonly bestRankPublished: Best | null;
  readonly firstListed: number;
  readonly lastListed: number;
  readonly yearsListed: number;
}

/** Undefined for a name that is listed in no year. */
export function lifeOfName({ years, counts, ranks, ranksPublished }: ListedYears): NameLife | undefined {
  if (years.length === 0) return undefined;
  const listed = years.toSorted((a, b) => a - b);
  return {
    peakCount: bestOf(years, counts, (value, best) => value > best),
    bestRank: bestOf(years, ranks, (value, best) => value < best),
    bestRankPublished: bestOf(years, ranksPublished, (value, best) => value < best),
    firstListed: listed[0] ?? 0,
    lastListed: listed.at(-1) ?? 0,
    yearsListed: new Set(listed).size,
  };
}

function bestOf(
  years: readonly number[],
  values: readonly (number | null)[],
  isBetter: (value: number, best: number) => boolean,
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

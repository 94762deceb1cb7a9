import type { Best } from './peak.ts';

/** Years of the mean that a peak is taken of, on either side of its middle. */
const REACH = 2;

/** A published year with counts. */
export interface ShareYear {
  readonly year: number;
  /** Of the name; an assumed one where its count is hidden. */
  readonly share: number;
  readonly isShown: boolean;
}

/**
 * The greatest mean share of five years that follow one another, by the year in the middle. `breaks`: years from which
 * numbers are made in another way, which no mean spans. Null where there are no such five, or none of them shows the name.
 */
export function peakShare(rising: readonly ShareYear[], breaks: readonly number[]): Best | null {
  let best: { value: number; years: number[] } | undefined;
  for (let at = REACH; at < rising.length - REACH; at++) {
    const five = rising.slice(at - REACH, at + REACH + 1);
    const { year } = rising[at] as ShareYear;
    const follow = five.every((each, place) => each.year === year - REACH + place);
    const isBroken = breaks.some((first) => year - REACH < first && first <= year + REACH);
    if (!follow || isBroken || !five.some(({ isShown }) => isShown)) continue;
    // To nine decimals, as shares are shown: sums of the same shares differ behind them.
    const value = Math.round((five.reduce((sum, { share }) => sum + share, 0) / five.length) * 1e9) / 1e9;
    if (best === undefined || value > best.value) best = { value, years: [year] };
    else if (value === best.value) best.years.push(year);
  }
  return best ? { value: best.value, year: best.years[0] as number, years: best.years } : null;
}

/** A stretch of years, both ends included. */
export interface Stretch {
  readonly years: number;
  readonly from: number;
  readonly to: number;
}

interface CountedYear {
  readonly year: number;
  readonly count: number;
}

/** The shortest stretch of years that holds half of all bearers, the earliest of equal ones; null where none is counted. */
export function halfLife(rising: readonly CountedYear[]): Stretch | null {
  const half = rising.reduce((sum, { count }) => sum + count, 0) / 2;
  if (half === 0) return null;
  let best: Stretch | null = null;
  let [first, held] = [0, 0];
  for (const { year: to, count } of rising) {
    held += count;
    while (held - countAt(rising, first) >= half) held -= countAt(rising, first++);
    const from = (rising[first] as CountedYear).year;
    if (held >= half && (best === null || to - from + 1 < best.years))
      best = { years: to - from + 1, from, to };
  }
  return best;
}

function countAt(years: readonly CountedYear[], at: number): number {
  return (years[at] as CountedYear).count;
}

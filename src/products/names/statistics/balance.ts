import type { Interval } from './beta-quantile.ts';

/** A number for each sex recorded at birth. */
export interface PerGender {
  readonly F: number;
  readonly M: number;
}

/** What the files of some years say about a name. */
export interface Tally {
  readonly counts: PerGender;
  /** All births by sex in the same years (official totals, not listed sums); null where none are loaded. */
  readonly births: PerGender | null;
  /** The most births the name may have had in the published slices that do not show it: slices × (threshold − 1). */
  readonly hidden: PerGender;
}

/**
 * Whether to correct for a file with more of one sex than were born. `auto`: where it is out of the ordinary; `yearly`:
 * each year by its own births, where there are any.
 */
export const BALANCES = ['auto', 'on', 'off', 'yearly'] as const;
export type Balance = (typeof BALANCES)[number];

/** A tally, and the same by year where the years are weighted one by one. */
export interface YearlyTally extends Tally {
  readonly years?: readonly Tally[];
}

/** Boys to girls at birth in a whole population; a file outside ORDINARY lacks some of one sex. */
const BOYS_PER_GIRL = 1.05;
const ORDINARY: Interval = { low: 0.9, high: 1 };

/** The counts if `filled` (0 or 1 for each sex) of what may be hidden were there, balanced. */
export function balancedTally(tally: YearlyTally, balance: Balance, filled: PerGender): PerGender {
  if (balance !== 'yearly') return balancedCounts(withHidden(tally, filled), tally.births, balance);
  let [F, M] = [0, 0];
  for (const year of tally.years ?? [tally]) {
    const balanced = balancedCounts(withHidden(year, filled), year.births, 'on');
    F += balanced.F;
    M += balanced.M;
  }
  return { F, M };
}

export function isCorrected({ births, years }: YearlyTally, balance: Balance): boolean {
  if (balance !== 'yearly') return correction(births, balance) !== undefined;
  return births !== null || years?.some((year) => year.births !== null) === true;
}

/**
 * Counts in which neither sex has more only because the file has more of it: girls are weighted by boys to girls
 * in the file over that at birth, and the sum is kept.
 */
export function balancedCounts(
  counts: PerGender,
  births: PerGender | null,
  balance: Exclude<Balance, 'yearly'>,
): PerGender {
  const weight = correction(births, balance);
  const total = counts.F + counts.M;
  if (weight === undefined || total === 0) return counts;
  const scale = total / (counts.F * weight + counts.M);
  return { F: counts.F * weight * scale, M: counts.M * scale };
}

/** The weight of girls, or undefined where nothing is corrected. */
function correction(births: PerGender | null, balance: Exclude<Balance, 'yearly'>): number | undefined {
  if (balance === 'off' || births === null || births.F === 0 || births.M === 0) return undefined;
  const girlsPerBoy = births.F / births.M;
  const ordinary = girlsPerBoy >= ORDINARY.low && girlsPerBoy <= ORDINARY.high;
  return balance === 'auto' && ordinary ? undefined : 1 / girlsPerBoy / BOYS_PER_GIRL;
}

function withHidden({ counts, hidden }: Tally, filled: PerGender): PerGender {
  return { F: counts.F + hidden.F * filled.F, M: counts.M + hidden.M * filled.M };
}

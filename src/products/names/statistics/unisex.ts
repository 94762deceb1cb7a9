import type { Dictionary } from '../read-model/dictionary.ts';
import type { SliceRows } from '../read-model/pages.query.ts';
import { type Balance, balancedCounts, type PerGender } from './balance.ts';
import { beta, betaMean } from './beta-distribution.ts';
import { betaInterval, type Interval } from './beta-quantile.ts';
import type { GenderColumns } from './gender-columns.ts';
import { JEFFREYS } from './gender-probability.ts';

/** A name is unisex where the rarer sex has more than this share of it, at the near end of the interval. */
const MIN_RARER_SHARE = 0.1;

/** How even a name is, from 0 (one sex) to 1 (half and half), in words. */
export const BANDS = ['single_sex', 'leaning', 'mixed', 'even'] as const;
type Band = (typeof BANDS)[number];

export interface UnisexRules {
  /** Mass of the interval. */
  readonly level: number;
  readonly minCount: number;
  readonly balance: Exclude<Balance, 'yearly'>;
}

export interface UnisexName {
  /** Dictionary number. */
  readonly number: number;
  readonly counts: PerGender;
  readonly femaleProbability: number;
  readonly interval: Interval;
  readonly index: number;
}

/** `1 − |2p − 1|` of the female share, balanced where there are births to balance by. */
export function unisexIndex({ F, M }: PerGender): number {
  return F + M === 0 ? 0 : 1 - Math.abs((2 * F) / (F + M) - 1);
}

export function bandOf(index: number): Band {
  if (index < 0.1) return 'single_sex';
  if (index < 0.3) return 'leaning';
  return index < 0.7 ? 'mixed' : 'even';
}

/** The unisex names among these sums, by falling count, then number. */
export function findUnisexNames(
  { numbers, F, M }: GenderColumns,
  births: PerGender | null,
  { level, minCount, balance }: UnisexRules,
): UnisexName[] {
  const found: UnisexName[] = [];
  for (let at = 0; at < numbers.length; at++) {
    const counts = { F: F[at] as number, M: M[at] as number };
    if (counts.F + counts.M < minCount) continue;
    const balanced = balancedCounts(counts, births, balance);
    const distribution = beta(balanced.F + JEFFREYS.F, balanced.M + JEFFREYS.M);
    const femaleProbability = betaMean(distribution);
    // The interval holds its mean, so most names are told apart without it.
    if (rarer({ low: femaleProbability, high: femaleProbability }) <= MIN_RARER_SHARE) continue;
    const interval = betaInterval(distribution, level);
    if (rarer(interval) <= MIN_RARER_SHARE) continue;
    const number = numbers[at] as number;
    found.push({ number, counts, femaleProbability, interval, index: unisexIndex(balanced) });
  }
  return found.sort((a, b) => total(b) - total(a) || a.number - b.number);
}

/** The least share that the rarer sex may have. */
function rarer({ low, high }: Interval): number {
  return Math.min(low, 1 - high);
}

function total({ counts: { F, M } }: UnisexName): number {
  return F + M;
}

/** How unisex the names of one year are. */
export interface YearIndex {
  /** Mean of the names' indexes, each as often as it was given. */
  readonly index: number;
  /** If each list hid as many births of the names that it does not show as it may. */
  readonly indexAtMost: number;
  /** Share of births whose name is listed for one sex only, where the other may be none or hidden. */
  readonly oneSexShare: number;
  readonly names: number;
  readonly births: number;
}

/** The lists of one year: rows, threshold of the office. */
export interface YearList {
  readonly rows: SliceRows;
  readonly threshold: number | null;
}

/** Space for every number of a dictionary; `sums` full of zeros between uses. */
export interface IndexScratch {
  readonly F: Int32Array;
  readonly M: Int32Array;
}

export function yearIndex(
  girls: YearList,
  boys: YearList,
  births: PerGender | null,
  dictionary: Dictionary,
  { F, M }: IndexScratch,
): YearIndex {
  const seen = [...fill(girls.rows, dictionary, F), ...fill(boys.rows, dictionary, M)];
  const hidden = { F: (girls.threshold ?? 1) - 1, M: (boys.threshold ?? 1) - 1 };
  let [sum, most, oneSex, names, all] = [0, 0, 0, 0, 0];
  for (const no of seen) {
    const counts = { F: F[no] as number, M: M[no] as number };
    const count = counts.F + counts.M;
    if (count === 0) continue;
    F[no] = 0;
    M[no] = 0;
    const index = unisexIndex(balancedCounts(counts, births, 'auto'));
    const isOneSex = counts.F === 0 || counts.M === 0;
    names++;
    all += count;
    sum += count * index;
    most += count * (isOneSex ? indexWithHidden(counts, hidden, births) : index);
    if (isOneSex) oneSex += count;
  }
  const share = (part: number): number => (all === 0 ? 0 : part / all);
  return { index: share(sum), indexAtMost: share(most), oneSexShare: share(oneSex), names, births: all };
}

function indexWithHidden(counts: PerGender, hidden: PerGender, births: PerGender | null): number {
  const known = Math.max(counts.F, counts.M);
  const filled = {
    F: counts.F === 0 ? Math.min(hidden.F, known) : counts.F,
    M: counts.M === 0 ? Math.min(hidden.M, known) : counts.M,
  };
  return unisexIndex(balancedCounts(filled, births, 'auto'));
}

/** The numbers of the first spellings of all names; a name comes twice where it has two spellings or two sexes. */
function fill({ numbers, counts }: SliceRows, dictionary: Dictionary, sums: Int32Array): Int32Array {
  return numbers.map((number, at) => {
    const no = dictionary.numbers[dictionary.canonical[number] as number] as number;
    sums[no]! += Math.max(0, counts[at] as number);
    return no;
  });
}

import { NORMAL_95, theilSen } from './theil-sen.ts';

/** Spans that trends are told of, in years. */
const TREND_SPANS = [5, 10, 25] as const;

export const TREND_CLASSES = ['rising', 'falling', 'flat', 'volatile'] as const;
type TrendClass = (typeof TREND_CLASSES)[number];

/** Part of the points of a trend that may be assumed, and of its years that may be missing. */
const MAX_UNKNOWN = 0.2;
/** A slower change than this is none, in percent a year. */
const LEAST_CHANGE = 2;
/** Scatter of ln(share) about the line above which nothing is told but that. */
const MAX_SCATTER = 0.5;
/** Two counts below this tell nothing by their ratio. */
const LEAST_COUNT = 10;

/** A year whose list has counts. */
export interface TrendYear {
  readonly year: number;
  /** Null: not listed, or not the whole count is shown. */
  readonly count: number | null;
  /** The count, or the middle of what it can be; above 0. */
  readonly likely: number;
  /** What is not shown may move `likely`. */
  readonly isAssumed: boolean;
  /** What shares are shares of. */
  readonly total: number;
}

/** The change of a share in percent a year over the last years of a series. */
export interface Trend {
  /** Length of the span. */
  readonly years: number;
  readonly from: number;
  readonly to: number;
  /** Years that the line was laid through. */
  readonly points: number;
  /** Those of them whose count is assumed. */
  readonly hidden: number;
  /** At most a fifth of them is. */
  readonly isMostlyKnown: boolean;
  /** Null where too few years tell anything. */
  readonly percent: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly class: TrendClass | null;
}

/** `breaks`: years from which numbers are made in another way; a trend begins at the last of them at the earliest. */
export function trendsOf(series: readonly TrendYear[], breaks: readonly number[]): Trend[] {
  const last = series.at(-1);
  if (!last) return [];
  const comparableFrom = Math.max(-Infinity, ...breaks.filter((year) => year <= last.year));
  return TREND_SPANS.map((years) => {
    const from = last.year - years + 1;
    const points = series.filter(({ year }) => year >= Math.max(from, comparableFrom));
    return trendOf(points, { years, from, to: last.year });
  });
}

function trendOf(points: readonly TrendYear[], span: Pick<Trend, 'years' | 'from' | 'to'>): Trend {
  const hidden = points.filter(({ isAssumed }) => isAssumed).length;
  const figures = {
    ...span,
    points: points.length,
    hidden,
    isMostlyKnown: hidden <= MAX_UNKNOWN * points.length,
  };
  const isCovered = points.length >= (1 - MAX_UNKNOWN) * span.years;
  const line =
    isCovered && hidden < points.length
      ? theilSen(
          points.map(({ year }) => year),
          points.map(logShare),
        )
      : undefined;
  if (!line) return { ...figures, percent: null, low: null, high: null, class: null };
  const { slope, interval, scatter } = line;
  return {
    ...figures,
    percent: percentOf(slope),
    low: interval && percentOf(interval.low),
    high: interval && percentOf(interval.high),
    class: interval && classOf(percentOf(slope), interval, scatter),
  };
}

function logShare({ likely, total }: TrendYear): number {
  return Math.log(likely / total);
}

function percentOf(slope: number): number {
  return 100 * Math.expm1(slope);
}

function classOf(percent: number, { low, high }: { low: number; high: number }, scatter: number): TrendClass {
  const isSure = low > 0 || high < 0;
  if (isSure && Math.abs(percent) >= LEAST_CHANGE) return percent > 0 ? 'rising' : 'falling';
  return scatter > MAX_SCATTER ? 'volatile' : 'flat';
}

/** Change of a share against the year before, in percent, and between which values chance leaves it (95 %). */
export interface YearOnYear {
  readonly percent: number;
  readonly low: number;
  readonly high: number;
}

/**
 * Counts are taken to be Poisson: the logarithm of the ratio of two has the variance `1 / count + 1 / former count`.
 * Null where a count is not known, both are below 10, or the years do not follow one another.
 */
export function yearOnYear(former: TrendYear | undefined, present: TrendYear): YearOnYear | null {
  if (!former || former.year !== present.year - 1) return null;
  const [before, now] = [former.count ?? 0, present.count ?? 0];
  if (before === 0 || now === 0 || Math.max(before, now) < LEAST_COUNT) return null;
  const ratio = Math.log(now / present.total / (before / former.total));
  const reach = NORMAL_95 * Math.sqrt(1 / before + 1 / now);
  return { percent: percentOf(ratio), low: percentOf(ratio - reach), high: percentOf(ratio + reach) };
}

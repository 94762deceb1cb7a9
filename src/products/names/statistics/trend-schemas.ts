import { type Static, Type } from 'typebox';
import { Nullable, OneOf } from '#platform/http/schemas.ts';
import type { CatalogSlice } from '../read-model/country-catalog.ts';
import type { GroupYear } from './group-sum.ts';
import type { MethodBreak } from './method-breaks.ts';
import {
  type Trend,
  TREND_CLASSES,
  trendsOf,
  type TrendYear,
  type YearOnYear,
  yearOnYear,
} from './name-trends.ts';
import { rounded } from './published-years.ts';
import type { Denominator } from './ranking.ts';

const Percent = Nullable(Type.Number());

export const TrendSchema = Type.Object({
  years: Type.Integer({ description: 'Length of the span, which ends with the last point' }),
  from: Type.Integer(),
  to: Type.Integer(),
  points: Type.Integer({ description: 'Years that the line is laid through' }),
  hidden_points: Type.Integer({
    description:
      'Those of them whose count is assumed: the middle of what it can be, where more than 2 % may be hidden',
  }),
  mostly_known: Type.Boolean({ description: 'At most a fifth of the points is assumed' }),
  percent_per_year: Nullable(
    Type.Number({
      description:
        'Of the share; null where too few years are published since the last break, or list the name',
    }),
  ),
  low: Nullable(Type.Number({ description: '95 % interval; null where so few points allow none' })),
  high: Percent,
  class: Nullable(
    OneOf(TREND_CLASSES, {
      description: 'rising, falling: the interval excludes 0 and the change is 2 % a year or more',
    }),
  ),
});

export const YearOnYearSchema = Nullable(
  Type.Object(
    { percent: Type.Number(), low: Type.Number(), high: Type.Number() },
    {
      description:
        'Change of the share against the year before, with its 95 % band of chance; null where one count is hidden, both are below 10, or a break lies between',
    },
  ),
);

/** Part of a sum that may be hidden before its year counts as assumed: less moves a trend by little. */
const LEAST_HIDDEN = 0.02;

/** What trends are made of: every year that has counts. */
export function trendYear(
  slice: CatalogSlice,
  count: number | null | undefined,
  kind: Denominator['kind'],
): TrendYear | undefined {
  const total = kind === 'births' ? (slice.births as number) : slice.sum;
  if (total === 0) return undefined;
  const known = count ?? null;
  const likely = known ?? middleOf(0, (slice.threshold ?? 1) - 1);
  return { year: slice.toYear, count: known, likely, isAssumed: known === null, total };
}

/** The same of a sum, of which a part may be hidden. */
export function trendYearOfSum(
  slice: CatalogSlice,
  { count, countAtMost }: GroupYear,
  kind: Denominator['kind'],
): TrendYear | undefined {
  const year = trendYear(slice, count !== null && count === countAtMost ? count : null, kind);
  if (year === undefined || year.count !== null) return year;
  const [least, most] = [count ?? 0, countAtMost ?? count ?? 0];
  const isAssumed = countAtMost === null || most - least > LEAST_HIDDEN * least;
  return { ...year, likely: middleOf(least, most), isAssumed };
}

/** At least half a birth, as no birth at all has no logarithm. */
function middleOf(least: number, most: number): number {
  return Math.max(0.5, (least + most) / 2);
}

/** What a series tells besides its counts; each point tells its own year, where `withChanges`. */
export function changesOf<Point extends { readonly year: number }>(
  years: readonly TrendYear[],
  breaks: readonly MethodBreak[],
  points: readonly Point[],
  withChanges: boolean,
) {
  const breakYears = breaks.map(({ year }) => year);
  const onYear = (year: number): YearOnYear | null => {
    const at = years.findIndex((each) => each.year === year);
    const present = years[at];
    const change = present && !breakYears.includes(year) ? yearOnYear(years[at - 1], present) : null;
    if (change === null) return null;
    const { percent, low, high } = change;
    return { percent: rounded(percent, 3), low: rounded(low, 3), high: rounded(high, 3) };
  };
  return {
    trends: trendsOf(years, breakYears).map(trendProperties),
    year_on_year: onYear(points.at(-1)?.year ?? 0),
    points: withChanges
      ? points.map((point) => ({ ...point, year_on_year: onYear(point.year) }))
      : [...points],
  };
}

function trendProperties(trend: Trend): Static<typeof TrendSchema> {
  return {
    years: trend.years,
    from: trend.from,
    to: trend.to,
    points: trend.points,
    hidden_points: trend.hidden,
    mostly_known: trend.isMostlyKnown,
    percent_per_year: shown(trend.percent),
    low: shown(trend.low),
    high: shown(trend.high),
    class: trend.class,
  };
}

function shown(percent: number | null): number | null {
  return percent === null ? null : rounded(percent, 3);
}

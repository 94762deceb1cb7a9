import { type Static, Type } from 'typebox';
import { Nullable, OneOf } from '#platform/http/schemas.ts';
import type { CatalogSlice } from '../read-model/country-catalog.ts';
import type { MethodBreak } from './method-breaks.ts';
import type { NameCounts } from './name-counts.ts';
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
    description: 'Those of them whose count is assumed: half of the most that it can be',
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

/** What trends are made of: every year that has counts. */
export function trendYear(
  slice: CatalogSlice,
  count: number | null | undefined,
  kind: Denominator['kind'],
): TrendYear | undefined {
  const total = kind === 'births' ? (slice.births as number) : slice.sum;
  if (total === 0) return undefined;
  return { year: slice.toYear, count: count ?? null, threshold: slice.threshold, total };
}

/** What the series of a name tells besides its points. */
export interface SeriesChanges {
  readonly trends: Static<typeof TrendSchema>[];
  /** Of a year against the one before. */
  yearOnYear(year: number): YearOnYear | null;
}

export function changesOf(
  { slices, counts }: Pick<NameCounts, 'slices' | 'counts'>,
  kind: Denominator['kind'],
  breaks: readonly MethodBreak[],
): SeriesChanges {
  const years = slices.flatMap((slice, at) => trendYear(slice, counts[at], kind) ?? []);
  const breakYears = breaks.map(({ year }) => year);
  return {
    trends: trendsOf(years, breakYears).map(trendProperties),
    yearOnYear(year) {
      const at = years.findIndex((each) => each.year === year);
      const present = years[at];
      const change = present && !breakYears.includes(year) ? yearOnYear(years[at - 1], present) : null;
      if (change === null) return null;
      const { percent, low, high } = change;
      return { percent: rounded(percent, 3), low: rounded(low, 3), high: rounded(high, 3) };
    },
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

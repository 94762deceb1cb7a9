import { type Static, Type } from 'typebox';
import { Nullable, OneOf } from '#platform/http/schemas.ts';
import type { CatalogSlice } from '../read-model/country-catalog.ts';
import { halfLife, peakShare, type ShareYear } from './life-span.ts';
import { breaksOf } from './method-breaks.ts';
import { type NameCounts, standingOf } from './name-counts.ts';
import type { TrendYear } from './name-trends.ts';
import { type Best, lifeOfName } from './peak.ts';
import { denominatorOf } from './ranking.ts';
import { MeasureParameter } from './schemas.ts';
import { soundFrom } from './sound-years.ts';
import { trendYear } from './trend-schemas.ts';

function extreme(value: 'integer' | 'number', description: string) {
  return Type.Unsafe<Best | null>({
    type: ['object', 'null'],
    description,
    properties: {
      value: { type: value },
      year: { type: 'integer' },
      years: { type: 'array', items: { type: 'integer' } },
    },
    required: ['value', 'year', 'years'],
  });
}

export const LifeSchema = Type.Object({
  country: Type.String(),
  area: Type.String(),
  gender: OneOf(['F', 'M']),
  measure: MeasureParameter,
  total_count: Type.Integer({ description: 'Of the counts shown' }),
  first_listed: Type.Integer(),
  last_listed: Type.Integer(),
  years_listed: Type.Integer(),
  years_withheld: Type.Integer({ description: 'Years that list the name without a count' }),
  years_published: Type.Integer(),
  peaks_from: Nullable(
    Type.Integer({
      description: 'Peaks and half-life are those of the years from this one on; null: of all',
    }),
  ),
  peak_count: extreme('integer', 'The greatest count: the first year that has it, and all'),
  peak_share: extreme('number', 'The greatest mean share of five years, by the year in the middle'),
  peak_rank: extreme('integer', 'The best rank'),
  peak_rank_published: extreme('integer', 'The best of the ranks that the office prints'),
  half_life: Nullable(
    Type.Object(
      { years: Type.Integer(), from: Type.Integer(), to: Type.Integer() },
      { description: 'The shortest stretch of years that has half of all its births' },
    ),
  ),
  breaks: Type.Array(Type.Object({ year: Type.Integer(), what: Type.String() }), {
    description: 'From these years on, numbers are made in another way than before',
  }),
  quality: OneOf(['exact', 'approx', 'lower_bound']),
});

/** Undefined for a name that no year lists. `peaksFrom`: asked for, in place of the year that the country has. */
export function lifeOf(
  counts: NameCounts,
  peaksFrom: number | undefined,
): Static<typeof LifeSchema> | undefined {
  const { scope, gender, slices } = counts;
  const listed = slices.flatMap((slice, at) => {
    const count = counts.counts[at];
    if (count === undefined) return [];
    return [{ year: slice.toYear, count, ...standingOf(slice, count, counts.printedRanks[at]) }];
  });
  const wanted = peaksFrom ?? soundFrom(scope.country.code);
  const from = listed.some(({ year }) => wanted !== undefined && year >= wanted) ? wanted : undefined;
  const life = lifeOfName({
    years: listed.map(({ year }) => year),
    counts: listed.map(({ count }) => count),
    ranks: listed.map(({ rank }) => rank),
    ranksPublished: listed.map(({ rankPublished }) => rankPublished),
    peaksFrom: from,
  });
  if (!life) return undefined;
  return {
    country: scope.country.code,
    area: scope.area.code,
    gender,
    measure: (slices[0] as CatalogSlice).measure,
    total_count: listed.reduce((sum, { count }) => sum + (count ?? 0), 0),
    first_listed: life.firstListed,
    last_listed: life.lastListed,
    years_listed: life.yearsListed,
    years_withheld: listed.filter(({ count }) => count === null).length,
    years_published: slices.length,
    peaks_from: from ?? null,
    peak_count: life.peakCount,
    ...spansOf(counts, from ?? -Infinity),
    peak_rank: life.peakRank,
    peak_rank_published: life.peakRankPublished,
    quality: qualityOf(slices),
  };
}

function spansOf({ scope, slices, counts }: NameCounts, from: number) {
  const breaks = breaksOf(scope.country, slices);
  const { kind } = denominatorOf(slices);
  const years = slices
    .flatMap((slice, at) => trendYear(slice, counts[at], kind) ?? [])
    .filter(({ year }) => year >= from);
  return {
    peak_share: peakShare(
      years.map(shareYear),
      breaks.map(({ year }) => year),
    ),
    half_life: halfLife(years.map(({ year, count }) => ({ year, count: count ?? 0 }))),
    breaks,
  };
}

function shareYear({ year, likely, isAssumed, total }: TrendYear): ShareYear {
  return { year, share: likely / total, isShown: !isAssumed };
}

/** The least exact of all. */
function qualityOf(slices: readonly CatalogSlice[]): CatalogSlice['quality'] {
  const qualities = new Set(slices.map(({ quality }) => quality));
  return (['lower_bound', 'approx'] as const).find((each) => qualities.has(each)) ?? 'exact';
}

import { type Static, Type } from 'typebox';
import { Nullable } from '#platform/http/schemas.ts';
import type { CatalogSlice } from '../read-model/country-catalog.ts';
import { breaksOf, type MethodBreak } from './method-breaks.ts';
import { MissingAreaSchema, missingMeta } from './missing-areas.ts';
import { SourceSchema, sourcesOf } from './provenance.ts';
import type { PublishedYears } from './published-years.ts';
import { type Denominator, denominatorOf } from './ranking.ts';
import { MeasureParameter } from './schemas.ts';
import { soundFrom as soundYearOf } from './sound-years.ts';

/** The lists that an answer about many years is made of, rising; at least one. */
export interface HistorySpan extends PublishedYears {
  readonly breaks: readonly MethodBreak[];
  readonly denominator: Denominator['kind'];
}

/**
 * All lists with counts up to a year (absent: the latest) that are made in the same way as that one, and whose figures
 * are sound (`soundFrom`: asked for, in place of the year that the country has); undefined where there is none.
 */
export function comparableSpan(
  published: PublishedYears,
  year: number | undefined,
  soundFrom: number | undefined,
): HistorySpan | undefined {
  const until = published.slices.filter(({ toYear, sum }) => sum > 0 && toYear <= (year ?? toYear));
  const last = until.at(-1);
  if (!last || (year !== undefined && last.toYear !== year)) return undefined;
  const breaks = breaksOf(published.country, until);
  const sound = soundFrom ?? soundYearOf(published.country.code) ?? -Infinity;
  const from = Math.max(breaks.at(-1)?.year ?? -Infinity, sound <= last.toYear ? sound : -Infinity);
  const slices = until.filter(({ toYear }) => toYear >= from);
  return { ...published, slices, breaks, denominator: denominatorOf(slices).kind };
}

/** All lists of an area and gender. */
export function wholeSpan(published: PublishedYears): HistorySpan {
  const { country, slices } = published;
  return { ...published, breaks: breaksOf(country, slices), denominator: denominatorOf(slices).kind };
}

export function totalIn({ denominator }: HistorySpan): (slice: CatalogSlice) => number {
  return ({ births, sum }) => (denominator === 'births' ? (births as number) : sum);
}

const SpanSchema = Type.Object({
  country: Type.String(),
  area: Type.String(),
  gender: Type.String(),
  measure: MeasureParameter,
  from: Type.Integer({ description: 'The first list looked at' }),
  to: Type.Integer(),
  lists: Type.Integer(),
  breaks: Type.Array(Type.Object({ year: Type.Integer(), what: Type.String() }), {
    description: 'From these years on, numbers are made in another way than before',
  }),
  threshold: Nullable(Type.Integer({ description: 'Of the last list: counts below it are left out' })),
  denominator: Type.String({ description: 'What shares are shares of' }),
});

export const spanMetaProperties = {
  total: Type.Integer(),
  limit: Type.Integer(),
  next_cursor: Nullable(Type.String()),
  sources: Type.Array(SourceSchema),
  missing_areas: Type.Optional(Type.Array(MissingAreaSchema)),
  spans: Type.Array(SpanSchema),
};

/** For `meta`. */
export function spanMeta(spans: readonly HistorySpan[]) {
  return { sources: sourcesOf(spans), ...missingMeta(spans), spans: spans.map(spanProperties) };
}

function spanProperties(span: HistorySpan): Static<typeof SpanSchema> {
  const { country, area, gender, slices, breaks, denominator } = span;
  const [first, last] = [slices[0] as CatalogSlice, slices.at(-1) as CatalogSlice];
  return {
    country: country.code,
    area: area.code,
    gender,
    measure: last.measure,
    from: first.toYear,
    to: last.toYear,
    lists: slices.length,
    breaks: [...breaks],
    threshold: last.threshold,
    denominator,
  };
}

import type { FastifyPluginCallback } from 'fastify';
import { type Static, Type } from 'typebox';
import { registerList } from '#platform/http/list-formats.ts';
import { pagingParameters } from '#platform/http/paging.ts';
import { Nullable, OneOf } from '#platform/http/schemas.ts';
import type { CatalogSlice } from '../read-model/country-catalog.ts';
import type { ReadModel, Snapshot } from '../read-model/read-model.ts';
import { answerFrom } from './cached-answer.ts';
import { minCountParameter, openPage } from './changes-schemas.ts';
import { findFlashes, type Flashes } from './flashes.ts';
import { type HistorySpan, spanMeta, spanMetaProperties, wholeSpan } from './history-spans.ts';
import { createOnceByVersion } from './once-by-version.ts';
import { findPublishedYears, placeParameters } from './published-years.ts';
import { Year } from './schemas.ts';

/** Answers kept for a country: half a megabyte each for the largest. */
const KEPT_ANSWERS = 16;

const Query = Type.Object({
  ...placeParameters,
  year: Type.Optional(Type.Integer({ ...Year, description: 'Listed in this year; absent: in any' })),
  min_count: minCountParameter(20, 'In one of its years at least'),
  include_open: Type.Optional(
    Type.Boolean({
      description: 'Names of the first and last list too, which may have had, or may get, further years',
    }),
  ),
  ...pagingParameters,
});

const Count = Nullable(Type.Integer({ description: 'Null: hidden by the office' }));

const Item = Type.Object({
  name: Type.String(),
  country: Type.String(),
  area: Type.String(),
  gender: OneOf(['F', 'M']),
  years_listed: Type.Integer({ description: '1 or 2' }),
  first_year: Type.Integer(),
  first_count: Count,
  last_year: Type.Integer(),
  last_count: Count,
  is_open: Type.Boolean({ description: 'Listed in the first or last year that is published' }),
});

/** `GET /v1/statistics/flashes`: names that are listed in one or two years only. */
export function flashesRoute(model: ReadModel): FastifyPluginCallback {
  const kept = createOnceByVersion<Flashes>(KEPT_ANSWERS);
  const flashesOf = ({ dictionary }: Snapshot, span: HistorySpan): Promise<Flashes> => {
    const { measure } = span.slices[0] as CatalogSlice;
    return kept.find({ ...span, measure }, { gender: span.gender }, () =>
      findFlashes(model, dictionary, span.slices),
    );
  };

  return (app, _options, done) => {
    registerList(app, {
      url: '/v1/statistics/flashes',
      config: { access: 'public_read', example: { query: { country: 'US', gender: 'F', limit: 5 } } },
      summary: 'Names listed in one or two years only',
      description:
        'By falling count. A name below the threshold of the office is not listed, so it may have been given in other years.',
      tags: ['statistics'],
      query: Query,
      item: Item,
      meta: Type.Object(spanMetaProperties),
      async find({ query, format, request, reply }) {
        const parts = ['flashes', JSON.stringify(query), format];
        return answerFrom({ request, reply, model, parts }, (snapshot) => find(snapshot, query, flashesOf));
      },
    });
    done();
  };
}

/** A name of the answer, by its place in what was found of a span. */
interface Line {
  readonly span: HistorySpan;
  readonly flashes: Flashes;
  readonly at: number;
  /** The larger of its counts. */
  readonly count: number;
}

async function find(
  snapshot: Snapshot,
  query: Static<typeof Query>,
  flashesOf: (snapshot: Snapshot, span: HistorySpan) => Promise<Flashes>,
) {
  const spans = findPublishedYears(snapshot, query).map(wholeSpan);
  const page = openPage(
    spans.map(({ country }) => country),
    query,
  );
  const lines: Line[] = [];
  for (const span of spans) addLines(lines, span, await flashesOf(snapshot, span), query);
  if (spans.length > 1) lines.sort((a, b) => b.count - a.count);
  return {
    data: lines.slice(page.offset, page.offset + page.limit).map((line) => itemOf(line, snapshot)),
    meta: { ...page.meta(lines.length), ...spanMeta(spans) },
  };
}

function addLines(lines: Line[], span: HistorySpan, flashes: Flashes, query: Static<typeof Query>): void {
  const { firstYear, lastYear, firstCount, lastCount } = flashes;
  const { year, min_count: minCount, include_open: includeOpen = false } = query;
  for (let at = 0; at < firstYear.length; at++) {
    const count = Math.max(firstCount[at] as number, lastCount[at] as number);
    if (count < minCount || (year !== undefined && firstYear[at] !== year && lastYear[at] !== year)) continue;
    if (includeOpen || !isOpen(span, flashes, at)) lines.push({ span, flashes, at, count });
  }
}

function isOpen({ slices }: HistorySpan, { firstYear, lastYear }: Flashes, at: number): boolean {
  return firstYear[at] === slices[0]?.toYear || lastYear[at] === slices.at(-1)?.toYear;
}

function itemOf({ span, flashes, at }: Line, { dictionary }: Snapshot): Static<typeof Item> {
  const { country, area, gender } = span;
  const number = flashes.numbers[at] as number;
  return {
    name: dictionary.rows[dictionary.positions[number] as number]?.name ?? '',
    country: country.code,
    area: area.code,
    gender,
    years_listed: flashes.years[at] as number,
    first_year: flashes.firstYear[at] as number,
    first_count: (flashes.firstCount[at] as number) || null,
    last_year: flashes.lastYear[at] as number,
    last_count: (flashes.lastCount[at] as number) || null,
    is_open: isOpen(span, flashes, at),
  };
}

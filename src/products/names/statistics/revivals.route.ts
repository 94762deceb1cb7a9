import type { FastifyPluginCallback } from 'fastify';
import { type Static, Type } from 'typebox';
import { registerList } from '#platform/http/list-formats.ts';
import { pagingParameters } from '#platform/http/paging.ts';
import { Nullable } from '#platform/http/schemas.ts';
import type { CatalogSlice } from '../read-model/country-catalog.ts';
import type { ReadModel, Snapshot } from '../read-model/read-model.ts';
import { answerFrom } from './cached-answer.ts';
import { minCountParameter, openPage } from './changes-schemas.ts';
import { comparableSpan, type HistorySpan, spanMeta, spanMetaProperties, totalIn } from './history-spans.ts';
import { createOnceByVersion } from './once-by-version.ts';
import {
  findPublishedYears,
  placeParameters,
  placeProperties,
  rounded,
  yearParameter,
} from './published-years.ts';
import { findRevivals, type Revival } from './revivals.ts';
import { Year } from './schemas.ts';

/** Answers kept for a country: some 50 KB each. */
const KEPT_ANSWERS = 64;

const Query = Type.Object({
  ...placeParameters,
  ...yearParameter,
  min_count: minCountParameter(20, 'In the year asked for, and in that of the peak'),
  peaks_from: Type.Optional(
    Type.Integer({
      ...Year,
      description:
        'Lists of this year and later ones; absent: from the year on from which the figures of a country are sound (US 1937, FR 1946)',
    }),
  ),
  ...pagingParameters,
});

const Item = Type.Object({
  name: Type.String(),
  ...placeProperties,
  count: Type.Integer(),
  share: Type.Number(),
  ratio: Type.Number({ description: 'The share divided by that of the low' }),
  low_year: Type.Integer({ description: 'Of the lowest share of the last 40 years; the earliest' }),
  low_count: Nullable(Type.Integer({ description: 'Null: not listed that year, or hidden' })),
  low_share: Type.Number({ description: 'At most this, where the count is not known' }),
  peak_year: Type.Integer({ description: 'Of the highest share before the low' }),
  peak_count: Type.Integer(),
  peak_share: Type.Number(),
});

/** `GET /v1/statistics/revivals`: names that were frequent, became rare and are frequent again. */
export function revivalsRoute(model: ReadModel): FastifyPluginCallback {
  const kept = createOnceByVersion<Revival[]>(KEPT_ANSWERS);
  const revivalsOf = ({ dictionary }: Snapshot, span: HistorySpan): Promise<Revival[]> => {
    const { toYear: year, measure } = span.slices.at(-1) as CatalogSlice;
    const question = { gender: span.gender, from: span.slices[0]?.toYear, year };
    return kept.find({ ...span, measure }, question, () =>
      findRevivals(model, dictionary, span.slices, totalIn(span)),
    );
  };

  return (app, _options, done) => {
    registerList(app, {
      url: '/v1/statistics/revivals',
      config: { access: 'public_read', example: { query: { country: 'US', gender: 'F', limit: 5 } } },
      summary: 'Names that came back',
      description:
        'Names with four times their lowest share of the last 40 years, and with as much before that low, the largest rise first. Nothing is compared across a break of method: see meta.spans.',
      tags: ['statistics'],
      query: Query,
      item: Item,
      meta: Type.Object(spanMetaProperties),
      async find({ query, format, request, reply }) {
        const parts = ['revivals', JSON.stringify(query), format];
        return answerFrom({ request, reply, model, parts }, (snapshot) => find(snapshot, query, revivalsOf));
      },
    });
    done();
  };
}

async function find(
  snapshot: Snapshot,
  query: Static<typeof Query>,
  revivalsOf: (snapshot: Snapshot, span: HistorySpan) => Promise<Revival[]>,
) {
  const spans = findPublishedYears(snapshot, query).flatMap(
    (each) => comparableSpan(each, query.year, query.peaks_from) ?? [],
  );
  const page = openPage(
    spans.map(({ country }) => country),
    query,
  );
  const all: { span: HistorySpan; revival: Revival }[] = [];
  for (const span of spans) {
    for (const revival of await revivalsOf(snapshot, span))
      if (Math.min(revival.count, revival.peakCount) >= query.min_count) all.push({ span, revival });
  }
  if (spans.length > 1) all.sort((a, b) => ratioOf(b.revival) - ratioOf(a.revival));
  return {
    data: all
      .slice(page.offset, page.offset + page.limit)
      .map(({ span, revival }) => itemOf(span, revival, snapshot)),
    meta: { ...page.meta(all.length), ...spanMeta(spans) },
  };
}

function ratioOf({ share, lowShare }: Revival): number {
  return share / lowShare;
}

function itemOf(
  { country, area, gender, slices }: HistorySpan,
  revival: Revival,
  { dictionary: { rows, positions } }: Snapshot,
): Static<typeof Item> {
  const { number, count, share, lowYear, lowCount, lowShare, peakYear, peakCount, peakShare } = revival;
  return {
    name: rows[positions[number] as number]?.name ?? '',
    country: country.code,
    area: area.code,
    gender,
    year: slices.at(-1)?.toYear ?? 0,
    count,
    share: rounded(share, 9),
    ratio: rounded(ratioOf(revival), 3),
    low_year: lowYear,
    low_count: lowCount,
    low_share: rounded(lowShare, 9),
    peak_year: peakYear,
    peak_count: peakCount,
    peak_share: rounded(peakShare, 9),
  };
}

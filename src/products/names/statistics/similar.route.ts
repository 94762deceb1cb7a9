import { setImmediate as nextTurn } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { type Static, Type } from 'typebox';
import { registerList } from '#platform/http/list-formats.ts';
import { OneOf } from '#platform/http/schemas.ts';
import { createByteCache } from '../read-model/byte-cache.ts';
import type { CatalogSlice } from '../read-model/country-catalog.ts';
import type { Dictionary } from '../read-model/dictionary.ts';
import type { ReadModel, Snapshot } from '../read-model/read-model.ts';
import { nameKey } from '../spelling/name-keys.ts';
import { answerFrom } from './cached-answer.ts';
import { placeOf } from './gender-columns.ts';
import {
  findPublishedYears,
  metaOf,
  metaProperties,
  placeParameters,
  type PublishedYears,
  rounded,
} from './published-years.ts';
import { denominatorOf } from './ranking.ts';
import { CountryCodes, NameText } from './schemas.ts';
import {
  bytesOfCurves,
  type Curves,
  findSimilar,
  makeCurves,
  MIN_YEARS,
  type SimilarName,
  yearsInCommon,
} from './similar-curves.ts';
import { SIMILARITY_MODES, type SimilarityMode } from './similar.ts';
import { longestStretch } from './stretches.ts';

/** The largest list takes some 5 MB for a gender. */
const CACHE_BYTES = 64 * 1024 * 1024;
/** Answers kept for a list, of a few KB each. */
const KEPT_ANSWERS = 200;
const MOST_SIMILAR = 50;

const Query = Type.Object({
  ...placeParameters,
  name: NameText,
  country: Type.Array(CountryCodes.items, { minItems: 1, maxItems: 10 }),
  mode: OneOf(SIMILARITY_MODES, {
    default: 'shape',
    description: 'shape: the same course at any level; level: equally frequent too',
  }),
  limit: Type.Integer({ minimum: 1, maximum: MOST_SIMILAR, default: MOST_SIMILAR }),
});

const Item = Type.Object({
  country: Type.String(),
  area: Type.String(),
  gender: OneOf(['F', 'M']),
  name: Type.String(),
  similarity: Type.Number({ description: '0 to 1, which a curve has to itself' }),
  common_years: Type.Integer({ description: 'Years that show a count of both names' }),
  years_listed: Type.Integer({ description: 'Years that show a count of this name' }),
  total_count: Type.Integer({ description: 'Of these years' }),
});

const Compared = Type.Object({
  country: Type.String(),
  area: Type.String(),
  gender: OneOf(['F', 'M']),
  measure: Type.String(),
  year_from: Type.Integer(),
  year_to: Type.Integer(),
  denominator: Type.String({ description: 'What the shares are shares of' }),
  names: Type.Integer({ description: 'Names with at least 15 years and 1,000 births, which are compared' }),
  is_compared: Type.Boolean({ description: 'Whether the name asked for is one of them' }),
});

/** `GET /v1/statistics/similar`: names whose share took the same course over the years. */
export function similarRoute(model: ReadModel) {
  const curvesOf = createCurves(model);
  return (app: FastifyInstance, _options: object, done: () => void): void => {
    registerList(app, {
      url: '/v1/statistics/similar',
      config: {
        access: 'public_read',
        example: { query: { name: 'Olivia', country: 'US', gender: 'F', limit: 5 } },
      },
      summary: 'Names with a like course over the years',
      description:
        'By the cosine between five-year means of their shares, over the longest stretch of years made in one way.',
      tags: ['statistics'],
      query: Query,
      item: Item,
      meta: Type.Object({ ...metaProperties, compared: Type.Array(Compared) }),
      async find({ query, format, request, reply }) {
        const parts = ['similar', JSON.stringify(query), format];
        return answerFrom({ request, reply, model, parts }, (snapshot) => find(curvesOf, snapshot, query));
      },
    });
    done();
  };
}

type CurvesOf = (dictionary: Dictionary, years: PublishedYears) => Promise<Curves>;

/** Made once for an area, gender and version of the data: the catalog has one list of years for each. */
function createCurves(model: ReadModel): CurvesOf {
  const kept = createByteCache<readonly CatalogSlice[], Curves>(CACHE_BYTES, bytesOfCurves);
  const making = new Map<readonly CatalogSlice[], Promise<Curves>>();
  return async (dictionary, { country, slices }) => {
    const known = kept.get(slices) ?? making.get(slices);
    if (known) return known;
    const stretch = longestStretch(country, slices);
    const made = makeCurves(model, dictionary, stretch.length < MIN_YEARS ? [] : stretch)
      .then((curves) => {
        kept.set(slices, curves);
        return curves;
      })
      .finally(() => making.delete(slices));
    making.set(slices, made);
    return made;
  };
}

const answers = new WeakMap<Curves, Map<string, SimilarName[]>>();

/** Kept for names that are asked for again, the oldest answers dropped first. */
function mostSimilar(curves: Curves, row: number, mode: SimilarityMode): SimilarName[] {
  const kept = answers.get(curves) ?? new Map<string, SimilarName[]>();
  answers.set(curves, kept);
  const key = `${row} ${mode}`;
  const found = kept.get(key) ?? findSimilar(curves, row, mode, MOST_SIMILAR);
  kept.set(key, found);
  const [oldest] = kept.keys();
  if (kept.size > KEPT_ANSWERS && oldest !== undefined) kept.delete(oldest);
  return found;
}

async function find(curvesOf: CurvesOf, snapshot: Snapshot, query: Static<typeof Query>) {
  const { dictionary } = snapshot;
  const spellings = dictionary.byKey(nameKey(query.name)).map((at) => dictionary.numbers[at] as number);
  const places = findPublishedYears(snapshot, query);
  const data: Static<typeof Item>[] = [];
  const compared: Static<typeof Compared>[] = [];
  const credits: PublishedYears[] = [];
  // One after the other: each may take its time the first time.
  for (const place of places) {
    const curves = await curvesOf(dictionary, place);
    const row = Math.max(-1, ...spellings.map((no) => placeOf(curves.numbers, no)));
    if (curves.slices.length > 0) compared.push(comparedOf(place, curves, row >= 0));
    if (row < 0) continue;
    credits.push({ ...place, slices: curves.slices });
    await nextTurn();
    const alike = mostSimilar(curves, row, query.mode).slice(0, query.limit);
    for (const { row: other, similarity, commonYears } of alike) {
      data.push({
        country: place.country.code,
        area: place.area.code,
        gender: place.gender,
        name: dictionary.rows[dictionary.positions[curves.numbers[other] as number] as number]?.name ?? '',
        similarity: rounded(similarity, 6),
        common_years: commonYears,
        years_listed: yearsInCommon(curves, other, other),
        total_count: curves.totals[other] as number,
      });
    }
  }
  return { data, meta: { ...metaOf(credits), compared } };
}

function comparedOf(
  { country, area, gender }: PublishedYears,
  { slices, numbers }: Curves,
  isCompared: boolean,
) {
  const first = slices[0] as CatalogSlice;
  return {
    country: country.code,
    area: area.code,
    gender,
    measure: first.measure,
    year_from: first.toYear,
    year_to: slices.at(-1)?.toYear ?? first.toYear,
    denominator: denominatorOf(slices).kind,
    names: numbers.length,
    is_compared: isCompared,
  };
}

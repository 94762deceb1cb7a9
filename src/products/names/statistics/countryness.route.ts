import type { FastifyInstance } from 'fastify';
import { type Static, Type } from 'typebox';
import { registerList } from '#platform/http/list-formats.ts';
import { Nullable, OneOf } from '#platform/http/schemas.ts';
import type { Database } from '#platform/postgres/database.ts';
import { type CatalogSlice, type CountryCatalog, MEASURES } from '../read-model/country-catalog.ts';
import type { ReadModel, Snapshot } from '../read-model/read-model.ts';
import { answerFrom } from './cached-answer.ts';
import { type Countryness, countryness, type CountryUse, smoothedShare } from './countryness.ts';
import { BOTH_GENDERS, findNameCounts, type NameCounts } from './name-counts.ts';
import { metaOf, metaProperties, refuseTwoPeriods, rounded } from './published-years.ts';
import { denominatorOf } from './ranking.ts';
import { CountryCodes, NameText, perMillion, Year } from './schemas.ts';
import { chooseAreas } from './scope.ts';
import { latestStretch } from './stretches.ts';

const DEFAULT_YEARS = 20;
const MIN_YEARS = 5;

const Query = Type.Object({
  name: NameText,
  country: Type.Optional(CountryCodes),
  gender: Type.Optional(OneOf(['F', 'M'], { description: 'Absent: both together' })),
  measure: OneOf(MEASURES, { default: 'births', description: 'What is counted, the same in all countries' }),
  year_from: Type.Optional(Year),
  year_to: Type.Optional(Year),
});

const Item = Type.Object({
  country: Type.String(),
  year_from: Type.Integer(),
  year_to: Type.Integer(),
  years: Type.Integer(),
  count: Nullable(Type.Integer({ description: 'Of the counts shown; null where none is' })),
  count_at_most: Nullable(Type.Integer({ description: 'With all that may be hidden' })),
  total: Type.Integer({ description: 'What the share is a share of' }),
  per_million: Nullable(Type.Number()),
  ratio: Nullable(
    Type.Number({ description: 'Share here by pooled share in the other countries; null for one country' }),
  ),
  ratio_low: Nullable(Type.Number()),
  ratio_high: Nullable(Type.Number()),
});

const Meta = Type.Object({
  ...metaProperties,
  country: Nullable(Type.String({ description: 'Where the name has its greatest share' })),
  countryness: Nullable(Type.Number({ description: 'The ratio there' })),
  is_certain: Type.Boolean({ description: 'Whether no other can have a greater share, whatever lists hide' }),
  denominator: Type.String(),
  left_out: Type.Array(Type.String(), { description: 'Countries with fewer than five years in one piece' }),
});

/** `GET /v1/statistics/countryness`: in which country a name is at home, and how much more frequent than elsewhere. */
export function countrynessRoute(db: Database, model: ReadModel) {
  return (app: FastifyInstance, _options: object, done: () => void): void => {
    registerList(app, {
      url: '/v1/statistics/countryness',
      config: { access: 'public_read', example: { query: { name: 'Olivia', year_to: 2020 } } },
      summary: 'How much more frequent a name is in one country than in the others',
      description:
        'Share in each country by the pooled share in all others, of the last 20 years where none are asked for; the greatest share first.',
      tags: ['statistics'],
      query: Query,
      item: Item,
      meta: Meta,
      async find({ query, format, request, reply }) {
        const parts = ['countryness', JSON.stringify(query), format];
        return answerFrom({ request, reply, model, parts }, (snapshot) => find(db, model, snapshot, query));
      },
    });
    done();
  };
}

/** A name in a country over years that can be compared. */
interface Use extends CountryUse {
  readonly country: CountryCatalog;
  readonly slices: readonly CatalogSlice[];
  readonly years: readonly number[];
  readonly isShown: boolean;
}

async function find(db: Database, model: ReadModel, snapshot: Snapshot, query: Static<typeof Query>) {
  refuseTwoPeriods(query);
  const genders = query.gender ? [query.gender] : BOTH_GENDERS;
  const scopes = chooseAreas(snapshot, query.country, undefined, query.measure);
  const ends = scopes.flatMap(({ country, area }) =>
    genders.map((gender) => country.years(area.no, gender, query.measure).at(-1)?.toYear ?? 0),
  );
  const to = query.year_to ?? Math.max(0, ...ends);
  const range = { from: query.year_from ?? to - DEFAULT_YEARS + 1, to };
  const found = await findNameCounts(db, model, snapshot, { name: query.name, scopes, genders, range });

  const byCountry = [...Map.groupBy(found, ({ scope }) => scope.country)];
  const pieces = byCountry.map(([country, ofCountry]) => ({
    country,
    piece: comparableYears(ofCountry, genders.length),
  }));
  const used = pieces.filter(({ piece }) => piece.years.length >= MIN_YEARS);
  const { kind } = denominatorOf(used.flatMap(({ piece }) => piece.slices));
  const uses = used.map(({ country, piece }) => useOf(country, piece, kind));
  const ratios = countryness(uses);
  const data = uses
    .map((use, at) => ({ use, item: itemOf(use, ratios[at]) }))
    .sort((a, b) => smoothedShare(b.use.count, b.use.total) - smoothedShare(a.use.count, a.use.total));
  return {
    data: data.map(({ item }) => item),
    meta: {
      ...metaOf(uses),
      ...topOf(
        data.map(({ use }) => use),
        data[0]?.item.ratio ?? null,
      ),
      denominator: kind,
      left_out: pieces.filter((each) => !used.includes(each)).map(({ country }) => country.code),
    },
  };
}

interface Piece {
  readonly years: readonly number[];
  readonly slices: readonly CatalogSlice[];
  readonly counts: readonly (number | null | undefined)[];
}

/** The latest years made in one way that have a list of each gender asked for. */
function comparableYears(ofCountry: readonly NameCounts[], genders: number): Piece {
  const stretches = ofCountry.flatMap(({ scope, slices }) => latestStretch(scope.country, slices));
  const inYear = Map.groupBy(stretches, ({ toYear }) => toYear);
  const kept = new Set(stretches.filter(({ toYear }) => inYear.get(toYear)?.length === genders));
  const used = ofCountry.flatMap(({ slices, counts }) =>
    slices.flatMap((slice, at) => (kept.has(slice) ? [{ slice, count: counts[at] }] : [])),
  );
  return {
    years: [...new Set(used.map(({ slice }) => slice.toYear))].sort((a, b) => a - b),
    slices: used.map(({ slice }) => slice),
    counts: used.map(({ count }) => count),
  };
}

function useOf(country: CountryCatalog, { years, slices, counts }: Piece, kind: 'births' | 'listed'): Use {
  let [count, total] = [0, 0];
  let hidden: number | null = 0;
  for (const [at, slice] of slices.entries()) {
    const shown = counts[at];
    total += kind === 'births' ? (slice.births as number) : slice.sum;
    count += shown ?? 0;
    if (typeof shown === 'number' || hidden === null) continue;
    if (slice.threshold !== null) hidden += slice.threshold - 1;
    else if (shown === null) hidden = null;
  }
  const isShown = counts.some((shown) => typeof shown === 'number');
  return {
    country,
    slices,
    years,
    count,
    countAtMost: hidden === null ? null : count + hidden,
    total,
    isShown,
  };
}

function itemOf(use: Use, ratio: Countryness | undefined): Static<typeof Item> {
  return {
    country: use.country.code,
    year_from: use.years[0] ?? 0,
    year_to: use.years.at(-1) ?? 0,
    years: use.years.length,
    count: use.isShown ? use.count : null,
    count_at_most: use.countAtMost,
    total: use.total,
    per_million: use.isShown ? perMillion(use.count, use.total) : null,
    ratio: ratio ? rounded(ratio.ratio, 4) : null,
    ratio_low: ratio ? rounded(ratio.low, 4) : null,
    ratio_high: ratio && ratio.high !== null ? rounded(ratio.high, 4) : null,
  };
}

/** `uses` by falling share. */
function topOf([first, ...others]: readonly Use[], ratio: number | null) {
  if (!first?.isShown) return { country: null, countryness: null, is_certain: false };
  const share = smoothedShare(first.count, first.total);
  const isBehind = ({ countAtMost, total }: Use): boolean =>
    countAtMost !== null && smoothedShare(countAtMost, total) <= share;
  return { country: first.country.code, countryness: ratio, is_certain: others.every(isBehind) };
}

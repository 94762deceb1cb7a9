import { type Static, Type } from 'typebox';
import { AppError } from '#platform/errors.ts';
import { Nullable, OneOf } from '#platform/http/schemas.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { CatalogSlice } from '../read-model/country-catalog.ts';
import type { Dictionary } from '../read-model/dictionary.ts';
import type { SpellingRow } from '../read-model/dictionary.query.ts';
import type { ReadModel, Snapshot } from '../read-model/read-model.ts';
import { BOTH_GENDERS, findNameCounts, type NameCounts, standingOf } from './name-counts.ts';
import { type Best, lifeOfName } from './peak.ts';
import { MissingAreaSchema, missingMeta } from './missing-areas.ts';
import { nameQuestionRoute } from './name-question.route.ts';
import { SourceSchema, sourcesOf } from './provenance.ts';
import { CountryCodes, MeasureParameter } from './schemas.ts';
import { chooseAreas } from './scope.ts';

const Query = Type.Object({
  name: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 100,
      description: 'In place of the path, for a name such as "Search"',
    }),
  ),
  country: Type.Optional(CountryCodes),
  area: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
  measure: Type.Optional(MeasureParameter),
});

const Extreme = Type.Unsafe<Best | null>({
  type: ['object', 'null'],
  properties: {
    value: { type: 'integer' },
    year: { type: 'integer' },
    years: { type: 'array', items: { type: 'integer' } },
  },
  required: ['value', 'year', 'years'],
});

const Life = Type.Object({
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
  peak_count: Extreme,
  best_rank: Extreme,
  best_rank_published: Extreme,
  quality: OneOf(['exact', 'approx', 'lower_bound']),
});

const Answer = Type.Object({
  data: Type.Object({
    name: Type.String(),
    spellings: Type.Array(Type.String()),
    first_year: Nullable(Type.Integer()),
    last_year: Nullable(Type.Integer()),
    total_count: Type.Integer(),
    listings: Type.Array(Life),
  }),
  meta: Type.Object({
    sources: Type.Array(SourceSchema),
    missing_areas: Type.Optional(Type.Array(MissingAreaSchema)),
  }),
});

/** `GET /v1/names/{name}`: since when, how often and where a name is listed. */
export function nameFactsRoute(db: Database, model: ReadModel) {
  return nameQuestionRoute(model, {
    path: '/v1/names/:name',
    summary: 'Facts about a name: first and last year, peak, totals',
    example: { params: { name: 'Olivia' } },
    query: Query,
    answer: Answer,
    find: (snapshot, name, query) => findFacts(db, model, snapshot, query.name ?? name, query),
  });
}

async function findFacts(
  db: Database,
  model: ReadModel,
  snapshot: Snapshot,
  name: string,
  query: Static<typeof Query>,
): Promise<Static<typeof Answer>> {
  const found = await findNameCounts(db, model, snapshot, {
    name,
    scopes: chooseAreas(snapshot, query.country, query.area, query.measure),
    genders: BOTH_GENDERS,
    range: {},
  });
  const listed = found.flatMap((counts) => lifeOf(counts) ?? []);
  if (listed.length === 0) throw notListed(name);
  const lives = listed.map(({ life }) => life);
  const spellings = spellingsOf(
    listed.map(({ counts }) => counts),
    snapshot.dictionary,
  );
  const credits = listed.map(({ counts: { scope, slices } }) => ({ country: scope.country, slices }));
  return {
    data: {
      name: spellings[0]?.name ?? name,
      spellings: spellings.map(({ published }) => published),
      first_year: Math.min(...lives.map(({ first_listed }) => first_listed)),
      last_year: Math.max(...lives.map(({ last_listed }) => last_listed)),
      total_count: lives.reduce((sum, { total_count }) => sum + total_count, 0),
      listings: lives,
    },
    meta: { sources: sourcesOf(credits), ...missingMeta(credits) },
  };
}

/** The spellings that published lists have, by display name. */
function spellingsOf(found: readonly NameCounts[], { positions, rows }: Dictionary): SpellingRow[] {
  const numbers = new Set(found.flatMap(({ spellings }) => spellings.filter((no) => no !== undefined)));
  const places = [...numbers].map((no) => positions[no] as number).sort((a, b) => a - b);
  return places.map((at) => rows[at] as SpellingRow);
}

function lifeOf(counts: NameCounts): { life: Static<typeof Life>; counts: NameCounts } | undefined {
  const { scope, gender, slices } = counts;
  const listed = slices.flatMap((slice, at) => {
    const count = counts.counts[at];
    if (count === undefined) return [];
    return [{ year: slice.toYear, count, ...standingOf(slice, count, counts.printedRanks[at]) }];
  });
  const life = lifeOfName({
    years: listed.map(({ year }) => year),
    counts: listed.map(({ count }) => count),
    ranks: listed.map(({ rank }) => rank),
    ranksPublished: listed.map(({ rankPublished }) => rankPublished),
  });
  if (!life) return undefined;
  return {
    counts,
    life: {
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
      peak_count: life.peakCount,
      best_rank: life.bestRank,
      best_rank_published: life.bestRankPublished,
      quality: qualityOf(slices),
    },
  };
}

/** The least exact of all. */
function qualityOf(slices: readonly CatalogSlice[]): CatalogSlice['quality'] {
  const qualities = new Set(slices.map(({ quality }) => quality));
  return (['lower_bound', 'approx'] as const).find((each) => qualities.has(each)) ?? 'exact';
}

function notListed(name: string): AppError {
  const search = `GET /v1/names/search?q=${encodeURIComponent(name)}`;
  return new AppError(
    'not_found',
    'name_not_listed',
    `No published list holds the name "${name}". ${search} looks for similar ones.`,
  );
}

import { type Static, Type } from 'typebox';
import { AppError } from '#platform/errors.ts';
import { Nullable } from '#platform/http/schemas.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { Dictionary } from '../read-model/dictionary.ts';
import type { SpellingRow } from '../read-model/dictionary.query.ts';
import type { ReadModel, Snapshot } from '../read-model/read-model.ts';
import { lifeOf, LifeSchema } from './listed-life.ts';
import { BOTH_GENDERS, findNameCounts, type NameCounts } from './name-counts.ts';
import { NameMeta, nameMeta } from './name-meta.ts';
import { nameQuestionRoute } from './name-question.route.ts';
import { CountryCodes, MeasureParameter, Year } from './schemas.ts';
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
  peaks_from: Type.Optional(
    Type.Integer({
      ...Year,
      description:
        'Peaks and half-life of the years from this one on; absent: from the year on from which the figures of a country are sound (US 1937, FR 1946)',
    }),
  ),
});

const Answer = Type.Object({
  data: Type.Object({
    name: Type.String(),
    spellings: Type.Array(Type.String()),
    first_year: Nullable(Type.Integer()),
    last_year: Nullable(Type.Integer()),
    total_count: Type.Integer(),
    listings: Type.Array(LifeSchema),
  }),
  meta: NameMeta,
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
  const listed = found.flatMap((counts) => {
    const life = lifeOf(counts, query.peaks_from);
    return life ? [{ life, counts }] : [];
  });
  if (listed.length === 0) throw notListed(name);
  const lives = listed.map(({ life }) => life);
  const spellings = spellingsOf(
    listed.map(({ counts }) => counts),
    snapshot.dictionary,
  );
  return {
    data: {
      name: spellings[0]?.name ?? name,
      spellings: spellings.map(({ published }) => published),
      first_year: Math.min(...lives.map(({ first_listed }) => first_listed)),
      last_year: Math.max(...lives.map(({ last_listed }) => last_listed)),
      total_count: lives.reduce((sum, { total_count }) => sum + total_count, 0),
      listings: lives,
    },
    meta: nameMeta(listed.map(({ counts }) => counts)),
  };
}

/** The spellings that published lists have, by display name. */
function spellingsOf(found: readonly NameCounts[], { positions, rows }: Dictionary): SpellingRow[] {
  const numbers = new Set(found.flatMap(({ spellings }) => spellings.filter((no) => no !== undefined)));
  const places = [...numbers].map((no) => positions[no] as number).sort((a, b) => a - b);
  return places.map((at) => rows[at] as SpellingRow);
}

function notListed(name: string): AppError {
  const search = `GET /v1/names/search?q=${encodeURIComponent(name)}`;
  return new AppError(
    'not_found',
    'name_not_listed',
    `No published list holds the name "${name}". ${search} looks for similar ones.`,
  );
}

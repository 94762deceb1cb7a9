import type { FastifyInstance } from 'fastify';
import { type Static, Type } from 'typebox';
import { registerList } from '#platform/http/list-formats.ts';
import { OneOf } from '#platform/http/schemas.ts';
import { createByteCache } from '../read-model/byte-cache.ts';
import type { CatalogSlice } from '../read-model/country-catalog.ts';
import type { Dictionary } from '../read-model/dictionary.ts';
import type { SpellingRow } from '../read-model/dictionary.query.ts';
import type { SliceRows } from '../read-model/pages.query.ts';
import type { ReadModel, Snapshot } from '../read-model/read-model.ts';
import { answerFrom } from './cached-answer.ts';
import {
  groupNames,
  type KeyedNames,
  keyNames,
  lengthOf,
  lettersAt,
  NAME_SIDES,
  type NameGroup,
} from './name-parts.ts';
import {
  findPublishedYear,
  metaOf,
  metaProperties,
  placeParameters,
  placeProperties,
  yearParameter,
} from './published-years.ts';
import { share } from './schemas.ts';

const groupProperties = {
  names: Type.Integer({ description: 'Names listed, those with a hidden count too' }),
  births: Type.Integer({ description: 'Sum of the counts shown' }),
  share_of_names: Type.Number(),
  share_of_births: Type.Number({ description: 'Of the sum of all counts shown' }),
};

const LettersQuery = Type.Object({
  ...placeParameters,
  ...yearParameter,
  side: Type.Optional(OneOf(NAME_SIDES, { description: 'Absent: each of both' })),
  length: Type.Integer({ minimum: 1, maximum: 4, default: 1, description: 'Letters; last ones are endings' }),
  limit: Type.Integer({
    minimum: 1,
    maximum: 1000,
    default: 100,
    description: 'Of each country, gender and side',
  }),
});

const LettersItem = Type.Object({
  ...placeProperties,
  side: OneOf(NAME_SIDES),
  letters: Type.String({ description: 'Lower case, without accents' }),
  ...groupProperties,
});

const LengthsQuery = Type.Object({ ...placeParameters, ...yearParameter });

const LengthsItem = Type.Object({
  ...placeProperties,
  length: Type.Integer({ description: 'Letters, without blanks, hyphens and apostrophes' }),
  ...groupProperties,
});

const META = Type.Object(metaProperties);
const CACHE_BYTES = 16 * 1024 * 1024;
const BYTES_OF_GROUP = 100;

type GroupsOf = (slice: CatalogSlice, by: KeyBy) => Promise<readonly NameGroup[]>;

/** `id` names the kind of key. */
interface KeyBy {
  readonly id: string;
  key(spelling: SpellingRow): string;
}

/** `GET /v1/statistics/letters` and `…/lengths`: shares of names and births by letters and by length. */
export function namePartsRoutes(model: ReadModel) {
  const cache = createByteCache<string, readonly NameGroup[]>(
    CACHE_BYTES,
    ({ length }) => length * BYTES_OF_GROUP,
  );

  const keyed = new WeakMap<Dictionary, Map<string, Promise<KeyedNames>>>();

  /** What the names of a dictionary have in common, worked out once for each kind of key. */
  function keysOf(dictionary: Dictionary, { id, key }: KeyBy): Promise<KeyedNames> {
    let known = keyed.get(dictionary);
    if (!known) keyed.set(dictionary, (known = new Map()));
    let keys = known.get(id);
    if (!keys) known.set(id, (keys = keyNames(dictionary.rows, key)));
    return keys;
  }

  function groupsIn({ dictionary }: Snapshot): GroupsOf {
    return async (slice, by) => {
      const id = `${slice.id} ${by.id}`;
      const known = cache.get(id);
      if (known) return known;
      const [rows] = (await model.rows([slice])) as [SliceRows];
      const listed = rows.numbers.map((no) => dictionary.positions[no] as number);
      const groups = groupNames(await keysOf(dictionary, by), listed, rows.counts);
      cache.set(id, groups);
      return groups;
    };
  }

  return (app: FastifyInstance, _options: object, done: () => void): void => {
    registerList(app, {
      url: '/v1/statistics/letters',
      config: { access: 'public_read', example: { query: { country: 'US', side: 'last', length: 2 } } },
      summary: 'First and last letters of names',
      description: 'By falling births. Accents, hyphens and blanks do not count.',
      tags: ['statistics'],
      query: LettersQuery,
      item: LettersItem,
      meta: META,
      async find({ query, format, request, reply }) {
        const parts = ['letters', JSON.stringify(query), format];
        return answerFrom({ request, reply, model, parts }, (snapshot) =>
          findLetters(snapshot, groupsIn(snapshot), query),
        );
      },
    });
    registerList(app, {
      url: '/v1/statistics/lengths',
      config: { access: 'public_read', example: { query: { country: 'US', gender: 'F' } } },
      summary: 'Lengths of names in letters',
      tags: ['statistics'],
      query: LengthsQuery,
      item: LengthsItem,
      meta: META,
      async find({ query, format, request, reply }) {
        const parts = ['lengths', JSON.stringify(query), format];
        return answerFrom({ request, reply, model, parts }, (snapshot) =>
          findLengths(snapshot, groupsIn(snapshot), query),
        );
      },
    });
    done();
  };
}

async function findLetters(snapshot: Snapshot, groupsOf: GroupsOf, query: Static<typeof LettersQuery>) {
  const { side: wanted, length, limit } = query;
  const years = findPublishedYear(snapshot, query);
  const data: Static<typeof LettersItem>[] = [];
  for (const { country, area, gender, slices } of years) {
    const slice = slices[0] as CatalogSlice;
    for (const side of wanted ? [wanted] : NAME_SIDES) {
      const groups = await groupsOf(slice, {
        id: `${side} ${length}`,
        key: ({ compact }) => lettersAt(compact, side, length),
      });
      const place = { country: country.code, area: area.code, gender, year: slice.toYear, side };
      const figures = withShares(groups);
      for (const [at, { key }] of groups.slice(0, limit).entries())
        data.push({ ...place, letters: key, ...(figures[at] as Figures) });
    }
  }
  return { data, meta: metaOf(years) };
}

const BY_LENGTH: KeyBy = { id: 'length', key: ({ name }) => String(lengthOf(name)) };

async function findLengths(snapshot: Snapshot, groupsOf: GroupsOf, query: Static<typeof LengthsQuery>) {
  const years = findPublishedYear(snapshot, query);
  const data: Static<typeof LengthsItem>[] = [];
  for (const { country, area, gender, slices } of years) {
    const slice = slices[0] as CatalogSlice;
    const groups = (await groupsOf(slice, BY_LENGTH)).toSorted((a, b) => Number(a.key) - Number(b.key));
    const place = { country: country.code, area: area.code, gender, year: slice.toYear };
    const figures = withShares(groups);
    for (const [at, { key }] of groups.entries())
      data.push({ ...place, length: Number(key), ...(figures[at] as Figures) });
  }
  return { data, meta: metaOf(years) };
}

interface Figures {
  readonly names: number;
  readonly births: number;
  readonly share_of_names: number;
  readonly share_of_births: number;
}

function withShares(groups: readonly NameGroup[]): Figures[] {
  const allNames = groups.reduce((sum, { names }) => sum + names, 0);
  const allBirths = groups.reduce((sum, { births }) => sum + births, 0);
  return groups.map(({ names, births }) => ({
    names,
    births,
    share_of_names: share(names, allNames),
    share_of_births: share(births, allBirths),
  }));
}

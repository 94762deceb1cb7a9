import type { FastifyInstance } from 'fastify';
import { type Static, Type } from 'typebox';
import { AppError } from '#platform/errors.ts';
import { registerList } from '#platform/http/list-formats.ts';
import { cursorFormat, pagingParameters } from '#platform/http/paging.ts';
import { Nullable, OneOf } from '#platform/http/schemas.ts';
import type { CountryCatalog } from '../read-model/country-catalog.ts';
import type { Dictionary } from '../read-model/dictionary.ts';
import type { ReadModel, Snapshot } from '../read-model/read-model.ts';
import { compactKey, foldKey, nameKey } from '../spelling/name-keys.ts';
import { soundRules } from '../spelling/sound.ts';
import { answerFrom } from './cached-answer.ts';
import {
  type Family,
  familyOf,
  keysOf,
  linkedKeys,
  listFamilies,
  type Sounds,
  soundsOf,
} from './families.ts';
import { trendPath } from './group-trend.ts';
import { BOTH_GENDERS } from './name-counts.ts';
import { type CountryTotals, createNameTotals } from './name-totals.ts';
import { SourceSchema, sourcesOf, versionsOf } from './provenance.ts';
import { CountryCodes, NameText } from './schemas.ts';
import { chooseAreas } from './scope.ts';

/** Rarer names are not suggested, and no more than this. */
const MIN_SUGGESTED = 100;
const MOST_SUGGESTED = 20;

const Query = Type.Object({
  country: CountryCodes,
  name: Type.Optional({ ...NameText, description: 'Its family alone, and what sounds like it' }),
  min_count: Type.Integer({ minimum: 1, default: 1, description: 'Births of the whole family' }),
  ...pagingParameters,
});

const Relative = Type.Object({
  name: Type.String(),
  female_count: Type.Integer(),
  male_count: Type.Integer(),
  total_count: Type.Integer(),
});

const Item = Type.Object({
  country: Type.String(),
  link: OneOf(['spelling', 'sound'], {
    description:
      'spelling: but for accents, hyphens, apostrophes and blanks the same; sound: a suggestion, by ear',
  }),
  compact: Type.String({ description: 'What its names have in common' }),
  names: Type.Array(Relative, { description: 'The most frequent first' }),
  total_count: Type.Integer({ description: 'Of all published years' }),
  trend: Type.String({ description: 'Path of the sum over the years, of the most frequent names' }),
});

const Meta = Type.Object({
  total: Type.Integer(),
  limit: Type.Integer(),
  next_cursor: Nullable(Type.String()),
  sources: Type.Array(SourceSchema),
});

type Line = Static<typeof Item>;
const cursors = cursorFormat(Type.Object({ v: Type.String(), o: Type.Integer({ minimum: 0 }) }));

/** `GET /v1/statistics/families`: names that differ in spelling alone; nothing is merged by itself. */
export function familiesRoute(model: ReadModel) {
  const families = createFamilies(model);
  return (app: FastifyInstance, _options: object, done: () => void): void => {
    registerList(app, {
      url: '/v1/statistics/families',
      config: { access: 'public_read', example: { query: { country: 'US', name: 'Zoe' } } },
      summary: 'Families of spellings',
      description:
        'Names that are one without accents, hyphens, apostrophes and blanks, the largest families first; with `name` its own family, and names that sound like it as suggestions. Each says where its sum is; nothing is merged by itself.',
      tags: ['statistics'],
      query: Query,
      item: Item,
      meta: Meta,
      async find({ query, format, request, reply }) {
        const { cursor, offset = 0, limit } = query;
        const parts = ['families', JSON.stringify(query), format];
        return answerFrom({ request, reply, model, parts }, async (snapshot) => {
          const countries = chooseAreas(snapshot, query.country, undefined).map(({ country }) => country);
          const lines = await linesOf(families, snapshot, countries, query);
          const version = versionsOf(countries);
          const start = cursor === undefined ? offset : placeOfCursor(cursor, version);
          const end = start + limit;
          return {
            data: lines.slice(start, end),
            meta: {
              total: lines.length,
              limit,
              next_cursor: end < lines.length ? cursors.encode({ v: version, o: end }) : null,
              sources: sourcesOf(countries.flatMap(creditsOf)),
            },
          };
        });
      },
    });
    done();
  };
}

interface Families {
  totals(country: CountryCatalog): Promise<CountryTotals>;
  all(country: CountryCatalog, dictionary: Dictionary): Promise<Family[]>;
  sounds(country: CountryCatalog, dictionary: Dictionary): Promise<Sounds>;
}

/** Each made once for a version of the country's data. */
function createFamilies(model: ReadModel): Families {
  const totals = createNameTotals(model);
  const linked = once<Dictionary, number[][]>();
  const all = once<CountryCatalog, Family[]>();
  const sounds = once<CountryCatalog, Sounds>();
  return {
    totals,
    all: (country, dictionary) =>
      all(country, async () =>
        listFamilies(
          dictionary,
          await totals(country),
          await linked(dictionary, () => linkedKeys(dictionary)),
        ),
      ),
    sounds: (country, dictionary) =>
      sounds(country, async () => {
        const rules = soundRules(country.code);
        return rules ? soundsOf(dictionary, await totals(country), rules.encode, MIN_SUGGESTED) : new Map();
      }),
  };
}

function once<Key extends object, Value>() {
  const made = new WeakMap<Key, Promise<Value>>();
  return (key: Key, make: () => Promise<Value>): Promise<Value> => {
    const known = made.get(key);
    if (known) return known;
    const value = make();
    made.set(key, value);
    value.catch(() => made.delete(key));
    return value;
  };
}

async function linesOf(
  families: Families,
  { dictionary }: Snapshot,
  countries: readonly CountryCatalog[],
  { name, min_count: minCount }: Static<typeof Query>,
): Promise<Line[]> {
  const lines: Line[] = [];
  for (const country of countries) {
    if (name !== undefined) lines.push(...(await linesOfName(families, dictionary, country, name)));
    else
      for (const family of await families.all(country, dictionary))
        lines.push(lineOf(country, 'spelling', family));
  }
  const frequent = lines.filter(({ total_count }) => total_count >= minCount);
  if (name === undefined && countries.length > 1) frequent.sort((a, b) => b.total_count - a.total_count);
  return frequent;
}

async function linesOfName(
  families: Families,
  dictionary: Dictionary,
  country: CountryCatalog,
  name: string,
): Promise<Line[]> {
  const totals = await families.totals(country);
  const familyWith = (form: string): Family[] => {
    const keys = keysOf(dictionary, form);
    const family = keys.length > 0 ? familyOf(dictionary, totals, keys) : undefined;
    return family ? [family] : [];
  };
  const fold = foldKey(nameKey(name));
  const compact = compactKey(fold);
  const codes = soundRules(country.code)?.encode(fold) ?? [];
  const sounds = codes.length > 0 ? await families.sounds(country, dictionary) : new Map();
  const alike = new Set(codes.flatMap((code) => [...(sounds.get(code) ?? [])]));
  const suggested = [...alike].filter((form) => form !== compact).flatMap(familyWith);
  suggested.sort((a, b) => b.total - a.total);
  return [
    ...familyWith(compact).map((family) => lineOf(country, 'spelling', family)),
    ...suggested.slice(0, MOST_SUGGESTED).map((family) => lineOf(country, 'sound', family)),
  ];
}

function lineOf({ code }: CountryCatalog, link: Line['link'], { compact, names, total }: Family): Line {
  return {
    country: code,
    link,
    compact,
    names: names.map(({ name, F, M }) => ({ name, female_count: F, male_count: M, total_count: F + M })),
    total_count: total,
    trend: trendPath(
      names.map(({ name }) => name),
      code,
    ),
  };
}

function creditsOf(country: CountryCatalog) {
  return BOTH_GENDERS.map((gender) => ({ country, slices: country.years(country.national.no, gender) }));
}

function placeOfCursor(cursor: string, version: string): number {
  const { v, o } = cursors.decode(cursor);
  if (v === version) return o;
  const message = 'The numbers have changed since this walk began. Begin again without the cursor.';
  throw new AppError('gone', 'cursor_expired', message);
}

import type { Pool } from '#platform/postgres/database.ts';
import { AppError } from '#platform/errors.ts';
import { EMPTY_DICTIONARY } from '../read-model/dictionary.ts';
import { chooseAreas, type CountryArea } from '../statistics/scope.ts';
import { type CountryCatalog, loadCountryCatalog } from '../read-model/country-catalog.ts';
import { listCountryNumbers } from './enrich.query.ts';
import { createListRows, type ReadLists } from './list-rows.ts';
import { findPoints, type ListedPoints, type YearLists, yearLists } from './listed-points.ts';
import { createFacts, type FactsOfNames, type NameFacts } from './name-answer.ts';
import { type Candidate, findExact, findSimilar, keyOfName, type Match } from './name-candidates.ts';

export interface NameQuestion {
  readonly name: string;
  /** Code of a country; undefined: all. */
  readonly country?: string | undefined;
  /** Years of birth; undefined: all. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

export interface NameAnswer extends NameFacts {
  /** How the name was found; `none`: no published list has it, `country_unknown`: there is no such country. */
  readonly match: Match | 'none' | 'country_unknown';
}

/** Answers in the order of the questions. Memory: some hundred bytes a question, besides what `openNames` says. */
export type AskNames = (questions: readonly NameQuestion[]) => Promise<NameAnswer[]>;

/** Rows of a replaced release are kept an hour: what is published is looked up again well before. */
const CATALOGS_LIVE_MS = 20 * 60_000;
const COUNTRY_CODE = /^[A-Z]{2}$/;

const NOTHING: NameFacts = {
  gender: null,
  label: 'unknown',
  femaleProbability: null,
  interval: null,
  sampleSize: 0,
  peakYear: null,
  rank: null,
};

/** The places that a country's code, or none, stands for. */
interface Group {
  readonly lists: readonly YearLists[];
  readonly facts: FactsOfNames;
}

/** A name in a group, whichever years are asked for. */
interface Wanted {
  readonly group: Group;
  readonly key: string;
  found: { readonly match: Match; readonly points: readonly (ListedPoints | undefined)[] } | undefined;
}

/**
 * Answers about many names from the database alone, for processes without a read model: what `POST /v1/gender` and
 * `GET /v1/names/{name}` say of each. Keeps the catalogs of the countries asked for, of a fixed size, and at most 48 MB
 * of lists that are in no series.
 */
export function openNames(pool: Pool): AskNames {
  let state = openGroups(pool);
  return async (questions) => {
    if (performance.now() - state.openedAt > CATALOGS_LIVE_MS) state = openGroups(pool);
    const wanted = new Map<string, Wanted>();
    const places: (Wanted | 'none' | 'country_unknown')[] = [];
    for (const { name, country } of questions) {
      const code = country?.toUpperCase();
      const group = await state.group(code);
      const key = keyOfName(name);
      if (!group || key === undefined) {
        places.push(group ? 'none' : 'country_unknown');
        continue;
      }
      const id = `${code ?? ''} ${key}`;
      let found = wanted.get(id);
      if (!found) wanted.set(id, (found = { group, key, found: undefined }));
      places.push(found);
    }
    await findAll(pool, state.read, [...wanted.values()]);
    return questions.map((question, at) => answerOf(places[at] ?? 'none', question));
  };
}

function answerOf(place: Wanted | 'none' | 'country_unknown', { from, to }: NameQuestion): NameAnswer {
  if (typeof place === 'string') return { ...NOTHING, match: place };
  if (!place.found) return { ...NOTHING, match: 'none' };
  const { match, points } = place.found;
  return { ...place.group.facts.of(points, { from, to }), match };
}

/** Exact matches first; what no list of the places has is then looked for as something similar. */
async function findAll(pool: Pool, read: ReadLists, wanted: readonly Wanted[]): Promise<void> {
  const exact = await findExact(
    pool,
    wanted.map(({ key }) => key),
  );
  await choose(pool, read, wanted, ({ key }) => [exact.get(key) ?? []].flat());
  const missing = wanted.filter(({ found }) => !found);
  const similar = await findSimilar(
    pool,
    missing.map(({ key }) => key),
  );
  await choose(pool, read, missing, ({ key }) => similar.get(key) ?? []);
}

/** Sets what is found: of the most exact candidates that a list of the places has, the one with the most births. */
async function choose(
  pool: Pool,
  read: ReadLists,
  wanted: readonly Wanted[],
  candidatesOf: (wanted: Wanted) => readonly Candidate[],
): Promise<void> {
  for (const [{ lists }, ofGroup] of Map.groupBy(wanted, ({ group }) => group)) {
    const all = new Map<string, Candidate>();
    for (const each of ofGroup) for (const candidate of candidatesOf(each)) all.set(candidate.key, candidate);
    const keys = [...all.keys()];
    const found = await findPoints(
      pool,
      read,
      lists,
      keys.map((key) => (all.get(key) as Candidate).numbers),
    );
    const pointsOf = new Map(keys.map((key, at) => [key, found[at] as (ListedPoints | undefined)[]]));
    for (const each of ofGroup) each.found = best(candidatesOf(each), pointsOf);
  }
}

function best(
  candidates: readonly Candidate[],
  pointsOf: ReadonlyMap<string, readonly (ListedPoints | undefined)[]>,
): Wanted['found'] {
  let chosen: (NonNullable<Wanted['found']> & { readonly births: number }) | undefined;
  for (const { match, key } of candidates) {
    if (chosen && chosen.match !== match) break;
    const points = pointsOf.get(key) ?? [];
    if (!points.some((ofList) => ofList)) continue;
    const births = points.reduce((sum, ofList) => sum + birthsAt(ofList), 0);
    if (!chosen || births > chosen.births) chosen = { match, points, births };
  }
  return chosen;
}

function birthsAt(points: ListedPoints | undefined): number {
  return points?.counts.reduce((sum, count) => sum + Math.max(0, count), 0) ?? 0;
}

/** What is published now, read when it is first asked for. */
function openGroups(pool: Pool) {
  const read = createListRows(pool);
  const groups = new Map<string, Promise<Group | undefined>>();
  const catalogs = new Map<number, Promise<CountryCatalog | undefined>>();
  const numbers = listCountryNumbers(pool);

  function catalogOf(no: number): Promise<CountryCatalog | undefined> {
    let catalog = catalogs.get(no);
    if (!catalog) catalogs.set(no, (catalog = loadCountryCatalog(pool, no, undefined)));
    return catalog;
  }

  async function open(code: string | undefined): Promise<Group | undefined> {
    const known = await numbers;
    const wanted = code === undefined ? [...known.values()] : [known.get(code)];
    const countries: CountryCatalog[] = [];
    for (const no of wanted) {
      const catalog = no === undefined ? undefined : await catalogOf(no);
      if (catalog) countries.push(catalog);
    }
    const scopes = areasOf(countries, code);
    if (!scopes) return undefined;
    const lists = scopes.flatMap((scope) => [yearLists(scope, 'F'), yearLists(scope, 'M')]);
    return { lists, facts: createFacts(scopes, lists) };
  }

  return {
    openedAt: performance.now(),
    read,
    /** Undefined where there is no such country. */
    async group(code: string | undefined): Promise<Group | undefined> {
      // Whatever a file has for a country: only what may be one is remembered.
      if (code !== undefined && !COUNTRY_CODE.test(code)) return undefined;
      const id = code ?? '';
      let group = groups.get(id);
      if (!group) groups.set(id, (group = open(code)));
      return group;
    },
  };
}

function areasOf(countries: readonly CountryCatalog[], code: string | undefined): CountryArea[] | undefined {
  try {
    return chooseAreas(
      { countries, dictionary: EMPTY_DICTIONARY },
      code === undefined ? undefined : [code],
      undefined,
    );
  } catch (error) {
    if (error instanceof AppError && error.code === 'country_unknown') return undefined;
    throw error;
  }
}

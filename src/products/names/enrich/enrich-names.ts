import type { Pool } from '#platform/postgres/database.ts';
import { AppError } from '#platform/errors.ts';
import { EMPTY_DICTIONARY } from '../read-model/dictionary.ts';
import { chooseAreas, type CountryArea, type YearRange } from '../statistics/scope.ts';
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

/** Names whose series are in memory at a time: few, so that little of it grows old. */
const NAMES_AT_A_TIME = 512;

/** The places that a country's code, or none, stands for. */
interface Group {
  readonly lists: readonly YearLists[];
  readonly facts: FactsOfNames;
}

/** A name in a group. */
interface Wanted {
  readonly group: Group;
  readonly key: string;
  /** The years asked for, and what is said of each; nothing while the name is not found. */
  readonly ranges: YearRange[];
  facts: readonly NameFacts[];
  match: Match | undefined;
}

/** Where the answer to a question is; or why there is none. */
type Place = { readonly wanted: Wanted; readonly range: number } | 'none' | 'country_unknown';

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
    const places: Place[] = [];
    for (const { name, country, from, to } of questions) {
      const code = country?.toUpperCase();
      const group = await state.group(code);
      const key = keyOfName(name);
      if (!group || key === undefined) {
        places.push(group ? 'none' : 'country_unknown');
        continue;
      }
      const id = `${code ?? ''} ${key}`;
      let found = wanted.get(id);
      if (!found) wanted.set(id, (found = { group, key, ranges: [], facts: [], match: undefined }));
      places.push({ wanted: found, range: found.ranges.push({ from, to }) - 1 });
    }
    await findAll(pool, state.read, [...wanted.values()]);
    return places.map(answerOf);
  };
}

function answerOf(place: Place): NameAnswer {
  if (typeof place === 'string') return { ...NOTHING, match: place };
  const { match = 'none', facts } = place.wanted;
  return { ...(facts[place.range] ?? NOTHING), match };
}

/** Exact matches first; what no list of the places has is then looked for as something similar. */
async function findAll(pool: Pool, read: ReadLists, wanted: readonly Wanted[]): Promise<void> {
  const exact = await findExact(
    pool,
    wanted.map(({ key }) => key),
  );
  await answerAll(pool, read, wanted, ({ key }) => [exact.get(key) ?? []].flat());
  const missing = wanted.filter(({ match }) => !match);
  const similar = await findSimilar(
    pool,
    missing.map(({ key }) => key),
  );
  await answerAll(pool, read, missing, ({ key }) => similar.get(key) ?? []);
}

/** Answers by the most exact candidates that a list of the places has: of these, by the one with the most births. */
async function answerAll(
  pool: Pool,
  read: ReadLists,
  wanted: readonly Wanted[],
  candidatesOf: (wanted: Wanted) => readonly Candidate[],
): Promise<void> {
  for (const [{ lists, facts }, ofGroup] of Map.groupBy(wanted, ({ group }) => group)) {
    for (let start = 0; start < ofGroup.length; start += NAMES_AT_A_TIME) {
      const some = ofGroup.slice(start, start + NAMES_AT_A_TIME);
      const all = new Map<string, Candidate>();
      for (const each of some) for (const candidate of candidatesOf(each)) all.set(candidate.key, candidate);
      const keys = [...all.keys()];
      const numbers = keys.map((key) => (all.get(key) as Candidate).numbers);
      const points = await findPoints(pool, read, lists, numbers);
      const pointsOf = new Map(keys.map((key, at) => [key, points[at] as Points]));
      for (const each of some) {
        const found = best(candidatesOf(each), pointsOf);
        if (!found) continue;
        each.match = found.match;
        each.facts = each.ranges.map((range) => facts.of(found.points, range));
      }
    }
  }
}

type Points = readonly (ListedPoints | undefined)[];

interface Found {
  readonly match: Match;
  readonly points: Points;
}

function best(candidates: readonly Candidate[], pointsOf: ReadonlyMap<string, Points>): Found | undefined {
  let chosen: (Found & { readonly births: number }) | undefined;
  for (const { match, key } of candidates) {
    if (chosen && chosen.match !== match) break;
    const points = pointsOf.get(key) ?? [];
    if (!points.some((ofList) => ofList)) continue;
    const births = candidates.length > 1 ? points.reduce((sum, ofList) => sum + birthsAt(ofList), 0) : 0;
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

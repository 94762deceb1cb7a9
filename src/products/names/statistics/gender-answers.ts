import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Database } from '#platform/postgres/database.ts';
import type { CountryCatalog } from '../read-model/country-catalog.ts';
import type { ReadModel, Snapshot } from '../read-model/read-model.ts';
import { nameKey } from '../spelling/name-keys.ts';
import type { PerGender, YearlyTally } from './balance.ts';
import { addUpGenders, type GenderColumns, placeOf } from './gender-columns.ts';
import { birthsOf, tallyOf } from './gender-counts.ts';
import { priorOfCountry } from './gender-prior.ts';
import {
  type CountryCounts,
  type GenderOptions,
  type GenderProbability,
  genderProbability,
} from './gender-probability.ts';
import { BOTH_GENDERS, findCountsOfNames } from './name-counts.ts';
import { type CountryArea, slicesOf, type YearRange } from './scope.ts';

export const PRIORS = ['jeffreys', 'country'] as const;
/** How several countries are mixed: alike, by births of the name, or by all births. */
export const WEIGHTS = ['neutral', 'counts', 'population'] as const;

/** Names answered before other questions get their turn: some milliseconds. */
const NAMES_AT_A_TIME = 100;

/** So many names with the same years are answered from sums over all names. */
export const NAMES_WORTH_A_SUM = 50;
/** Sums kept for a country: the largest takes some megabytes. */
const KEPT_SUMS = 8;

export interface GenderRules extends GenderOptions {
  readonly prior: (typeof PRIORS)[number];
  readonly weights: (typeof WEIGHTS)[number];
}

/** Names that are asked for the same places. */
interface GenderQuestion {
  readonly scopes: readonly CountryArea[];
  readonly rules: GenderRules;
  readonly names: readonly { readonly name: string; readonly range: YearRange }[];
}

export interface GenderAnswers {
  /** One answer for each name, in order. */
  ask(snapshot: Snapshot, question: GenderQuestion): Promise<GenderProbability[]>;
  /** What is assumed of a name of each country before its births are counted. */
  priorsOf(snapshot: Snapshot, scopes: readonly CountryArea[]): Promise<Map<string, PerGender>>;
}

type CountryColumns = (snapshot: Snapshot, scope: CountryArea, range: YearRange) => Promise<GenderColumns>;

type TallyOfName = (at: number, scope: CountryArea) => YearlyTally | undefined;

/**
 * Whole countries over all their years, or over those that many names share, are answered from sums in memory; areas,
 * other ranges and years one by one from the series of the names.
 */
export function createGenderAnswers(db: Database, model: ReadModel): GenderAnswers {
  const columns = createCountryColumns(model);

  async function priorsOf(
    snapshot: Snapshot,
    scopes: readonly CountryArea[],
  ): Promise<Map<string, PerGender>> {
    const priors = new Map<string, PerGender>();
    for (const { country, measure } of scopes) {
      const whole = { country, area: country.national, measure };
      priors.set(country.code, priorOfCountry(await columns(snapshot, whole, {})));
    }
    return priors;
  }

  return {
    priorsOf,
    async ask(snapshot, question) {
      const { scopes, rules, names } = question;
      const range = rangeOfColumns(question);
      const tallies = await (range
        ? fromColumns(columns, snapshot, question, range)
        : fromSeries(db, model, snapshot, question));
      const priors =
        rules.prior === 'country' ? await priorsOf(snapshot, scopes) : new Map<string, PerGender>();
      const population = rules.weights === 'population' ? populationsOf(scopes) : undefined;
      const answers: GenderProbability[] = [];
      for (const [at, { range }] of names.entries()) {
        if (at % NAMES_AT_A_TIME === NAMES_AT_A_TIME - 1) await nextTurn();
        const sizes = population?.(range);
        const countries = scopes.flatMap((scope): CountryCounts[] => {
          const tally = tallies(at, scope);
          if (!tally || tally.counts.F + tally.counts.M === 0) return [];
          const prior = priors.get(scope.country.code);
          const births = tally.counts.F + tally.counts.M;
          const weight = rules.weights === 'counts' ? births : (sizes?.get(scope) ?? 1);
          return [{ ...tally, weight, ...(prior && { prior }) }];
        });
        answers.push(genderProbability(countries, rules));
      }
      return answers;
    },
  };
}

/** From sums over all names of the countries. */
async function fromColumns(
  columns: CountryColumns,
  snapshot: Snapshot,
  { scopes, names }: GenderQuestion,
  range: YearRange,
): Promise<TallyOfName> {
  const { dictionary } = snapshot;
  const keys = names.map(({ name }) =>
    dictionary.byKey(nameKey(name)).map((at) => dictionary.numbers[at] as number),
  );
  const ofScope = new Map<CountryArea, { sums: GenderColumns; births: PerGender | null }>();
  for (const scope of scopes) {
    const births = birthsOf(slicesOf(scope, 'F', range), slicesOf(scope, 'M', range));
    ofScope.set(scope, { sums: await columns(snapshot, scope, range), births });
  }
  return (at, scope) => {
    const found = ofScope.get(scope);
    return found && tallyIn(found.sums, found.births, keys[at] ?? []);
  };
}

/** From the series of these names alone. */
async function fromSeries(
  db: Database,
  model: ReadModel,
  snapshot: Snapshot,
  { scopes, names }: GenderQuestion,
): Promise<TallyOfName> {
  const distinct = [...new Set(names.map(({ name }) => name))];
  const question = { names: distinct, scopes, genders: BOTH_GENDERS, range: {} };
  const found = await findCountsOfNames(db, model, snapshot, question);
  const byName = new Map(
    distinct.map((name, at) => [name, Map.groupBy(found[at] ?? [], ({ scope }) => scope)]),
  );
  return (at, scope) => {
    const asked = names[at];
    const genders = asked && byName.get(asked.name)?.get(scope);
    return genders && tallyOf(genders, asked.range);
  };
}

/** The years over which it pays to add up all names of the countries; undefined where it does not. */
function rangeOfColumns({ scopes, rules, names }: GenderQuestion): YearRange | undefined {
  const [first] = names;
  if (!first || rules.balance === 'yearly') return undefined;
  const { from, to } = first.range;
  const isWhole = from === undefined && to === undefined;
  if (!isWhole && names.length < NAMES_WORTH_A_SUM) return undefined;
  const isShared = names.every(({ range }) => range.from === from && range.to === to);
  return isShared && scopes.every(({ country, area }) => area === country.national) ? first.range : undefined;
}

function tallyIn(
  { numbers, F, M, hiddenF, hiddenM }: GenderColumns,
  births: PerGender | null,
  spellings: readonly number[],
): YearlyTally | undefined {
  // What was added up under the first spelling of then is found, whichever is the first now.
  const at = spellings.map((no) => placeOf(numbers, no)).find((place) => place >= 0);
  if (at === undefined) return undefined;
  return {
    counts: { F: F[at] as number, M: M[at] as number },
    births,
    hidden: { F: hiddenF[at] as number, M: hiddenM[at] as number },
  };
}

/** The size of each place in a range of years: official births where all places have them, else listed births of all. */
function populationsOf(scopes: readonly CountryArea[]): (range: YearRange) => Map<CountryArea, number> {
  const known = new Map<string, Map<CountryArea, number>>();
  return (range) => {
    const key = `${range.from ?? ''} ${range.to ?? ''}`;
    let sizes = known.get(key);
    if (sizes) return sizes;
    const slices = new Map(
      scopes.map((scope) => [scope, BOTH_GENDERS.flatMap((gender) => slicesOf(scope, gender, range))]),
    );
    const hasBirths = [...slices.values()].flat().every(({ births }) => births !== null);
    sizes = new Map(
      [...slices].map(([scope, ofScope]) => [
        scope,
        ofScope.reduce((sum, slice) => sum + (hasBirths ? (slice.births ?? 0) : slice.sum), 0),
      ]),
    );
    known.set(key, sizes);
    return sizes;
  };
}

/** Sums of all names of a country over a range of years, made once for each version of its data while they are in use. */
function createCountryColumns(model: ReadModel): CountryColumns {
  const made = new WeakMap<CountryCatalog, Map<string, Promise<GenderColumns>>>();
  return ({ dictionary }, scope, range) => {
    const { country, measure = '' } = scope;
    let ofCountry = made.get(country);
    if (!ofCountry) made.set(country, (ofCountry = new Map()));
    const key = `${measure} ${range.from ?? ''} ${range.to ?? ''}`;
    const sums =
      ofCountry.get(key) ??
      addUpGenders(model, dictionary, slicesOf(scope, 'F', range), slicesOf(scope, 'M', range));
    // The last one used is the last one dropped.
    ofCountry.delete(key);
    ofCountry.set(key, sums);
    const [oldest = key] = ofCountry.keys();
    if (ofCountry.size > KEPT_SUMS) ofCountry.delete(oldest);
    sums.catch(() => ofCountry.delete(key));
    return sums;
  };
}

import { createRandom, type Random } from '#test/support/random.ts';

/** What is asked about: drawn uniformly, so that rare names and early years come up as often as the others. */
export interface Subjects {
  /** Code of a country; undefined: all of them. */
  readonly country?: string | undefined;
  readonly names: readonly string[];
  readonly firstYear: number;
  readonly lastYear: number;
  /** ISO 3166-2 codes; empty where only the nation is loaded. */
  readonly areas: readonly string[];
}

/** What is asked about, the first as often as all others together. */
export type Places = readonly [Subjects, ...Subjects[]];

/** A kind of question and its path. */
export interface Question {
  readonly kind: string;
  readonly path: string;
}

type Make = (random: Random, subjects: Subjects) => string;

const SORTS = ['-count', 'count', 'name', '-name', 'rank', '-rank'];

const OF_A_YEAR = ['diversity', 'letters', 'lengths'];
const CHANGES = ['movers', 'new', 'lost'];

const KINDS: Readonly<Record<string, Make>> = {
  'top of a year': (random, s) => list(random, s, { year: year(random, s), gender: gender(random) }),
  'page of a year': (random, s) => list(random, s, { year: year(random, s), offset: random.below(5000) }),
  prefix: (random, s) =>
    list(random, s, { year: year(random, s), prefix: part(random, s).slice(0, 1 + random.below(3)) }),
  contains: (random, s) =>
    list(random, s, { year: year(random, s), contains: part(random, s).slice(1, 4) || 'an' }),
  ends_with: (random, s) => list(random, s, { year: year(random, s), ends_with: part(random, s).slice(-2) }),
  sorted: (random, s) =>
    list(random, s, { year: year(random, s), sort: random.pick(SORTS), gender: gender(random) }),
  'min_count, all': (random, s) =>
    list(random, s, { year: year(random, s), min_count: 1 + random.below(500), gender: 'all' }),
  'summed years': (random, s) => list(random, s, { ...years(random, s), gender: gender(random) }),
  'per year': (random, s) =>
    list(random, s, { ...years(random, s), per_year: 'true', name: random.pick(s.names) }),
  trend: (random, s) =>
    `/v1/names/${encodeURIComponent(random.pick(s.names))}/trend?${query({ country: s.country, gender: gender(random) })}`,
  gender: (random, s) =>
    `/v1/names/${encodeURIComponent(random.pick(s.names))}/gender?${query({ country: s.country })}`,
  facts: (random, s) =>
    `/v1/names/${encodeURIComponent(random.pick(s.names))}?${query({ country: s.country })}`,
  search: (random, s) =>
    `/v1/names/search?${query({
      q: random
        .pick(s.names)
        .toLowerCase()
        .slice(0, 2 + random.below(5)),
    })}`,
};

/** Asked beside those where all offices are. */
const STATISTICS: Readonly<Record<string, Make>> = {
  statistics: (random, s) =>
    `/v1/statistics/${random.pick(OF_A_YEAR)}?${query({ country: s.country, year: year(random, s) })}`,
  unisex: (_, s) => `/v1/statistics/unisex?${query({ country: s.country })}`,
  changes: (random, s) =>
    `/v1/statistics/${random.pick(CHANGES)}?${query({ country: s.country, year: year(random, s), limit: 100 })}`,
};

/** An endless, repeatable draw over all kinds of questions. */
export function* drawQuestions(places: Places, seed: number, only?: string): Generator<Question> {
  const random = createRandom(seed);
  const asked = places.length === 1 ? KINDS : { ...KINDS, ...STATISTICS };
  const kinds = Object.keys(asked).filter((kind) => only === undefined || kind === only);
  for (;;) {
    const kind = random.pick(kinds);
    const subjects = random.below(2) === 0 ? places[0] : random.pick(places);
    yield { kind, path: (asked[kind] as Make)(random, subjects) };
  }
}

function list(random: Random, subjects: Subjects, parameters: Readonly<Record<string, unknown>>): string {
  const area = subjects.areas.length > 0 && random.below(2) === 0 ? random.pick(subjects.areas) : undefined;
  return `/v1/names?${query({ country: subjects.country, area, ...parameters, limit: 100 })}`;
}

function year(random: Random, { firstYear, lastYear }: Subjects): number {
  return firstYear + random.below(lastYear - firstYear + 1);
}

function years(random: Random, subjects: Subjects): { year_from: number; year_to: number } {
  const [year_from = 0, year_to = 0] = [year(random, subjects), year(random, subjects)].sort((a, b) => a - b);
  return { year_from, year_to };
}

function gender(random: Random): string | undefined {
  return random.pick(['F', 'M', undefined]);
}

function part(random: Random, { names }: Subjects): string {
  return random.pick(names).toLowerCase();
}

function query(parameters: Readonly<Record<string, unknown>>): string {
  const given = Object.entries(parameters).filter(([, value]) => value !== undefined);
  return new URLSearchParams(given.map(([key, value]): [string, string] => [key, String(value)])).toString();
}

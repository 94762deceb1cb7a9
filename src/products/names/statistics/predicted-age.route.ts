import { type Static, Type } from 'typebox';
import { invalidRequest } from '#platform/errors.ts';
import { Nullable, OneOf } from '#platform/http/schemas.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { Cohort } from '../life-tables/life-table.query.ts';
import { listCohorts } from '../life-tables/life-table.query.ts';
import type { Gender } from '../normalize-gender.ts';
import type { CatalogSlice, CountryCatalog } from '../read-model/country-catalog.ts';
import type { ReadModel, Snapshot } from '../read-model/read-model.ts';
import { NameMeta, nameMeta } from './name-meta.ts';
import { BOTH_GENDERS, findNameCounts, type NameCounts } from './name-counts.ts';
import { nameQuestionRoute } from './name-question.route.ts';
import { type AgeDistribution, ageDistribution, type AliveAtAge } from './predicted-age.ts';
import { rounded } from './published-years.ts';
import { CountryCodes, Year } from './schemas.ts';
import { chooseAreas } from './scope.ts';
import { type Survival, survivalOf } from './survival.ts';

/** Ages are of births; a list of bearers says how many live, not when they were born. */
const MEASURE = 'births';

const CAVEATS = [
  'Bearers of a name are assumed to live as long as all of their sex and year of birth.',
  'Births are those of the country: people who came to it, left it or changed their name are not accounted for.',
  'Years before the first list are missing, and lists of early years are less complete (United States before 1937): the oldest are underrated.',
];

const Query = Type.Object({
  country: Type.Optional(CountryCodes),
  gender: Type.Optional(
    OneOf(['F', 'M', 'auto'], { description: 'auto: both together as they are alive; absent: each of both' }),
  ),
  as_of: Type.Optional({
    ...Year,
    description: 'Ages reached in this year; absent: the last that is published',
  }),
  min_age: Type.Integer({ minimum: 0, maximum: 130, default: 0 }),
  max_age: Type.Integer({ minimum: 0, maximum: 130, default: 130 }),
  band: Type.Number({
    minimum: 0.01,
    maximum: 0.99,
    default: 0.9,
    description: 'Part of the bearers in the band',
  }),
});

const Age = Nullable(Type.Integer());

const Bar = Type.Object({
  age: Type.Integer(),
  year: Type.Integer({ description: 'Of birth' }),
  births: Type.Integer(),
  alive: Type.Number(),
  probability: Type.Number(),
});

const Ages = Type.Object({
  country: Type.String(),
  gender: OneOf(['F', 'M', 'auto']),
  as_of: Type.Integer(),
  status: OneOf(['predicted', 'no_life_table', 'nobody_alive']),
  median: Age,
  lower_quartile: Age,
  upper_quartile: Age,
  mode: Age,
  mean: Nullable(Type.Number()),
  band_low: Age,
  band_high: Age,
  births: Type.Integer({ description: 'Shown, of the years that the histogram is made of' }),
  births_without_table: Type.Integer({
    description: 'Of years that the life table says nothing about: left out',
  }),
  births_hidden_at_most: Nullable(
    Type.Integer({
      description: 'What years that do not show the name may hold; null where nothing bounds it',
    }),
  ),
  alive_estimate: Nullable(Type.Integer()),
  histogram: Type.Array(Bar),
  table_sources: Type.Array(Type.String(), { description: 'Where the life table stands' }),
});

const Answer = Type.Object({
  data: Type.Object({ name: Type.String(), ages: Type.Array(Ages), caveats: Type.Array(Type.String()) }),
  meta: NameMeta,
});

type Question = Static<typeof Query>;

/** `GET /v1/names/{name}/age`: how old people with a name are, by births and survival. */
export function predictedAgeRoute(db: Database, model: ReadModel) {
  return nameQuestionRoute(model, {
    path: '/v1/names/:name/age',
    summary: 'How old bearers of a name are',
    example: { params: { name: 'Olivia' }, query: { country: 'US', gender: 'F' } },
    query: Query,
    answer: Answer,
    find: (snapshot, name, query) => findAges(db, model, snapshot, name, query),
  });
}

async function findAges(
  db: Database,
  model: ReadModel,
  snapshot: Snapshot,
  name: string,
  query: Question,
): Promise<Static<typeof Answer>> {
  if (query.min_age > query.max_age) throw invalidRequest('min_age', '"min_age" is more than "max_age".');
  const found = await findNameCounts(db, model, snapshot, {
    name,
    scopes: chooseAreas(snapshot, query.country, undefined, MEASURE),
    genders: query.gender === 'F' || query.gender === 'M' ? [query.gender] : BOTH_GENDERS,
    range: { to: query.as_of },
  });
  const ages: Static<typeof Ages>[] = [];
  for (const [country, ofCountry] of Map.groupBy(found, ({ scope }) => scope.country)) {
    const tables = await tablesOf(db, country);
    const groups = query.gender === 'auto' ? [ofCountry] : ofCountry.map((counts) => [counts]);
    ages.push(...groups.map((group) => agesOf(country, group, tables, query)));
  }
  return {
    data: { name, ages, caveats: CAVEATS },
    meta: nameMeta(found),
  };
}

const loaded = new WeakMap<CountryCatalog, Promise<Cohort[]>>();

/** Read once for a version of the country's data, which a new table raises. */
function tablesOf(db: Database, country: CountryCatalog): Promise<Cohort[]> {
  const known = loaded.get(country);
  if (known) return known;
  const cohorts = listCohorts(db, country.no);
  loaded.set(country, cohorts);
  cohorts.catch(() => loaded.delete(country));
  return cohorts;
}

/** `group`: one gender, or both. */
function agesOf(
  country: CountryCatalog,
  group: readonly NameCounts[],
  tables: readonly Cohort[],
  query: Question,
): Static<typeof Ages> {
  const last = Math.max(...group.map(({ slices }) => slices.at(-1)?.toYear ?? 0));
  const asOf = query.as_of ?? last;
  const ofGenders = new Set(group.map(({ gender }) => gender));
  const used = tables.filter(({ gender }) => ofGenders.has(gender));
  const bearers = group.map((counts) =>
    bearersOf(counts, survivalOf(ofGender(used, counts.gender)), asOf, query),
  );
  const distribution = ageDistribution(
    bearers.flatMap(({ alive }) => alive),
    query.band,
  );
  const hidden = bearers.map(({ hiddenAtMost }) => hiddenAtMost);
  return {
    country: country.code,
    gender: query.gender === 'auto' ? 'auto' : (group[0]?.gender ?? 'F'),
    as_of: asOf,
    status: distribution ? 'predicted' : used.length === 0 ? 'no_life_table' : 'nobody_alive',
    ...figuresOf(distribution),
    births_without_table: sumOf(bearers.map(({ withoutTable }) => withoutTable)),
    births_hidden_at_most: hidden.includes(null) ? null : sumOf(hidden.map((births) => births ?? 0)),
    table_sources: [...new Set(used.flatMap(({ source }) => source ?? []))],
  };
}

function ofGender(tables: readonly Cohort[], gender: Gender): Cohort[] {
  return tables.filter((table) => table.gender === gender);
}

interface Bearers {
  readonly alive: AliveAtAge[];
  readonly withoutTable: number;
  readonly hiddenAtMost: number | null;
}

function bearersOf(
  { slices, counts }: NameCounts,
  survival: Survival,
  asOf: number,
  { min_age: minAge, max_age: maxAge }: Question,
): Bearers {
  const alive: AliveAtAge[] = [];
  let withoutTable = 0;
  let hiddenAtMost: number | null = 0;
  for (const [at, slice] of slices.entries()) {
    const age = asOf - slice.toYear;
    if (age < minAge || age > maxAge) continue;
    const births = counts[at];
    if (typeof births !== 'number') hiddenAtMost = plusHidden(hiddenAtMost, slice, births === null);
    else {
      const part = survival(slice.toYear, age);
      if (part === undefined) withoutTable += births;
      else alive.push({ age, year: slice.toYear, births, alive: births * part });
    }
  }
  return { alive, withoutTable, hiddenAtMost };
}

function plusHidden(sum: number | null, { threshold }: CatalogSlice, isListed: boolean): number | null {
  if (sum === null || (threshold === null && isListed)) return null;
  return sum + (threshold ?? 1) - 1;
}

function figuresOf(found: AgeDistribution | undefined) {
  return {
    median: found?.median ?? null,
    lower_quartile: found?.lowerQuartile ?? null,
    upper_quartile: found?.upperQuartile ?? null,
    mode: found?.mode ?? null,
    mean: found ? rounded(found.mean, 2) : null,
    band_low: found?.band.low ?? null,
    band_high: found?.band.high ?? null,
    births: sumOf(found?.histogram.map(({ births }) => births) ?? []),
    alive_estimate: found ? Math.round(found.alive) : null,
    histogram: (found?.histogram ?? []).map(({ age, year, births, alive }) => ({
      age,
      year,
      births,
      alive: rounded(alive, 1),
      probability: rounded(alive / (found?.alive ?? 1), 6),
    })),
  };
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

import type { Database } from '#platform/postgres/database.ts';
import type { CatalogSlice } from '../read-model/country-catalog.ts';
import type { Dictionary } from '../read-model/dictionary.ts';
import type { ReadModel, Snapshot } from '../read-model/read-model.ts';
import { nameKey } from '../spelling/name-keys.ts';
import { findNameCounts, rankInSlice } from './name-counts.ts';
import { nameMarks } from './name-filter.ts';
import type { NameList, NameListQuery } from './name-list.ts';
import type { RankedName, RankingPlan } from './ranking.ts';

/** From so many slices on, the series of a name tell sooner than a look at every slice. */
const MANY_SLICES = 8;

/** Whether a list of one name, year by year, can be answered from its series. */
export function suitsOneName(plans: readonly RankingPlan[], query: NameListQuery): boolean {
  if (query.name === undefined || plans.length < MANY_SLICES || query.rank_method === 'ordinal') return false;
  return plans.every(({ slices }) => slices.length === 1);
}

/** The same list as by way of the ranking pages, made from the series of the name. */
export async function listOneName(
  db: Database,
  model: ReadModel,
  snapshot: Snapshot,
  plans: readonly RankingPlan[],
  query: NameListQuery,
  page: { readonly offset: number; readonly limit: number },
): Promise<NameList> {
  const { dictionary } = snapshot;
  const marks = nameMarks(query, dictionary);
  if (!dictionary.byKey(nameKey(query.name ?? '')).some((at) => marks?.[at])) return { names: [], total: 0 };
  const planOf = new Map(plans.map((plan) => [plan.slices[0], plan]));
  const scopes = [...new Map(plans.map(({ country, area }) => [area.no, { country, area }])).values()];
  const genders = [...new Set(plans.flatMap(({ slices }) => slices.map(({ gender }) => gender)))];
  const found = await findNameCounts(db, model, snapshot, {
    name: query.name ?? '',
    scopes,
    genders,
    range: {},
  });
  const names = found.flatMap(({ slices, counts, spellings }) =>
    slices.flatMap((slice, at) => {
      const plan = planOf.get(slice);
      const count = counts[at];
      const number = spellings[at];
      if (!plan || count === undefined || number === undefined || count < (query.min_count ?? 1)) return [];
      const ranked = { plan, number, count, ...rankBy(query, slice, count) };
      return query.top !== undefined && ranked.rank > query.top ? [] : [ranked];
    }),
  );
  names.sort(comparison(query, dictionary));
  return { names: names.slice(page.offset, page.offset + page.limit), total: names.length };
}

function rankBy(
  { rank_method }: NameListQuery,
  slice: CatalogSlice,
  count: number,
): { rank: number; tied: number } {
  const ranked = rankInSlice(slice, count);
  return rank_method === 'dense' ? { ...ranked, rank: slice.counts.indexOf(count) + 1 } : ranked;
}

/** The sort, then spelling, country, gender and year, as in other lists. */
function comparison(
  { sort }: NameListQuery,
  { places }: Dictionary,
): (a: RankedName, b: RankedName) => number {
  const sign = sort.startsWith('-') ? -1 : 1;
  const place = (line: RankedName): number => places[line.number] as number;
  const value = (line: RankedName): number => {
    if (sort.endsWith('count')) return line.count;
    if (sort.endsWith('rank')) return line.rank;
    return sort.endsWith('year') ? line.plan.toYear : place(line);
  };
  return (a, b) =>
    sign * (value(a) - value(b)) ||
    place(a) - place(b) ||
    compareText(a.plan.country.code, b.plan.country.code) ||
    compareText(a.plan.gender, b.plan.gender) ||
    a.plan.toYear - b.plan.toYear;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

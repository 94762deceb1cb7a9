import type { Database } from '#platform/postgres/database.ts';
import type { Gender } from '../normalize-gender.ts';
import type { CatalogSlice } from '../read-model/country-catalog.ts';
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
  const [position] = dictionary.byKey(nameKey(query.name ?? '')).filter((at) => marks?.[at]);
  if (position === undefined) return { names: [], total: 0 };
  const number = dictionary.numbers[position] as number;
  const planOf = new Map(plans.map((plan) => [plan.slices[0], plan]));
  const scopes = [...new Map(plans.map(({ country, area }) => [area.no, { country, area }])).values()];
  const genders = [...new Set(plans.map(({ gender }) => gender as Gender))];
  const found = await findNameCounts(db, model, snapshot, {
    name: query.name ?? '',
    scopes,
    genders,
    range: {},
  });
  const names = found.flatMap(({ slices, counts }) =>
    slices.flatMap((slice, at) => {
      const plan = planOf.get(slice);
      const count = counts[at];
      if (!plan || count === undefined || count < (query.min_count ?? 1)) return [];
      const ranked = { plan, number, count, ...rankBy(query, slice, count) };
      return query.top !== undefined && rankInSlice(slice, count).rank > query.top ? [] : [ranked];
    }),
  );
  names.sort(comparison(query));
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

/** All lines have one name: after the sort comes the country, then gender and year, as in other lists. */
function comparison({ sort }: NameListQuery): (a: RankedName, b: RankedName) => number {
  const sign = sort.startsWith('-') ? -1 : 1;
  const value = (line: RankedName): number => {
    if (sort.endsWith('count')) return line.count;
    if (sort.endsWith('rank')) return line.rank;
    return sort.endsWith('year') ? line.plan.toYear : 0;
  };
  return (a, b) =>
    sign * (value(a) - value(b)) ||
    compareText(a.plan.country.code, b.plan.country.code) ||
    compareText(a.plan.gender, b.plan.gender) ||
    a.plan.toYear - b.plan.toYear;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

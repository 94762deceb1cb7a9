import type { Database } from '#platform/postgres/database.ts';
import type { CatalogSlice } from '../read-model/country-catalog.ts';
import type { Dictionary } from '../read-model/dictionary.ts';
import { histogramOf } from '../read-model/histogram.ts';
import type { ReadModel, Snapshot } from '../read-model/read-model.ts';
import { nameKey } from '../spelling/name-keys.ts';
import { hiddenPlace } from './list-order.ts';
import { findNameCounts, type NameCounts, standingOf } from './name-counts.ts';
import { giveBackMarks, nameMarks } from './name-filter.ts';
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
  const isWanted = dictionary.byKey(nameKey(query.name ?? '')).some((at) => marks?.[at]);
  giveBackMarks(dictionary, marks);
  if (!isWanted) return { names: [], total: 0 };
  const planOf = new Map(plans.map((plan) => [plan.slices[0], plan]));
  const scopes = [
    ...new Map(plans.map(({ country, area, measure }) => [area.no, { country, area, measure }])).values(),
  ];
  const genders = [...new Set(plans.flatMap(({ slices }) => slices.map(({ gender }) => gender)))];
  const found = await findNameCounts(db, model, snapshot, {
    name: query.name ?? '',
    scopes,
    genders,
    range: {},
  });
  const names = found.flatMap((counts) =>
    counts.slices.flatMap((slice, at) => {
      const plan = planOf.get(slice);
      const line = plan && lineOf(plan, counts, at, query);
      return line && passes(line, slice, query) ? [line] : [];
    }),
  );
  names.sort(comparison(query, dictionary));
  return { names: names.slice(page.offset, page.offset + page.limit), total: names.length };
}

function lineOf(
  plan: RankingPlan,
  { slices, counts, spellings, printedRanks }: NameCounts,
  at: number,
  { rank_method }: NameListQuery,
): RankedName | undefined {
  const slice = slices[at] as CatalogSlice;
  const count = counts[at];
  const number = spellings[at];
  if (count === undefined || number === undefined) return undefined;
  const { rank, tied, outOf, rankPublished } = standingOf(slice, count, printedRanks[at]);
  const isDense = rank_method === 'dense' && count !== null;
  return {
    plan,
    number,
    count: count ?? 0,
    rank: isDense ? histogramOf(slice).counts.indexOf(count) + 1 : (rank ?? 0),
    tied: tied ?? 0,
    outOf,
    rankPublished,
    rankDiffers: rankPublished !== null && rank !== null && rankPublished !== rank,
  };
}

/** What is hidden passes where nothing is asked of counts and ranks; a list without counts has its printed ranks. */
function passes(
  { count, rank, rankPublished }: RankedName,
  { rows, withheld }: CatalogSlice,
  { min_count, top }: NameListQuery,
): boolean {
  if (min_count !== undefined && count < min_count) return false;
  if (top === undefined) return true;
  if (count > 0) return rank <= top;
  return rows === withheld && rankPublished !== null && rankPublished <= top;
}

/** The sort, then spelling, country, gender and year, as in other lists. */
function comparison(
  { sort }: NameListQuery,
  { places }: Dictionary,
): (a: RankedName, b: RankedName) => number {
  const sign = sort.startsWith('-') ? -1 : 1;
  const place = (line: RankedName): number => places[line.number] as number;
  const value = (line: RankedName): number => {
    if (sort.endsWith('name')) return sign * place(line);
    if (sort.endsWith('year')) return sign * line.plan.toYear;
    if (line.count === 0) return hiddenPlace(line.rankPublished ?? 0);
    return sign * (sort.endsWith('count') ? line.count : line.rank);
  };
  return (a, b) =>
    value(a) - value(b) ||
    place(a) - place(b) ||
    compareText(a.plan.country.code, b.plan.country.code) ||
    compareText(a.plan.gender, b.plan.gender) ||
    a.plan.toYear - b.plan.toYear;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

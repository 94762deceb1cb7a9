import { invalidRequest } from '#platform/errors.ts';
import type { Gender } from '../normalize-gender.ts';
import type { CatalogSlice } from '../read-model/country-catalog.ts';
import type { ReadModel, Snapshot } from '../read-model/read-model.ts';
import { type ListSort, pageOf, type Place } from './list-order.ts';
import { type NameFilter, nameMarks } from './name-filter.ts';
import { denominatorOf, firstWithin, lengthOfTop, type Ranking, type RankMethod } from './ranking.ts';
import { chooseAreas, type CountryArea, latestYear, slicesOf } from './scope.ts';
import { sumSlices } from './sum-slices.ts';

/** A question for a list of names, as api.md has it. */
export interface NameListQuery extends NameFilter {
  readonly country?: readonly string[];
  readonly area?: string;
  readonly gender?: Gender | 'all';
  readonly year?: number;
  readonly year_from?: number;
  readonly year_to?: number;
  readonly per_year?: boolean;
  readonly min_count?: number;
  readonly top?: number;
  readonly sort: ListSort;
  readonly rank_method: RankMethod;
}

export interface NameList {
  readonly places: readonly Place[];
  readonly total: number;
  readonly rankings: readonly Ranking[];
}

/** Slices whose sum, or whose rows, become one ranking. */
export type RankingPlan = Omit<Ranking, 'numbers' | 'counts'>;

/** What a list is made of; nothing is read yet. Throws AppError for impossible combinations and unknown areas. */
export function planRankings(snapshot: Snapshot, query: NameListQuery): RankingPlan[] {
  refuseContradictions(query);
  return chooseAreas(snapshot, query.country, query.area).flatMap((scope) => planArea(scope, query));
}

function refuseContradictions(query: NameListQuery): void {
  const hasRange = query.year_from !== undefined || query.year_to !== undefined;
  if (query.year !== undefined && hasRange) {
    throw invalidRequest('year', 'Give either "year" or "year_from" and "year_to".');
  }
  if (query.year_from !== undefined && query.year_to !== undefined && query.year_from > query.year_to) {
    throw invalidRequest('year_from', '"year_from" is later than "year_to".');
  }
  if ((query.sort === 'year' || query.sort === '-year') && !query.per_year) {
    throw invalidRequest('sort', 'Sorting by year needs "per_year=true".');
  }
}

function planArea(scope: CountryArea, query: NameListQuery): RankingPlan[] {
  const { year_from: from, year_to: to } = query;
  const year =
    query.year ?? (from === undefined && to === undefined && !query.per_year ? latestYear(scope) : undefined);
  const range = year === undefined ? { from, to } : { from: year, to: year };
  const asked = query.gender ?? 'both';
  const genders = asked === 'both' || asked === 'all' ? (['F', 'M'] as const) : [asked];
  const slices = genders.flatMap((gender) => slicesOf(scope, gender, range));
  const groups = Map.groupBy(
    slices,
    ({ gender, toYear }) => `${asked === 'all' ? 'all' : gender} ${query.per_year ? toYear : ''}`,
  );
  return [...groups.values()].map((group) => planRanking(scope, asked === 'all' ? 'all' : undefined, group));
}

function planRanking(
  { country, area }: CountryArea,
  all: 'all' | undefined,
  slices: readonly CatalogSlice[],
): RankingPlan {
  const years = slices.map(({ toYear }) => toYear);
  return {
    country,
    area,
    gender: all ?? (slices[0] as CatalogSlice).gender,
    fromYear: Math.min(...years),
    toYear: Math.max(...years),
    slices,
    denominator: denominatorOf(slices),
  };
}

/** One page of the list that the plan makes. */
export async function listNames(
  model: ReadModel,
  snapshot: Snapshot,
  plans: readonly RankingPlan[],
  query: NameListQuery,
  page: { readonly offset: number; readonly limit: number },
): Promise<NameList> {
  const { dictionary } = snapshot;
  const rankings = await Promise.all(plans.map((plan) => fillRanking(model, snapshot, plan)));
  const minCount = query.min_count ?? 1;
  const lengthOf = ({ counts }: Ranking): number =>
    Math.min(
      minCount > 1 ? firstWithin(counts, minCount - 1) : counts.length,
      query.top === undefined ? counts.length : lengthOfTop(counts, query.top),
    );
  const order = {
    rankings,
    dictionary,
    marks: nameMarks(query, dictionary),
    sort: query.sort,
    rankMethod: query.rank_method,
  };
  return { ...pageOf(order, lengthOf, page.offset, page.limit), rankings };
}

async function fillRanking(model: ReadModel, snapshot: Snapshot, plan: RankingPlan): Promise<Ranking> {
  const rows = await model.rows(plan.slices);
  const [only] = rows;
  const { numbers, counts } = rows.length === 1 && only ? only : sumSlices(rows, snapshot.dictionary);
  return { ...plan, numbers, counts };
}

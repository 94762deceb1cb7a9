import { invalidRequest } from '#platform/errors.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { Gender } from '../normalize-gender.ts';
import type { CatalogSlice } from '../read-model/country-catalog.ts';
import type { SliceRows } from '../read-model/pages.query.ts';
import type { ReadModel, Snapshot } from '../read-model/read-model.ts';
import { createSliceCache } from '../read-model/slice-cache.ts';
import { type ListSort, pageOf, type Place } from './list-order.ts';
import { BOTH_GENDERS } from './name-counts.ts';
import { type NameFilter, nameMarks } from './name-filter.ts';
import { listOneName, suitsOneName } from './one-name-list.ts';
import {
  denominatorOf,
  firstWithin,
  lengthOfTop,
  rankAt,
  type RankedName,
  type Ranking,
  type RankingPlan,
  type RankMethod,
} from './ranking.ts';
import { chooseAreas, type CountryArea, latestYear, slicesOf } from './scope.ts';
import { type RankedSums, rankSums } from './sum-slices.ts';
import { createYearSums } from './year-sums.ts';

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
  readonly names: readonly RankedName[];
  readonly total: number;
}

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
  const asked = query.gender ?? 'both';
  const genders = asked === 'both' || asked === 'all' ? BOTH_GENDERS : [asked];
  const wantsLatest = from === undefined && to === undefined && !query.per_year;
  const year = query.year ?? (wantsLatest ? latestYear(scope, genders) : undefined);
  const range = year === undefined ? { from, to } : { from: year, to: year };
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

/** Makes lists; keeps sums of years between questions. */
export interface NameLister {
  /** One page of the list that the plans make. */
  list(
    snapshot: Snapshot,
    plans: readonly RankingPlan[],
    query: NameListQuery,
    page: { readonly offset: number; readonly limit: number },
  ): Promise<NameList>;
}

/** Sums that were asked for lately, for the next page. */
const SUM_CACHE_BYTES = 32 * 1024 * 1024;

export function createNameLister(db: Database, model: ReadModel): NameLister {
  const yearSums = createYearSums(model);
  const sums = createSliceCache<RankedSums>(SUM_CACHE_BYTES);

  async function fill(snapshot: Snapshot, plan: RankingPlan, wanted: number): Promise<Ranking> {
    if (plan.slices.length === 1) {
      const [rows] = (await model.rows(plan.slices)) as [SliceRows];
      return { ...plan, ...rows, total: rows.counts.length };
    }
    const id = `${wanted} ${plan.slices.map((slice) => slice.id).join()}`;
    const known = sums.get(id);
    if (known) return { ...plan, ...known };
    const summed = await sumRanking(snapshot, plan, wanted);
    sums.set(id, summed);
    return { ...plan, ...summed };
  }

  async function sumRanking(
    { dictionary }: Snapshot,
    plan: RankingPlan,
    wanted: number,
  ): Promise<RankedSums> {
    const { country, area, slices } = plan;
    const parts: Int32Array[] = [];
    for (const [gender, ofGender] of Map.groupBy(slices, (slice) => slice.gender)) {
      parts.push(await yearSums.sum(country.years(area.no, gender), ofGender, dictionary));
    }
    const [total, ...others] = parts as [Int32Array, ...Int32Array[]];
    for (const other of others) for (let no = 0; no < total.length; no++) total[no]! += other[no] as number;
    return rankSums(total, dictionary, wanted);
  }

  return {
    async list(snapshot, plans, query, page) {
      const { dictionary } = snapshot;
      if (suitsOneName(plans, query)) return listOneName(db, model, snapshot, plans, query, page);
      const rankings = await Promise.all(plans.map((plan) => fill(snapshot, plan, namesNeeded(query, page))));
      const minCount = query.min_count ?? 1;
      const lengthOf = ({ counts }: Ranking): number =>
        Math.min(
          minCount > 1 ? firstWithin(counts, minCount - 1) : counts.length,
          query.top === undefined ? counts.length : lengthOfTop(counts, query.top, query.rank_method),
        );
      const order = {
        rankings,
        dictionary,
        marks: nameMarks(query, dictionary),
        sort: query.sort,
        rankMethod: query.rank_method,
      };
      const { places, total } = pageOf(order, lengthOf, page.offset, page.limit);
      return { names: places.map((place) => rankedName(place, query.rank_method)), total };
    },
  };
}

/** Only the natural order without any filter can do with the first names of a sum. */
function namesNeeded(
  query: NameListQuery,
  page: { readonly offset: number; readonly limit: number },
): number {
  const filters = [query.name, query.prefix, query.contains, query.ends_with, query.min_count, query.top];
  const isNatural =
    (query.sort === '-count' || query.sort === 'rank') && filters.every((filter) => filter === undefined);
  if (!isNatural) return Number.POSITIVE_INFINITY;
  // Rounded up, so that the next pages find the same sum again.
  return 2 ** Math.ceil(Math.log2(Math.max(1024, page.offset + page.limit)));
}

function rankedName({ ranking, at }: Place, method: RankMethod): RankedName {
  const { numbers, counts } = ranking;
  return {
    plan: ranking,
    number: numbers[at] as number,
    count: counts[at] as number,
    ...rankAt(counts, at, method),
  };
}

import { invalidRequest } from '#platform/errors.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { Measure } from '../name-count.ts';
import type { Gender } from '../normalize-gender.ts';
import type { CatalogSlice } from '../read-model/country-catalog.ts';
import type { ReadModel, Snapshot } from '../read-model/read-model.ts';
import { type ListSort, pageOf, type Place } from './list-order.ts';
import { BOTH_GENDERS } from './name-counts.ts';
import { giveBackMarks, type NameFilter, nameMarks } from './name-filter.ts';
import { listOneName, suitsOneName } from './one-name-list.ts';
import {
  denominatorOf,
  firstWithin,
  lengthOfPrintedTop,
  lengthOfTop,
  printedRank,
  rankAt,
  type RankedName,
  type Ranking,
  type RankingPlan,
  type RankMethod,
} from './ranking.ts';
import { chooseAreas, type CountryArea, latestYear, slicesOf } from './scope.ts';
import { createRankings } from './rankings.ts';
import type { WantedNames } from '../read-model/sum-slices.ts';

/** A question for a list of names, as api.md has it. */
export interface NameListQuery extends NameFilter {
  readonly country?: readonly string[];
  readonly area?: string;
  readonly measure?: Measure;
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
  return chooseAreas(snapshot, query.country, query.area, query.measure).flatMap((scope) =>
    planArea(scope, query),
  );
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
  const ofGenders = genders.map((gender) => slicesOf(scope, gender, range));
  const groups = asked === 'all' ? [ofGenders.flat()] : ofGenders;
  return groups
    .flatMap((slices) => (query.per_year ? byYear(slices) : [slices]))
    .filter(({ length }) => length > 0)
    .map((slices) => planRanking(scope, asked === 'all' ? 'all' : undefined, slices));
}

function byYear(slices: readonly CatalogSlice[]): CatalogSlice[][] {
  const years = new Map<number, CatalogSlice[]>();
  for (const slice of slices) {
    const known = years.get(slice.toYear);
    if (known) known.push(slice);
    else years.set(slice.toYear, [slice]);
  }
  return [...years.values()];
}

function planRanking(
  { country, area }: CountryArea,
  all: 'all' | undefined,
  slices: readonly CatalogSlice[],
): RankingPlan {
  let [fromYear, toYear] = [Infinity, 0];
  for (const slice of slices) {
    fromYear = Math.min(fromYear, slice.toYear);
    toYear = Math.max(toYear, slice.toYear);
  }
  return {
    country,
    area,
    gender: all ?? (slices[0] as CatalogSlice).gender,
    measure: (slices[0] as CatalogSlice).measure,
    fromYear,
    toYear,
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

export function createNameLister(db: Database, model: ReadModel): NameLister {
  const rankings = createRankings(model);

  return {
    async list(snapshot, plans, query, page) {
      const { dictionary } = snapshot;
      if (suitsOneName(plans, query)) return listOneName(db, model, snapshot, plans, query, page);
      const wanted = wantedNames(query, page);
      const filled = await Promise.all(plans.map((plan) => rankings.fill(snapshot, plan, wanted)));
      const marks = nameMarks(query, dictionary);
      const order = {
        rankings: filled,
        dictionary,
        marks,
        sort: query.sort,
        rankMethod: query.rank_method,
      };
      const { places, total } = pageOf(order, (ranking) => lengthOf(ranking, query), page.offset, page.limit);
      giveBackMarks(dictionary, marks);
      return { names: places.map((place) => rankedName(place, query.rank_method)), total };
    },
  };
}

/** How many names, in rank order, the list takes of a ranking: hidden counts only where nothing is asked of counts or ranks. */
function lengthOf({ counts, ranks }: Ranking, { min_count, top, rank_method }: NameListQuery): number {
  const least = min_count === undefined ? counts.length : firstWithin(counts, min_count - 1);
  if (top === undefined) return least;
  const shown = firstWithin(counts, 0);
  // Where no count is shown, the ranks of the office are the only ones.
  if (shown === 0 && ranks) return Math.min(least, lengthOfPrintedTop(ranks, top));
  return Math.min(least, shown, lengthOfTop(counts, top, rank_method));
}

/** Only the natural order without a filter by name can do with the first names of a sum. */
function wantedNames(
  query: NameListQuery,
  page: { readonly offset: number; readonly limit: number },
): WantedNames {
  const filters = [query.name, query.prefix, query.contains, query.ends_with, query.top];
  const isNatural = query.sort === '-count' || query.sort === 'rank';
  const minSum = query.min_count ?? 1;
  if (!isNatural || filters.some((filter) => filter !== undefined)) return { names: Infinity, minSum };
  // Rounded up, so that the next pages find the same sum again.
  return { names: 2 ** Math.ceil(Math.log2(Math.max(1024, page.offset + page.limit))), minSum };
}

const NO_RANK = { rank: 0, tied: 0 };

function rankedName({ ranking, at }: Place, method: RankMethod): RankedName {
  const { numbers, counts, ranks, slices, listed } = ranking;
  const count = counts[at] as number;
  const { rank, tied } = count === 0 ? NO_RANK : rankAt(counts, at, method);
  const { rankPublished, rankDiffers } = printedRank(slices, ranks?.[at], count, () => {
    return rankAt(counts, at, 'competition').rank;
  });
  return {
    plan: ranking,
    number: numbers[at] as number,
    count,
    rank,
    tied,
    outOf: listed,
    rankPublished,
    rankDiffers,
  };
}

import type { Database } from '#platform/postgres/database.ts';
import type { Gender } from '../normalize-gender.ts';
import type { CatalogSlice } from '../read-model/country-catalog.ts';
import type { SliceRows } from '../read-model/pages.query.ts';
import { findSeries, type SeriesRow } from '../read-model/series.query.ts';
import { type CountryArea, slicesOf } from '../statistics/scope.ts';
import type { ReadLists } from './list-rows.ts';

/** Lists read by one statement. */
const LISTS_AT_A_TIME = 32;
const FIRST_YEAR = 1800;
const YEARS = 301;

/** All published single years of an area and gender, rising. */
export interface YearLists {
  readonly scope: CountryArea;
  readonly gender: Gender;
  readonly slices: readonly CatalogSlice[];
  /** By year from 1800 on: the place of its list in `slices`, or -1. */
  readonly placeOfYear: Int16Array;
}

/** Where a name is listed: places in the `slices` of its lists, rising, and the count in each, -1 for a hidden one. */
export interface ListedPoints {
  readonly places: number[];
  readonly counts: number[];
}

export const HIDDEN = -1;

export function yearLists(scope: CountryArea, gender: Gender): YearLists {
  const slices = slicesOf(scope, gender, {});
  const placeOfYear = new Int16Array(YEARS).fill(-1);
  for (const [place, { toYear }] of slices.entries()) placeOfYear[toYear - FIRST_YEAR] = place;
  return { scope, gender, slices, placeOfYear };
}

export function placeOf({ placeOfYear }: YearLists, year: number): number {
  return placeOfYear[year - FIRST_YEAR] ?? -1;
}

/**
 * What the lists say of each name, given by the numbers of all its spellings. One entry for each name and list:
 * `found[name][list]`, undefined where none of the years has the name.
 */
export async function findPoints(
  db: Database,
  read: ReadLists,
  lists: readonly YearLists[],
  names: readonly (readonly number[])[],
): Promise<(ListedPoints | undefined)[][]> {
  const found = names.map((): (ListedPoints | undefined)[] => lists.map(() => undefined));
  const numbers = names.flat();
  if (numbers.length === 0) return found;
  const nameOf = new Map<number, number>();
  for (const [at, ofName] of names.entries()) for (const no of ofName) nameOf.set(no, at);
  const add = (name: number, list: number, place: number, count: number): void => {
    const ofName = found[name] as (ListedPoints | undefined)[];
    const points = (ofName[list] ??= { places: [], counts: [] });
    points.places.push(place);
    points.counts.push(count);
  };

  const areaNos = [...new Set(lists.map(({ scope }) => scope.area.no))];
  addSeries(lists, await findSeries(db, areaNos, numbers), (no) => nameOf.get(no) as number, add);
  for (const [at, list] of lists.entries()) await addLists(read, list, at, nameOf, add);
  for (const ofName of found) for (const points of ofName) if (points) rise(points);
  return found;
}

type AddPoint = (name: number, list: number, place: number, count: number) => void;

/** Ranks of the office stand on the ranking pages alone; so do hidden counts, and all of a year that is in no series yet. */
function isInSeries({ seriesReleaseNo, officeRanks }: CatalogSlice): boolean {
  return seriesReleaseNo !== null && officeRanks !== 'differ';
}

function addSeries(
  lists: readonly YearLists[],
  series: readonly SeriesRow[],
  nameOf: (no: number) => number,
  add: AddPoint,
): void {
  const idOf = (areaNo: number, gender: Gender): number => areaNo * 2 + (gender === 'F' ? 0 : 1);
  const places = new Map(lists.map(({ scope, gender }, at) => [idOf(scope.area.no, gender), at]));
  for (const { areaNo, gender, no, releaseNo, years, counts } of series) {
    const at = places.get(idOf(areaNo, gender));
    const list = at === undefined ? undefined : lists[at];
    if (at === undefined || !list) continue;
    const name = nameOf(no);
    for (let point = 0; point < years.length; point++) {
      const place = placeOf(list, years[point] as number);
      const slice = list.slices[place];
      // Only the release that supplies a list may speak for it.
      if (slice?.seriesReleaseNo === releaseNo && isInSeries(slice))
        add(name, at, place, counts[point] as number);
    }
  }
}

async function addLists(
  read: ReadLists,
  { slices }: YearLists,
  list: number,
  nameOf: ReadonlyMap<number, number>,
  add: AddPoint,
): Promise<void> {
  const places = [...slices.keys()].filter((place) => !isInSeries(slices[place] as CatalogSlice));
  for (let start = 0; start < places.length; start += LISTS_AT_A_TIME) {
    const some = places.slice(start, start + LISTS_AT_A_TIME);
    const rows = await read(some.map((place) => slices[place] as CatalogSlice));
    for (const [at, place] of some.entries()) {
      const { numbers, counts } = rows[at] as SliceRows;
      for (let row = 0; row < numbers.length; row++) {
        const name = nameOf.get(numbers[row] as number);
        if (name !== undefined) add(name, list, place, (counts[row] as number) || HIDDEN);
      }
    }
  }
}

/** By place: what several spellings and sources add does not come in order. */
function rise({ places, counts }: ListedPoints): void {
  if (places.every((place, at) => at === 0 || place > (places[at - 1] as number))) return;
  const order = [...places.keys()].sort((a, b) => (places[a] as number) - (places[b] as number));
  const [sortedPlaces, sortedCounts] = [order.map((at) => places[at]), order.map((at) => counts[at])];
  for (const at of order.keys()) {
    places[at] = sortedPlaces[at] as number;
    counts[at] = sortedCounts[at] as number;
  }
}

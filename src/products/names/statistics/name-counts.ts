import type { Database } from '#platform/postgres/database.ts';
import type { Gender } from '../normalize-gender.ts';
import type { CatalogSlice } from '../read-model/country-catalog.ts';
import { createPlaceFinder, type PlaceFinder } from '../read-model/find-place.ts';
import { histogramOf } from '../read-model/histogram.ts';
import type { SliceRows } from '../read-model/pages.query.ts';
import type { ReadModel, Snapshot } from '../read-model/read-model.ts';
import { findSeries, type SeriesRow } from '../read-model/series.query.ts';
import { nameKey } from '../spelling/name-keys.ts';
import { type CountryArea, slicesOf, type YearRange } from './scope.ts';

/** A name in one area and gender. */
export interface NameCounts {
  readonly scope: CountryArea;
  readonly gender: Gender;
  /** Every published year, rising. */
  readonly slices: readonly CatalogSlice[];
  /** The count in each; null where the name is listed and its count hidden, undefined where it is not listed. */
  readonly counts: readonly (number | null | undefined)[];
  /** Dictionary number of the spelling in each: a slice has one of a name. */
  readonly spellings: readonly (number | undefined)[];
  /** The rank that the office prints in each, where its ranks do not follow from the counts; 0: none. */
  readonly printedRanks: readonly (number | undefined)[];
}

/** What is found of a name, by place of the slice. */
interface Columns {
  readonly counts: (number | null | undefined)[];
  readonly spellings: (number | undefined)[];
  readonly printedRanks: (number | undefined)[];
}

export interface NamesQuestion {
  readonly names: readonly string[];
  readonly scopes: readonly CountryArea[];
  readonly genders: readonly Gender[];
  readonly range: YearRange;
}

export const BOTH_GENDERS: readonly Gender[] = ['F', 'M'];

/** As `findCountsOfNames`, of one name. */
export async function findNameCounts(
  db: Database,
  model: ReadModel,
  snapshot: Snapshot,
  question: Omit<NamesQuestion, 'names'> & { readonly name: string },
): Promise<NameCounts[]> {
  const [counts] = await findCountsOfNames(db, model, snapshot, { ...question, names: [question.name] });
  return counts as NameCounts[];
}

/**
 * The counts of each name, spellings of one key together, in every published year of the areas and genders asked for.
 * Areas without published years of a gender are left out.
 */
export async function findCountsOfNames(
  db: Database,
  model: ReadModel,
  snapshot: Snapshot,
  question: NamesQuestion,
): Promise<NameCounts[][]> {
  const { dictionary } = snapshot;
  const numbers = question.names.map((name) =>
    dictionary.byKey(nameKey(name)).map((at) => dictionary.numbers[at] as number),
  );
  const areaNos = question.scopes.map(({ area }) => area.no);
  const series = numbers.some(({ length }) => length > 0)
    ? await findSeries(db, areaNos, numbers.flat())
    : [];
  const groups = Map.groupBy(series, ({ areaNo, gender, no }) => `${areaNo} ${gender} ${no}`);

  const findPlace = createPlaceFinder();
  const answers: NameCounts[][] = question.names.map(() => []);
  for (const scope of question.scopes) {
    for (const gender of question.genders) {
      const slices = slicesOf(scope, gender, question.range);
      if (slices.length === 0) continue;
      for (const [at, ofName] of numbers.entries()) {
        const rows = ofName.flatMap((no) => groups.get(`${scope.area.no} ${gender} ${no}`) ?? []);
        const found = countsInSeries(slices, rows);
        await addFromPages(model, slices, ofName, found, findPlace);
        answers[at]?.push({ scope, gender, slices, ...found });
      }
    }
  }
  return answers;
}

/** Only the release that supplies a slice may speak for it. */
function countsInSeries(slices: readonly CatalogSlice[], series: readonly SeriesRow[]): Columns {
  const nothing = (): undefined[] => slices.map(() => undefined);
  const found: Columns = { counts: nothing(), spellings: nothing(), printedRanks: nothing() };
  for (const { releaseNo, no, years, counts } of series) {
    let place = 0;
    for (let at = 0; at < years.length; at++) {
      const year = years[at] as number;
      while (place < slices.length && (slices[place] as CatalogSlice).toYear < year) place++;
      const slice = slices[place];
      if (slice?.toYear === year && slice.seriesReleaseNo === releaseNo) {
        found.counts[place] = counts[at] as number;
        found.spellings[place] = no;
      }
    }
  }
  return found;
}

/** Ranks of the office stand on the ranking pages alone; so do hidden counts, and all of a year that is in no series yet. */
function needsPages({ seriesReleaseNo, officeRanks }: CatalogSlice): boolean {
  return seriesReleaseNo === null || officeRanks === 'differ';
}

async function addFromPages(
  model: ReadModel,
  slices: readonly CatalogSlice[],
  numbers: readonly number[],
  found: Columns,
  findPlace: PlaceFinder,
): Promise<void> {
  if (numbers.length === 0 || !slices.some(needsPages)) return;
  const places = [...slices.keys()].filter((place) => needsPages(slices[place] as CatalogSlice));
  const rows = await model.rows(places.map((place) => slices[place] as CatalogSlice));
  places.forEach((place, index) => {
    for (const number of numbers) {
      const at = findPlace((rows[index] as SliceRows).numbers, number);
      if (at < 0) continue;
      found.counts[place] = rows[index]?.counts[at] || null;
      found.spellings[place] = number;
      found.printedRanks[place] = rows[index]?.ranks?.[at];
    }
  });
}

/** How a name stands within a slice. */
export interface Standing {
  /** Null for a hidden count. */
  readonly rank: number | null;
  readonly tied: number | null;
  /** Names listed. */
  readonly outOf: number;
  /** The rank that the office prints; null where it prints none. */
  readonly rankPublished: number | null;
}

/** `printedRank` as in `NameCounts`. */
export function standingOf(
  slice: CatalogSlice,
  count: number | null,
  printedRank: number | undefined,
): Standing {
  const ranked = count === null ? { rank: null, tied: null } : rankInSlice(slice, count);
  const rankPublished = slice.officeRanks === 'same' ? ranked.rank : printedRank || null;
  return { ...ranked, outOf: listedIn(slice), rankPublished };
}

/** Names listed in a slice, hidden ones included. */
function listedIn(slice: CatalogSlice): number {
  if (!slice.parts) return slice.rows;
  const { ranks, frequencies } = histogramOf(slice);
  return (ranks.at(-1) ?? 1) + (frequencies.at(-1) ?? 0) - 1;
}

/** Rank and ties of a count within its slice, by the slice's histogram. */
function rankInSlice(slice: CatalogSlice, count: number): { rank: number; tied: number } {
  const { counts, frequencies, ranks } = histogramOf(slice);
  let low = 0;
  let high = counts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((counts[middle] as number) > count) low = middle + 1;
    else high = middle;
  }
  if (counts[low] === count) return { rank: ranks[low] as number, tied: frequencies[low] as number };
  // Spellings added up give a count that no single row has.
  const rank = low < ranks.length ? (ranks[low] as number) : slice.rows - slice.withheld + 1;
  return { rank, tied: 1 };
}

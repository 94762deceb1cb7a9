import type { Gender } from '../normalize-gender.ts';
import type { CatalogSlice } from '../read-model/country-catalog.ts';
import type { Tally } from '../statistics/balance.ts';
import type { Interval } from '../statistics/beta-quantile.ts';
import { birthsOf } from '../statistics/gender-counts.ts';
import type { GenderLabel } from '../statistics/gender-label.ts';
import { type GenderProbability, genderProbability } from '../statistics/gender-probability.ts';
import { standingOf } from '../statistics/name-counts.ts';
import { type CountryArea, slicesOf, type YearRange } from '../statistics/scope.ts';
import { soundFrom } from '../statistics/sound-years.ts';
import { HIDDEN, type ListedPoints, placeOf, type YearLists } from './listed-points.ts';

/** What is said of a name beside how it was found. */
export interface NameFacts {
  /** As `POST /v1/gender` says, with its rules as they are by default. */
  readonly gender: Gender | null;
  readonly label: GenderLabel;
  readonly femaleProbability: number | null;
  /** Of the female share. */
  readonly interval: Interval | null;
  /** Births that the probability is made of. */
  readonly sampleSize: number;
  /** Of the listing that the name is most used in: the year with the most births, as `GET /v1/names/{name}` says. */
  readonly peakYear: number | null;
  /** The best rank there: over the years asked for, or over all as `GET /v1/names/{name}` says. */
  readonly rank: number | null;
}

/** Answers for names of the same places. `lists`: girls and boys of each of `scopes`, in this order. */
export interface FactsOfNames {
  of(points: readonly (ListedPoints | undefined)[], range: YearRange): NameFacts;
}

export function createFacts(scopes: readonly CountryArea[], lists: readonly YearLists[]): FactsOfNames {
  const birthsIn = createBirths(scopes);
  const probabilityOf = createProbabilities();
  return {
    of(points, range) {
      const countries = scopes.flatMap((scope, at) => {
        const girls = { list: lists[at * 2] as YearLists, points: points[at * 2] };
        const boys = { list: lists[at * 2 + 1] as YearLists, points: points[at * 2 + 1] };
        const { counts, hidden } = tallyOf(girls, boys, range);
        if (counts.F + counts.M === 0) return [];
        return [{ at, counts, hidden, births: birthsIn(scope, range), weight: 1 }];
      });
      const found = probabilityOf(countries, range);
      const listing = mainListing(lists, points, found.gender);
      return {
        gender: found.gender,
        label: found.label,
        femaleProbability: found.femaleProbability,
        interval: found.interval,
        sampleSize: found.counts.F + found.counts.M,
        peakYear: listing ? peakYear(listing) : null,
        rank: listing ? bestRank(listing, range) : null,
      };
    },
  };
}

interface Listing {
  readonly list: YearLists;
  readonly points: ListedPoints | undefined;
}

type PlacedTally = Tally & { readonly at: number; readonly weight: number };

/** Equal tallies are common, and an interval takes some microseconds; so many are kept. */
const KEPT_PROBABILITIES = 20_000;

function createProbabilities(): (countries: readonly PlacedTally[], range: YearRange) => GenderProbability {
  const known = new Map<string, GenderProbability>();
  return (countries, { from, to }) => {
    let key = `${from ?? ''} ${to ?? ''}`;
    for (const { at, counts, hidden } of countries)
      key += ` ${at} ${counts.F} ${counts.M} ${hidden.F} ${hidden.M}`;
    let found = known.get(key);
    if (found) return found;
    if (known.size >= KEPT_PROBABILITIES) known.clear();
    known.set(key, (found = genderProbability(countries)));
    return found;
  };
}

/** Years asked for are few: the births of each stretch are added up once. */
function createBirths(
  scopes: readonly CountryArea[],
): (scope: CountryArea, range: YearRange) => Tally['births'] {
  const known = new Map(scopes.map((scope) => [scope, new Map<string, Tally['births']>()]));
  return (scope, range) => {
    const ofScope = known.get(scope) as Map<string, Tally['births']>;
    const key = `${range.from ?? ''} ${range.to ?? ''}`;
    let births = ofScope.get(key);
    if (births === undefined) {
      births = birthsOf(slicesOf(scope, 'F', range), slicesOf(scope, 'M', range));
      ofScope.set(key, births);
    }
    return births;
  };
}

/** Shown births, and the most that suppression may hide in years that list the name at all. */
function tallyOf(girls: Listing, boys: Listing, range: YearRange): Pick<Tally, 'counts' | 'hidden'> {
  const counts = { F: 0, M: 0 };
  const hidden = { F: 0, M: 0 };
  eachYear(girls, boys, range, (year, F = HIDDEN, M = HIDDEN) => {
    if (F === HIDDEN) hidden.F += hiddenIn(girls.list, year);
    else counts.F += F;
    if (M === HIDDEN) hidden.M += hiddenIn(boys.list, year);
    else counts.M += M;
  });
  return { counts, hidden };
}

/** Walks the years that list the name, of girls and of boys together. */
function eachYear(
  girls: Listing,
  boys: Listing,
  { from = -Infinity, to = Infinity }: YearRange,
  visit: (year: number, girls: number | undefined, boys: number | undefined) => void,
): void {
  let [girl, boy] = [0, 0];
  for (;;) {
    const [ofGirls, ofBoys] = [yearAt(girls, girl), yearAt(boys, boy)];
    const year = Math.min(ofGirls, ofBoys);
    if (year > to || year === Infinity) return;
    const F = ofGirls === year ? girls.points?.counts[girl++] : undefined;
    const M = ofBoys === year ? boys.points?.counts[boy++] : undefined;
    if (year >= from) visit(year, F, M);
  }
}

/** Infinite behind the last one. */
function yearAt({ list, points }: Listing, at: number): number {
  const place = points?.places[at];
  return place === undefined ? Infinity : (list.slices[place] as CatalogSlice).toYear;
}

function hiddenIn(list: YearLists, year: number): number {
  return (list.slices[placeOf(list, year)]?.threshold ?? 1) - 1;
}

/** Where the name is most used: among listings of its gender if it has one, the first of equal ones. */
function mainListing(
  lists: readonly YearLists[],
  points: readonly (ListedPoints | undefined)[],
  gender: Gender | null,
): Required<Listing> | undefined {
  let best: (Listing & { readonly births: number }) | undefined;
  const look = (wanted: Gender | null): void => {
    for (const [at, list] of lists.entries()) {
      const ofList = points[at];
      if (!ofList || (wanted !== null && list.gender !== wanted)) continue;
      const births = ofList.counts.reduce((sum, count) => (count === HIDDEN ? sum : sum + count), 0);
      if (!best || births > best.births) best = { list, points: ofList, births };
    }
  };
  look(gender);
  if (!best) look(null);
  return best;
}

/** In the years from which the figures of the country are sound, if any of those lists the name. */
function soundPlaces({ list, points }: Listing): { first: number } {
  const wanted = soundFrom(list.scope.country.code);
  const last = list.slices[points?.places.at(-1) ?? -1]?.toYear ?? 0;
  if (wanted === undefined || last < wanted) return { first: 0 };
  const first = list.slices.findIndex(({ toYear }) => toYear >= wanted);
  return { first };
}

function peakYear(listing: Listing): number | null {
  const { list, points } = listing;
  const { first } = soundPlaces(listing);
  let best: { readonly count: number; readonly place: number } | undefined;
  for (let at = 0; points && at < points.places.length; at++) {
    const place = points.places[at] as number;
    const count = points.counts[at] as number;
    if (place >= first && count !== HIDDEN && count > (best?.count ?? HIDDEN)) best = { count, place };
  }
  return best ? (list.slices[best.place] as CatalogSlice).toYear : null;
}

function bestRank(listing: Listing, { from, to }: YearRange): number | null {
  const { list, points } = listing;
  const isWhole = from === undefined && to === undefined;
  const { first } = isWhole ? soundPlaces(listing) : { first: 0 };
  let best: number | null = null;
  for (let at = 0; points && at < points.places.length; at++) {
    const place = points.places[at] as number;
    const slice = list.slices[place] as CatalogSlice;
    const count = points.counts[at] as number;
    if (place < first || count === HIDDEN) continue;
    if (slice.toYear < (from ?? -Infinity) || slice.toYear > (to ?? Infinity)) continue;
    const { rank } = standingOf(slice, count, undefined);
    if (rank !== null && (best === null || rank < best)) best = rank;
  }
  return best;
}

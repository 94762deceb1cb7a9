import type { CountryCatalog } from '../read-model/country-catalog.ts';
import type { Dictionary } from '../read-model/dictionary.ts';
import type { SpellingRow } from '../read-model/dictionary.query.ts';
import type { ReadModel, Snapshot } from '../read-model/read-model.ts';
import { compactKey, nameKey, searchFolds } from '../spelling/name-keys.ts';
import { MAX_NAMES } from '../spelling/name-limit.ts';
import { BOTH_GENDERS } from './name-counts.ts';
import type { CountryTotals } from './name-totals.ts';
import { chooseAreas } from './scope.ts';

/** How a hit matches, the most exact first. */
export const MATCH_TYPES = ['exact', 'accents', 'compact', 'prefix', 'contains'] as const;
type MatchType = (typeof MATCH_TYPES)[number];

export interface SearchHit {
  readonly name: string;
  readonly match_type: MatchType;
  readonly total_count: number;
  readonly female_count: number;
  readonly male_count: number;
  readonly last_year: number;
  readonly countries: string[];
}

/** Years of use that decide between hits of one kind. */
const RECENT_YEARS = 10;
/** No sum of births is larger. */
const MAX_USE = 2 ** 31 - 1;

/** Names (canonical dictionary positions) by births in the latest years of all countries, the most used first. */
export interface UseOrder {
  readonly positions: Int32Array;
  /** Position → its place in `positions`. */
  readonly places: Int32Array;
}

/** Adds up the latest years; made once for each version of the data. */
export async function orderByUse(model: ReadModel, snapshot: Snapshot): Promise<UseOrder> {
  const { canonical, size } = snapshot.dictionary;
  const use = new Float64Array(size);
  for (const country of snapshot.countries) {
    for (const gender of BOTH_GENDERS) {
      const slices = country.years(country.national.no, gender).slice(-RECENT_YEARS);
      for (const { numbers, counts } of await model.rows(slices)) {
        for (let at = 0; at < numbers.length; at++)
          use[canonical[numbers[at] as number] as number]! += counts[at] as number;
      }
    }
  }
  // One number a name, exact below 2^53: use (31 bits, falling) and position (22 bits, rising).
  const keys = use.map((births, at) => (MAX_USE - births) * MAX_NAMES + at).sort();
  const positions = Int32Array.from(keys, (key) => key % MAX_NAMES);
  const places = new Int32Array(size);
  for (let at = 0; at < size; at++) places[positions[at] as number] = at;
  return { positions, places };
}

/** Names that match as typed, without accents, without separators, by their start, by any part; then by use. */
export async function searchNames(
  snapshot: Snapshot,
  facts: { readonly use: UseOrder; totalsOf(country: CountryCatalog): Promise<CountryTotals> },
  question: { readonly q: string; readonly country: readonly string[] | undefined; readonly limit: number },
): Promise<SearchHit[]> {
  const { dictionary } = snapshot;
  const countries = chooseAreas(snapshot, question.country, undefined).map(({ country }) => country);
  const totals = await Promise.all(countries.map((country) => facts.totalsOf(country)));
  const hits: SearchHit[] = [];
  for (const { position, match } of candidates(question.q, dictionary, facts.use)) {
    const spelling = dictionary.rows[position] as SpellingRow;
    const numbers = dictionary.byKey(spelling.key).map((at) => dictionary.numbers[at] as number);
    const hit = { name: spelling.name, match_type: match, total_count: 0, female_count: 0, male_count: 0 };
    const found = totals.map((of) => of(numbers));
    for (const total of found) {
      hit.female_count += total?.F ?? 0;
      hit.male_count += total?.M ?? 0;
    }
    hit.total_count = hit.female_count + hit.male_count;
    const listed = countries.filter((_, at) => found[at]).map(({ code }) => code);
    const lastYear = Math.max(...found.map((total) => total?.lastYear ?? 0));
    // The dictionary also knows names of files that were never published, or are no more.
    if (listed.length > 0) hits.push({ ...hit, last_year: lastYear, countries: listed });
    if (hits.length === question.limit) break;
  }
  return hits;
}

/** Canonical positions, each once, by exactness, then recent use, then name. */
function* candidates(
  q: string,
  { folds: index, byKey, byFold, byCompact, canonical, numbers }: Dictionary,
  use: UseOrder,
): Generator<{ position: number; match: MatchType }> {
  const folds = searchFolds(q);
  const each = (positions: readonly number[], found: Visit): void => positions.forEach((at) => found(at));
  const steps: [MatchType, (found: Visit) => void][] = [
    ['exact', (found) => each(byKey(nameKey(q)), found)],
    ['accents', (found) => folds.forEach((fold) => each(byFold(fold), found))],
    ['compact', (found) => folds.forEach((fold) => each(byCompact(compactKey(fold)), found))],
    ['prefix', (found) => folds.forEach((fold) => index().match('prefix', fold, found))],
    ['contains', (found) => folds.forEach((fold) => index().match('contains', fold, found))],
  ];
  const seen = new Set<number>();
  for (const [match, find] of steps) {
    const places = risingPlaces((found) => {
      find((at) => found(use.places[canonical[numbers[at] as number] as number] as number));
    });
    for (const place of places) {
      if (seen.has(place)) continue;
      seen.add(place);
      yield { position: use.positions[place] as number, match };
    }
  }
}

type Visit = (at: number) => void;

/** As many as a page mostly wants: two letters have thousands of hits, of which the first few are shown. */
const PLACES_AT_A_TIME = 64;

/** The visited places, each once, rising; `visitAll` is called again only when more than the first are wanted. */
function* risingPlaces(visitAll: (found: Visit) => void): Generator<number> {
  const least = new Int32Array(PLACES_AT_A_TIME);
  for (
    let after = -1, length = PLACES_AT_A_TIME;
    length === PLACES_AT_A_TIME;
    after = least[length - 1] as number
  ) {
    length = 0;
    visitAll((place) => {
      if (place <= after || (length === PLACES_AT_A_TIME && place >= (least[length - 1] as number))) return;
      let at = length;
      while (at > 0 && (least[at - 1] as number) >= place) at--;
      if (least[at] === place && at < length) return;
      least.copyWithin(at + 1, at, Math.min(length, PLACES_AT_A_TIME - 1));
      least[at] = place;
      if (length < PLACES_AT_A_TIME) length++;
    });
    yield* least.subarray(0, length);
  }
}

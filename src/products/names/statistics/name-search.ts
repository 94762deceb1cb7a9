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

const MAX_USE = 0x7fffffff;
/** Years of use that decide between hits of one kind. */
const RECENT_YEARS = 10;

/** Births of each name (by canonical dictionary position) in the latest years of all countries. */
export type RecentUse = Float64Array;

/** Adds up the latest years; made once for each version of the data. */
export async function recentUse(model: ReadModel, snapshot: Snapshot): Promise<RecentUse> {
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
  return use;
}

/** Names that match as typed, without accents, without separators, by their start, by any part; then by use. */
export async function searchNames(
  snapshot: Snapshot,
  facts: { readonly use: RecentUse; totalsOf(country: CountryCatalog): Promise<CountryTotals> },
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

/** Most used first, then by name. Sorted as numbers (31 bits of use, 22 of position): two letters have thousands of hits. */
function byUse(positions: readonly number[], use: RecentUse): number[] {
  const keys = Float64Array.from(positions, (at) => (MAX_USE - (use[at] as number)) * MAX_NAMES + at).sort();
  return Array.from(keys, (key) => key % MAX_NAMES);
}

/** Canonical positions, each once, by exactness, then recent use, then name. */
function* candidates(
  q: string,
  dictionary: Dictionary,
  use: RecentUse,
): Generator<{ position: number; match: MatchType }> {
  const folds = searchFolds(q);
  const matching = (kind: 'prefix' | 'contains'): number[] => {
    const positions: number[] = [];
    for (const fold of folds) dictionary.folds.match(kind, fold, (at) => positions.push(at));
    return positions;
  };
  const steps: [MatchType, () => readonly number[]][] = [
    ['exact', () => dictionary.byKey(nameKey(q))],
    ['accents', () => folds.flatMap((fold) => dictionary.byFold(fold))],
    ['compact', () => folds.flatMap((fold) => dictionary.byCompact(compactKey(fold)))],
    ['prefix', () => matching('prefix')],
    ['contains', () => matching('contains')],
  ];
  const seen = new Set<number>();
  for (const [match, find] of steps) {
    const canonical = find().map((at) => dictionary.canonical[dictionary.numbers[at] as number] as number);
    const fresh = [...new Set(canonical)].filter((at) => !seen.has(at));
    for (const position of byUse(fresh, use)) {
      seen.add(position);
      yield { position, match };
    }
  }
}

import { AppError } from '#platform/errors.ts';
import type { Snapshot } from '../read-model/read-model.ts';
import { type GenderAnswers, type GenderRules, NAMES_WORTH_A_SUM } from './gender-answers.ts';
import { type GenderProbability, genderProbability } from './gender-probability.ts';
import { genderInWords } from './gender-schemas.ts';
import { type MissingArea, missingMeta } from './missing-areas.ts';
import { creditsOf, rangeOf } from './name-gender.route.ts';
import { type SourceCredit, sourcesOf } from './provenance.ts';
import { chooseAreas, type CountryArea, type YearRange } from './scope.ts';

/** One name of many, with a country and years of its own. */
interface BulkItem {
  readonly id?: string | number;
  readonly name: string;
  readonly country?: string | null;
  readonly year_from?: number | null;
  readonly year_to?: number | null;
}

interface BulkQuestion {
  readonly items: readonly BulkItem[];
  /** Of items without one; undefined: all. */
  readonly countries: readonly string[] | undefined;
  readonly rules: GenderRules;
}

type BulkAnswer = ReturnType<typeof genderInWords> & {
  readonly id: string | number | null;
  readonly country: string | null;
  readonly year_from: number | null;
  readonly year_to: number | null;
  readonly error: string | null;
};

/** Items that are answered from the same places, each distinct name and range once. */
interface Group {
  readonly scopes: readonly CountryArea[];
  /** Place of an answer by name and range. */
  readonly places: Map<string, number>;
  readonly names: { readonly name: string; readonly range: YearRange }[];
  answers: readonly GenderProbability[];
}

const UNKNOWN = genderProbability([]);

/** Answers items in their order; a country that is not known is the item's own error. */
export async function answerItems(
  answers: GenderAnswers,
  snapshot: Snapshot,
  { items, countries, rules }: BulkQuestion,
): Promise<{ data: BulkAnswer[]; meta: { sources: SourceCredit[]; missing_areas?: MissingArea[] } }> {
  const ranges = items.map(({ year_from, year_to }, at) =>
    rangeOf(year_from ?? undefined, year_to ?? undefined, `items[${at}].year_from`),
  );
  const keys = groupKeys(items, ranges);
  const groups = new Map<string, Group | undefined>();
  const places = items.map((item, at) => {
    const key = keys[at] as string;
    if (!groups.has(key))
      groups.set(key, groupOf(snapshot, item.country ? [item.country] : countries, !item.country));
    const group = groups.get(key);
    return group && { group, place: placeIn(group, item.name, ranges[at] ?? {}) };
  });
  for (const group of groups.values())
    if (group) group.answers = await answers.ask(snapshot, { ...group, rules });

  const data = items.map((item, at): BulkAnswer => {
    const place = places[at];
    const answer = place?.group.answers[place.place] ?? UNKNOWN;
    const { id = null, country = null, year_from = null, year_to = null } = item;
    const error = place ? null : 'country_unknown';
    return { id, country, year_from, year_to, ...genderInWords(item.name, answer), error };
  });
  const credits = [...groups.values()].flatMap((group) =>
    group ? creditsOf(group.scopes, group.names.length === 1 ? (group.names[0]?.range ?? {}) : {}) : [],
  );
  return { data, meta: { sources: sourcesOf(credits), ...missingMeta(credits) } };
}

/** By country, and by range where many items share it: those are answered faster. */
function groupKeys(items: readonly BulkItem[], ranges: readonly YearRange[]): string[] {
  const own = items.map(
    ({ country }, at) => `${country ?? ''} ${ranges[at]?.from ?? ''}-${ranges[at]?.to ?? ''}`,
  );
  const sizes = new Map<string, number>();
  for (const key of own) sizes.set(key, (sizes.get(key) ?? 0) + 1);
  return own.map((key, at) => {
    const isWhole = ranges[at]?.from === undefined && ranges[at]?.to === undefined;
    const isShared = isWhole || (sizes.get(key) ?? 0) >= NAMES_WORTH_A_SUM;
    return isShared ? key : `${items[at]?.country ?? ''} others`;
  });
}

function placeIn({ places, names }: Group, name: string, range: YearRange): number {
  const key = `${range.from ?? ''} ${range.to ?? ''} ${name}`;
  const known = places.get(key);
  if (known !== undefined) return known;
  places.set(key, names.length);
  return names.push({ name, range }) - 1;
}

/** Undefined for an item's own country that there is none of; countries of the whole request are refused. */
function groupOf(
  snapshot: Snapshot,
  countries: readonly string[] | undefined,
  isOfRequest: boolean,
): Group | undefined {
  try {
    return { scopes: chooseAreas(snapshot, countries, undefined), places: new Map(), names: [], answers: [] };
  } catch (error) {
    if (!isOfRequest && error instanceof AppError && error.code === 'country_unknown') return undefined;
    throw error;
  }
}

import type { Gender } from '../normalize-gender.ts';
import type { Dictionary } from '../read-model/dictionary.ts';
import type { CatalogSlice, CountryCatalog } from '../read-model/country-catalog.ts';
import { datasetOf } from './provenance.ts';
import type { RankedName, RankingPlan } from './ranking.ts';
import { share } from './schemas.ts';

/** A line of a list. */
export interface ListedName {
  readonly name: string;
  readonly published: string;
  readonly gender: Gender | 'all';
  readonly year: number | null;
  readonly count: number;
  readonly rank: number;
  readonly tied: number;
  readonly share: number;
  readonly country: string;
  readonly area: string;
  readonly status: string;
  readonly year_from?: number;
  readonly year_to?: number;
}

/** A published slice as lists show it among their `meta`. */
export interface ListedSlice {
  readonly country: string;
  readonly area: string;
  readonly gender: string;
  readonly year: number;
  readonly rows: number;
  readonly sum: number;
  readonly withheld: number;
  readonly denominator: { readonly kind: string; readonly value: number };
  readonly quality: string;
  readonly dataset_id: string;
}

/** What the items of one ranking have in common, as JSON: before their counts and after their shares. */
interface Frame {
  readonly head: string;
  readonly tail: string;
}

/** Characters that JSON does not take as they are, and halves of characters. */
const MUST_ESCAPE = /["\\\p{Cc}\p{Cs}]/u;

/** `listedName` of each as a JSON array. A page of objects and a serializer take five times as long. */
export function itemsJson(names: readonly RankedName[], { rows, positions }: Dictionary): string {
  const frames = new Map<RankingPlan, Frame>();
  let text = '[';
  for (const { plan, number, count, rank, tied } of names) {
    let frame = frames.get(plan);
    if (!frame) frames.set(plan, (frame = frameOf(plan)));
    const spelling = rows[positions[number] as number];
    const name = quoted(spelling?.name ?? '');
    const published = spelling?.published === spelling?.name ? name : quoted(spelling?.published ?? '');
    const comma = text === '[' ? '' : ',';
    text += `${comma}{"name":${name},"published":${published}${frame.head}${count},"rank":${rank},"tied":${tied},"share":${share(count, plan.denominator.value)}${frame.tail}`;
  }
  return `${text}]`;
}

function frameOf({ gender, fromYear, toYear, country, area }: RankingPlan): Frame {
  const isSum = fromYear !== toYear;
  const years = isSum ? `,"year_from":${fromYear},"year_to":${toYear}` : '';
  return {
    head: `,"gender":"${gender}","year":${isSum ? 'null' : toYear},"count":`,
    tail: `,"country":${quoted(country.code)},"area":${quoted(area.code)},"status":"exact"${years}}`,
  };
}

/** One item of the list, for the forms that are not JSON. */
export function listedName(
  { plan, number, count, rank, tied }: RankedName,
  { rows, positions }: Dictionary,
): ListedName {
  const spelling = rows[positions[number] as number];
  const isSum = plan.fromYear !== plan.toYear;
  const item = {
    name: spelling?.name ?? '',
    published: spelling?.published ?? '',
    gender: plan.gender,
    year: isSum ? null : plan.toYear,
    count,
    rank,
    tied,
    share: share(count, plan.denominator.value),
    country: plan.country.code,
    area: plan.area.code,
    status: 'exact',
  };
  return isSum ? { ...item, year_from: plan.fromYear, year_to: plan.toYear } : item;
}

function quoted(text: string): string {
  return MUST_ESCAPE.test(text) ? JSON.stringify(text) : `"${text}"`;
}

export function listedSlices({ country, area, slices }: RankingPlan): ListedSlice[] {
  return slices.map((slice) => listedSlice(country, area.code, slice));
}

function listedSlice(country: CountryCatalog, area: string, slice: CatalogSlice): ListedSlice {
  return {
    country: country.code,
    area,
    gender: slice.gender,
    year: slice.toYear,
    rows: slice.rows,
    sum: slice.sum,
    withheld: slice.withheld,
    denominator:
      slice.births === null ? { kind: 'listed', value: slice.sum } : { kind: 'births', value: slice.births },
    quality: slice.quality,
    dataset_id: datasetOf(country, slice),
  };
}

/** The JSON of slices, by the version of the data that they are part of. */
const slicesJsonOf = new WeakMap<CountryCatalog, Map<CatalogSlice, string>>();

/** `listedSlices` of all plans as a JSON array. The slices of a version do not change: each is written once. */
export function slicesJson(plans: readonly RankingPlan[]): string {
  const texts: string[] = [];
  for (const { country, area, slices } of plans) {
    let known = slicesJsonOf.get(country);
    if (!known) slicesJsonOf.set(country, (known = new Map()));
    for (const slice of slices) {
      let text = known.get(slice);
      if (text === undefined)
        known.set(slice, (text = JSON.stringify(listedSlice(country, area.code, slice))));
      texts.push(text);
    }
  }
  return `[${texts.join()}]`;
}

import type { JsonBytes } from '#platform/http/json-bytes.ts';
import type { Gender } from '../normalize-gender.ts';
import type { Dictionary } from '../read-model/dictionary.ts';
import type { CatalogSlice, CountryCatalog } from '../read-model/country-catalog.ts';
import { datasetOf } from './provenance.ts';
import type { RankedName, RankingPlan } from './ranking.ts';
import { billionths, share } from './schemas.ts';

/** A line of a list. */
interface ListedName {
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
interface ListedSlice {
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

/** Writes `listedName` of each as a JSON array. A page of objects and a serializer take five times as long. */
export function writeItems(
  to: JsonBytes,
  names: readonly RankedName[],
  { rows, positions }: Dictionary,
): void {
  const frames = new Map<RankingPlan, Frame>();
  let before = '[{"name":';
  if (names.length === 0) to.raw('[');
  for (const { plan, number, count, rank, tied } of names) {
    let frame = frames.get(plan);
    if (!frame) frames.set(plan, (frame = frameOf(plan)));
    const spelling = rows[positions[number] as number];
    to.raw(before);
    before = ',{"name":';
    to.text(spelling?.name ?? '');
    to.raw(',"published":');
    to.text(spelling?.published ?? '');
    to.raw(frame.head);
    to.whole(count);
    to.raw(',"rank":');
    to.whole(rank);
    to.raw(',"tied":');
    to.whole(tied);
    to.raw(',"share":');
    to.billionths(billionths(count, plan.denominator.value));
    to.raw(frame.tail);
  }
  to.raw(']');
}

function frameOf({ gender, fromYear, toYear, country, area }: RankingPlan): Frame {
  const isSum = fromYear !== toYear;
  const years = isSum ? `,"year_from":${fromYear},"year_to":${toYear}` : '';
  return {
    head: `,"gender":"${gender}","year":${isSum ? 'null' : toYear},"count":`,
    tail: `,"country":${JSON.stringify(country.code)},"area":${JSON.stringify(area.code)},"status":"exact"${years}}`,
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

/** Writes `listedSlices` of all plans as a JSON array. The slices of a version do not change: each text is made once. */
export function writeSlices(to: JsonBytes, plans: readonly RankingPlan[]): void {
  let before = '[';
  for (const { country, area, slices } of plans) {
    let known = slicesJsonOf.get(country);
    if (!known) slicesJsonOf.set(country, (known = new Map()));
    for (const slice of slices) {
      let text = known.get(slice);
      if (text === undefined)
        known.set(slice, (text = JSON.stringify(listedSlice(country, area.code, slice))));
      to.raw(before);
      to.raw(text);
      before = ',';
    }
  }
  to.raw(before === '[' ? '[]' : ']');
}

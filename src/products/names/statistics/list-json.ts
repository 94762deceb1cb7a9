import type { Measure } from '../name-count.ts';
import type { Gender } from '../normalize-gender.ts';
import type { Dictionary } from '../read-model/dictionary.ts';
import type { CatalogSlice, CountryCatalog } from '../read-model/country-catalog.ts';
import { oncePerSlice } from '../read-model/once-per-slice.ts';
import { datasetOf } from './provenance.ts';
import { type CountStatus, hiddenStatus, statusOf } from './count-status.ts';
import type { RankedName, RankingPlan } from './ranking.ts';
import { share } from './schemas.ts';

/** A line of a list. */
interface ListedName {
  readonly name: string;
  readonly published: string;
  readonly gender: Gender | 'all';
  readonly year: number | null;
  readonly count: number | null;
  readonly rank_published: number | null;
  readonly rank: number | null;
  readonly tied: number | null;
  readonly out_of: number;
  readonly share: number | null;
  readonly country: string;
  readonly area: string;
  readonly status: CountStatus;
  readonly rank_differs?: true;
  readonly rank_quality?: 'approx';
  readonly year_from?: number;
  readonly year_to?: number;
}

/** A published slice as lists show it among their `meta`. */
interface ListedSlice {
  readonly country: string;
  readonly area: string;
  readonly gender: string;
  readonly year: number;
  readonly measure: Measure;
  readonly rows: number;
  readonly sum: number;
  readonly withheld: number;
  readonly denominator: { readonly kind: string; readonly value: number };
  /** Listed births of all births; null where no total is loaded. */
  readonly coverage: number | null;
  readonly quality: CatalogSlice['quality'];
  readonly dataset_id: string;
}

/** What the lines of a plan have in common. */
interface PlanFacts {
  readonly isSum: boolean;
  /** Of names with a count, and of those without. */
  readonly status: CountStatus;
  readonly hiddenStatus: CountStatus;
}

const factsOf = new WeakMap<RankingPlan, PlanFacts>();

export function planFacts(plan: RankingPlan): PlanFacts {
  let facts = factsOf.get(plan);
  if (!facts) {
    const { slices, fromYear, toYear } = plan;
    facts = { isSum: fromYear !== toYear, status: statusOf(slices), hiddenStatus: hiddenStatus(slices) };
    factsOf.set(plan, facts);
  }
  return facts;
}

/** One item of the list. */
export function listedName(line: RankedName, { rows, positions }: Dictionary): ListedName {
  const { plan, number, count, rank, tied, outOf, rankPublished, rankDiffers } = line;
  const spelling = rows[positions[number] as number];
  const isHidden = count === 0;
  return {
    name: spelling?.name ?? '',
    published: spelling?.published ?? '',
    gender: plan.gender,
    year: planFacts(plan).isSum ? null : plan.toYear,
    count: isHidden ? null : count,
    rank_published: rankPublished,
    rank: isHidden ? null : rank,
    tied: isHidden ? null : tied,
    out_of: outOf,
    share: isHidden ? null : share(count, plan.denominator.value),
    country: plan.country.code,
    area: plan.area.code,
    ...standing(plan, isHidden, rankDiffers),
  };
}

/** The last fields of a line, which few plans have more than one of. */
export function standing(plan: RankingPlan, isHidden: boolean, rankDiffers: boolean) {
  const { isSum, ...facts } = planFacts(plan);
  const status = isHidden ? facts.hiddenStatus : facts.status;
  return {
    status,
    ...(rankDiffers ? { rank_differs: true as const } : {}),
    ...(status === 'rounded' ? { rank_quality: 'approx' as const } : {}),
    ...(isSum ? { year_from: plan.fromYear, year_to: plan.toYear } : {}),
  };
}

/** Of a sum over areas, those that are added up. */
export function listedSlices({ country, slices }: RankingPlan): ListedSlice[] {
  return slices.flatMap((slice) => publishedSlices(country, slice));
}

function publishedSlices(country: CountryCatalog, slice: CatalogSlice): ListedSlice[] {
  if (!slice.parts) return [publishedSlice(country, slice, slice.quality)];
  return slice.parts.map((part) => publishedSlice(country, part, slice.quality));
}

function publishedSlice(
  country: CountryCatalog,
  slice: CatalogSlice,
  quality: CatalogSlice['quality'],
): ListedSlice {
  return {
    country: country.code,
    area: country.areaOf(slice.areaNo).code,
    gender: slice.gender,
    year: slice.toYear,
    measure: slice.measure,
    rows: slice.rows,
    sum: slice.sum,
    withheld: slice.withheld,
    denominator:
      slice.births === null ? { kind: 'listed', value: slice.sum } : { kind: 'births', value: slice.births },
    coverage: slice.births === null ? null : share(slice.sum, slice.births),
    quality,
    dataset_id: datasetOf(country, slice),
  };
}

/** Without its brackets; a sum over areas may have no part, and is empty then. */
const sliceJson = oncePerSlice((country, slice) =>
  JSON.stringify(publishedSlices(country, slice)).slice(1, -1),
);

/** `listedSlices` of all plans as a JSON array. */
export function slicesJson(plans: readonly RankingPlan[]): string {
  const texts: string[] = [];
  for (const { country, slices } of plans) {
    for (const slice of slices) {
      const text = sliceJson(country, slice);
      if (text !== '') texts.push(text);
    }
  }
  return `[${texts.join()}]`;
}

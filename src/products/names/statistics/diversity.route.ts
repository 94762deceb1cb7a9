import type { FastifyInstance } from 'fastify';
import { type Static, Type } from 'typebox';
import { registerList } from '#platform/http/list-formats.ts';
import { Nullable, OneOf } from '#platform/http/schemas.ts';
import type { CatalogSlice } from '../read-model/country-catalog.ts';
import { histogramOf } from '../read-model/histogram.ts';
import type { ReadModel, Snapshot } from '../read-model/read-model.ts';
import { answerFrom } from './cached-answer.ts';
import {
  atLeast,
  boundsOf,
  type CountGroups,
  type Diversity,
  diversityOf,
  firstNames,
  type UnlistedBounds,
} from './diversity.ts';
import {
  findPublishedYears,
  metaOf,
  metaProperties,
  placeParameters,
  placeProperties,
  type PublishedYears,
  refuseTwoPeriods,
  rounded,
} from './published-years.ts';
import { MeasureParameter, Year } from './schemas.ts';

const Query = Type.Object({
  ...placeParameters,
  year: Type.Optional(Year),
  year_from: Type.Optional(Year),
  year_to: Type.Optional(Year),
  top: Type.Optional(
    Type.Integer({
      minimum: 2,
      maximum: 1_000_000,
      description:
        'The same number of names of each list, to compare countries; lists with fewer are left out',
    }),
  ),
  min_count: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 1_000_000,
      description:
        'The same threshold for each list, to compare countries; lists with a higher one are left out',
    }),
  ),
});

const Bits = Type.Number({ description: 'Bits' });
const ShareOfBirths = Nullable(Type.Number({ description: 'Null where fewer names are counted' }));
const IfKnown = Nullable(Type.Number({ description: 'Null where no total of births is loaded' }));

const Item = Type.Object({
  ...placeProperties,
  measure: MeasureParameter,
  names: Type.Integer({ description: 'Names with a count' }),
  withheld: Type.Integer({ description: 'Names listed whose count is hidden' }),
  births: Type.Integer({ description: 'Sum of the counts' }),
  threshold: Nullable(Type.Integer({ description: 'Counts below it are left out by the office' })),
  entropy: Bits,
  effective_names: Type.Number({ description: '2 to the power of the entropy' }),
  evenness: Nullable(Type.Number({ description: 'Entropy divided by that of equally frequent names' })),
  simpson: Type.Number({ description: 'Chance that two births have different names' }),
  top1: ShareOfBirths,
  top10: ShareOfBirths,
  top100: ShareOfBirths,
  names_for_half: Type.Integer({ description: 'The fewest names that half of the births have' }),
  unlisted: Nullable(
    Type.Integer({ description: 'Births whose names have no count; null where no total is loaded' }),
  ),
  entropy_one_name: IfKnown,
  entropy_at_threshold: IfKnown,
  entropy_single: IfKnown,
  effective_names_one_name: IfKnown,
  effective_names_at_threshold: IfKnown,
  effective_names_single: IfKnown,
  names_for_half_one_name: IfKnown,
  names_for_half_at_threshold: IfKnown,
  names_for_half_single: IfKnown,
  quality: OneOf(['exact', 'approx', 'lower_bound']),
});

/** `GET /v1/statistics/diversity`: how births spread over names, year by year. */
export function diversityRoute(model: ReadModel) {
  return (app: FastifyInstance, _options: object, done: () => void): void => {
    registerList(app, {
      url: '/v1/statistics/diversity',
      config: { access: 'public_read', example: { query: { country: 'US', year: 2020, gender: 'F' } } },
      summary: 'How births spread over names',
      description:
        'Entropy, effective names and shares of the first names of each year, with what births without a listed name could change.',
      tags: ['statistics'],
      query: Query,
      item: Item,
      meta: Type.Object(metaProperties),
      async find({ query, format, request, reply }) {
        const parts = ['diversity', JSON.stringify(query), format];
        return answerFrom({ request, reply, model, parts }, (snapshot) => find(model, snapshot, query));
      },
    });
    done();
  };
}

async function find(model: ReadModel, snapshot: Snapshot, query: Static<typeof Query>) {
  refuseTwoPeriods(query);
  const { year, year_from: from = year, year_to: to = year } = query;
  const wanted = findPublishedYears(snapshot, query).map((years) => ({
    ...years,
    slices: years.slices.filter(
      ({ toYear }) => (from === undefined || toYear >= from) && (to === undefined || toYear <= to),
    ),
  }));
  const sums = wanted.flatMap(({ slices }) => slices.filter(({ parts }) => parts));
  // The counts of sums over areas are known once their rows were read.
  if (sums.length > 0) await model.rows(sums);
  const data = wanted.flatMap((years) => years.slices.flatMap((slice) => itemOf(years, slice, query) ?? []));
  return { data, meta: metaOf(wanted) };
}

function itemOf(
  { country, area, gender }: PublishedYears,
  slice: CatalogSlice,
  { top, min_count: minCount }: Static<typeof Query>,
): Static<typeof Item> | undefined {
  const figures = top === undefined && minCount === undefined ? figuresOf(slice) : undefined;
  const diversity = figures?.diversity ?? diversityOfPart(slice, top, minCount);
  if (!diversity) return undefined;
  const bounds = figures?.bounds;
  return {
    country: country.code,
    area: area.code,
    gender,
    year: slice.toYear,
    measure: slice.measure,
    names: diversity.names,
    withheld: slice.withheld,
    births: diversity.births,
    threshold: slice.threshold,
    entropy: rounded(diversity.entropy, 6),
    effective_names: rounded(diversity.effectiveNames, 3),
    evenness: diversity.evenness === null ? null : rounded(diversity.evenness, 6),
    simpson: rounded(diversity.simpson, 9),
    top1: shareOrNull(diversity.top1),
    top10: shareOrNull(diversity.top10),
    top100: shareOrNull(diversity.top100),
    names_for_half: diversity.namesForHalf,
    unlisted: figures?.unlisted ?? null,
    ...boundProperties(bounds),
    quality: slice.quality,
  };
}

function shareOrNull(share: number | null): number | null {
  return share === null ? null : rounded(share, 9);
}

function boundProperties(bounds: UnlistedBounds | undefined) {
  const of = (figure: 'entropy' | 'effectiveNames' | 'namesForHalf', decimals: number) =>
    (['oneName', 'atThreshold', 'single'] as const).map((each) =>
      bounds ? rounded(bounds[each][figure], decimals) : null,
    ) as [number | null, number | null, number | null];
  const entropy = of('entropy', 6);
  const effective = of('effectiveNames', 3);
  const half = of('namesForHalf', 0);
  return {
    entropy_one_name: entropy[0],
    entropy_at_threshold: entropy[1],
    entropy_single: entropy[2],
    effective_names_one_name: effective[0],
    effective_names_at_threshold: effective[1],
    effective_names_single: effective[2],
    names_for_half_one_name: half[0],
    names_for_half_at_threshold: half[1],
    names_for_half_single: half[2],
  };
}

interface Figures {
  readonly diversity: Diversity | undefined;
  readonly unlisted: number | null;
  readonly bounds: UnlistedBounds | undefined;
}

/** Slices do not change, nor do their figures. */
const known = new WeakMap<CatalogSlice, Figures>();

function figuresOf(slice: CatalogSlice): Figures {
  const found = known.get(slice);
  if (found) return found;
  const groups = shownGroups(slice);
  const diversity = diversityOf(groups);
  const unlisted = slice.births === null || !diversity ? null : Math.max(0, slice.births - diversity.births);
  const bounds = unlisted === null ? undefined : boundsOf(groups, unlisted, slice.threshold);
  const figures = { diversity, unlisted, bounds };
  known.set(slice, figures);
  return figures;
}

/** Undefined where the list does not reach as far as asked: what is compared is to be the same everywhere. */
function diversityOfPart(
  slice: CatalogSlice,
  top: number | undefined,
  minCount: number | undefined,
): Diversity | undefined {
  const isComplete = minCount === undefined || (slice.threshold ?? 1) <= minCount;
  const groups = shownGroups(slice);
  const kept = minCount === undefined ? groups : atLeast(groups, minCount);
  const diversity = isComplete ? diversityOf(top === undefined ? kept : firstNames(kept, top)) : undefined;
  return top === undefined || diversity?.names === top ? diversity : undefined;
}

function shownGroups(slice: CatalogSlice): CountGroups {
  const { counts, frequencies } = histogramOf(slice);
  const end = counts.at(-1) === 0 ? counts.length - 1 : counts.length;
  return { counts: counts.subarray(0, end), frequencies: frequencies.subarray(0, end) };
}

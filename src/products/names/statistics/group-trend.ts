import { Type } from 'typebox';
import { invalidRequest } from '#platform/errors.ts';
import { Nullable, OneOf } from '#platform/http/schemas.ts';
import type { CatalogSlice } from '../read-model/country-catalog.ts';
import { type CountStatus, hiddenStatus, statusOf } from './count-status.ts';
import { distinctNames, type GroupYear, sumOfGroup } from './group-sum.ts';
import { breaksOf } from './method-breaks.ts';
import type { NameCounts } from './name-counts.ts';
import { denominatorOf } from './ranking.ts';
import { perMillion, share } from './schemas.ts';
import { changesOf, trendYearOfSum } from './trend-schemas.ts';

/** Names of one question. */
export const MOST_NAMES = 11;

/** What a question says besides its first name. */
export const groupParameters = {
  names: Type.Optional(
    Type.String({ minLength: 1, maxLength: 1100, description: 'Further names, separated by commas' }),
  ),
  group: Type.Optional(
    OneOf(['sum'], { description: 'One series of the sums of all names, in place of one for each' }),
  ),
};

/** What the sum of a group says besides what a name says. */
export const ofGroup = {
  series: { names: Type.Optional(Type.Array(Type.String(), { description: 'What is added up' })) },
  point: {
    count_at_most: Type.Optional(
      Nullable(Type.Integer({ description: 'Of a sum: with all that may be hidden of its names' })),
    ),
    rank_at_best: Type.Optional(
      Nullable(Type.Integer({ description: 'Of a sum: the rank of count_at_most' })),
    ),
  },
};

interface GroupPoint {
  readonly year: number;
  readonly count: number | null;
  readonly count_at_most: number | null;
  readonly rank_published: null;
  readonly rank: number | null;
  readonly rank_at_best: number | null;
  readonly tied: number | null;
  readonly out_of: number;
  readonly rank_change: number | null;
  readonly share: number | null;
  readonly per_million: number | null;
  readonly status: CountStatus;
  readonly count_below: number | null;
}

/** All names of a question, each once; in a group spellings of one key are one name. Throws `invalid_request`. */
export function namesAskedFor(
  name: string,
  query: { readonly name?: readonly string[]; readonly names?: string; readonly group?: 'sum' },
): string[] {
  const listed = query.names?.split(',').flatMap((each) => each.trim() || []) ?? [];
  const all = [name, ...(query.name ?? []), ...listed];
  const names = query.group ? distinctNames(all) : [...new Set(all)];
  if (names.length <= MOST_NAMES) return names;
  throw invalidRequest('names', `At most ${MOST_NAMES} names can be asked for at once.`);
}

/** Where the sum of these names is answered: of the first ones, where there are too many. */
export function trendPath(names: readonly string[], country?: string): string {
  const [first = '', ...others] = names.slice(0, MOST_NAMES).map((name) => encodeURIComponent(name));
  const inCountry = country === undefined ? [] : [`country=${country}`];
  return `/v1/names/${first}/trend?${[...inCountry, ...others.map((name) => `name=${name}`), 'group=sum'].join('&')}`;
}

/** For each area and gender the sum of all names; `found` is by name, each over the same areas and genders. */
export function groupSeries(
  names: readonly string[],
  found: readonly (readonly NameCounts[])[],
  withChanges: boolean,
) {
  return (found[0] ?? []).map(({ scope, gender, slices }, at) => {
    const { kind } = denominatorOf(slices);
    const breaks = breaksOf(scope.country, slices);
    const sums = sumOfGroup(found.map((ofName) => ofName[at] as NameCounts));
    const years = slices.flatMap((slice, no) => trendYearOfSum(slice, sums[no] as GroupYear, kind) ?? []);
    const points = groupPoints(
      slices,
      sums,
      ({ births, sum }) => (kind === 'births' ? (births as number) : sum),
      new Set(breaks.map(({ year }) => year)),
    );
    return {
      name: names.join(' + '),
      names: [...names],
      country: scope.country.code,
      area: scope.area.code,
      gender,
      measure: (slices[0] as CatalogSlice).measure,
      denominator: kind,
      breaks,
      ...changesOf(years, breaks, points, withChanges),
    };
  });
}

function groupPoints(
  slices: readonly CatalogSlice[],
  sums: readonly GroupYear[],
  totalOf: (slice: CatalogSlice) => number,
  breakYears: ReadonlySet<number>,
): GroupPoint[] {
  let before: GroupPoint | undefined;
  return sums.map((sum, at) => {
    const slice = slices[at] as CatalogSlice;
    const point = pointOf(slice, sum, totalOf(slice));
    const isNext = before?.year === point.year - 1 && !breakYears.has(point.year);
    const former = isNext && isWhole(before) ? before.rank : null;
    const isComparable = former !== null && point.rank !== null && isWhole(point);
    before = { ...point, rank_change: isComparable ? former - point.rank : null };
    return before;
  });
}

function pointOf(slice: CatalogSlice, sum: GroupYear, total: number): Omit<GroupPoint, 'rank_change'> {
  const { count, countAtMost } = sum;
  const shares = { share: share(count ?? 0, total), per_million: perMillion(count ?? 0, total) };
  return {
    year: slice.toYear,
    count,
    count_at_most: countAtMost,
    rank_published: null,
    rank: sum.rank,
    rank_at_best: sum.rankAtBest,
    tied: sum.tied,
    out_of: sum.outOf,
    ...(count === null ? { share: null, per_million: null } : shares),
    status: statusOfSum(slice, sum),
    count_below: count !== null || countAtMost === null ? null : countAtMost + 1,
  };
}

function statusOfSum(slice: CatalogSlice, { count, countAtMost, namesHidden }: GroupYear): CountStatus {
  if (count === null) return namesHidden > 0 ? hiddenStatus([slice]) : 'not_listed';
  return count === countAtMost ? statusOf([slice]) : 'lower_bound';
}

/** Nothing of it can be hidden. */
function isWhole<T extends Pick<GroupPoint, 'count' | 'count_at_most'>>(point: T | undefined): point is T {
  return point !== undefined && point.count !== null && point.count === point.count_at_most;
}

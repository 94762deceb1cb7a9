import { Type } from 'typebox';
import { Nullable, OneOf } from '#platform/http/schemas.ts';
import type { Snapshot } from '../read-model/read-model.ts';
import { type ChangeList, changeProperties, minCountParameter } from './changes-schemas.ts';
import { COUNT_STATUSES, hiddenStatus, statusOf } from './count-status.ts';
import { type MovementBy, visitLost, visitMovers, visitNew } from './list-changes.ts';
import type { ListPair } from './list-pairs.ts';
import { rounded } from './published-years.ts';
import { share } from './schemas.ts';

const SORTS = ['rank', 'count', 'share', 'ratio'] as const satisfies readonly MovementBy[];

const MoversQuery = Type.Object({
  direction: OneOf(['up', 'down', 'both'], { default: 'both' }),
  sort: OneOf(SORTS, {
    default: 'rank',
    description: 'What a movement is measured by; the largest come first. ratio: of the two shares',
  }),
  min_count: minCountParameter(20, 'In one of the two years at least'),
  top: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 1_000_000,
      description: 'Ranks up to this one in one of the two years',
    }),
  ),
});

const Mover = Type.Object({
  ...changeProperties,
  count: Type.Integer(),
  previous_count: Type.Integer(),
  count_change: Type.Integer(),
  rank: Type.Integer(),
  previous_rank: Type.Integer(),
  rank_change: Type.Integer({
    description: 'The former rank less this one: above zero for a name that rose',
  }),
  share: Type.Number(),
  previous_share: Type.Number(),
  share_change: Type.Number(),
  ratio: Type.Number({ description: 'The share divided by the former one' }),
  status: OneOf(COUNT_STATUSES),
});

/** Names of two lists that rose or fell. */
export const moversList: ChangeList<typeof MoversQuery, typeof Mover> = {
  kind: 'movers',
  summary: 'Names that rose or fell',
  description:
    'Names that two lists have with a count, by how far they moved. Nothing is compared across a break of method: see meta.comparisons.',
  query: MoversQuery,
  item: Mover,
  candidates(pair, { sort, direction, min_count: minCount, top = Infinity }, visit) {
    visitMovers(pair, { by: sort, direction, minCount, top }, visit);
  },
  itemOf({ pair, place }, snapshot) {
    const formerPlace = pair.formerPlaces[place] as number;
    const [now, before] = [laterFigures(pair, place), formerFigures(pair, formerPlace)];
    return {
      ...placeOf(pair, pair.later.numbers[place] as number, snapshot),
      count: now.count,
      previous_count: before.count,
      count_change: now.count - before.count,
      rank: now.rank,
      previous_rank: before.rank,
      rank_change: before.rank - now.rank,
      share: now.share,
      previous_share: before.share,
      share_change: rounded(now.count / pair.total - before.count / pair.formerTotal, 9),
      ratio: rounded(now.count / pair.total / (before.count / pair.formerTotal), 4),
      status: statusOf([pair.comparison.slice]),
    };
  },
};

const CountQuery = Type.Object({
  min_count: minCountParameter(0, 'Above 0, names with a hidden count are left out'),
});

const NewQuery = Type.Object({
  ...CountQuery.properties,
  first_time: Type.Optional(
    Type.Boolean({ description: 'Only names that no list of an earlier year has at all' }),
  ),
});

const NewName = Type.Object({
  ...changeProperties,
  count: Nullable(Type.Integer({ description: 'Null: listed, but hidden by the office' })),
  rank: Nullable(Type.Integer()),
  share: Nullable(Type.Number()),
  previous_count_below: Nullable(
    Type.Integer({
      description: 'The former count is below this, the threshold of that year; null: the list was complete',
    }),
  ),
  count_change_at_least: Nullable(Type.Integer()),
  status: OneOf(COUNT_STATUSES),
});

/** Names that a list has and the former one has not. */
export const newList: ChangeList<typeof NewQuery, typeof NewName> = {
  kind: 'new',
  summary: 'Names that were not listed before',
  description:
    'Names of a list that the former one does not have, the most frequent first. They may have been given before, to fewer than the threshold.',
  query: NewQuery,
  item: NewName,
  asksForAllYears: ({ first_time: firstTime = false }) => firstTime,
  candidates: (pair, { min_count: minCount }, visit) => visitNew(pair, minCount, visit),
  itemOf({ pair, place }, snapshot) {
    const { count, rank, share: part } = laterFigures(pair, place);
    const isHidden = count === 0;
    const { slice, former } = pair.comparison;
    return {
      ...placeOf(pair, pair.later.numbers[place] as number, snapshot),
      count: isHidden ? null : count,
      rank: isHidden ? null : rank,
      share: isHidden ? null : part,
      previous_count_below: former?.threshold ?? null,
      count_change_at_least: isHidden ? null : count - pair.hiddenAtMost,
      status: isHidden ? hiddenStatus([slice]) : statusOf([slice]),
    };
  },
};

const LostName = Type.Object({
  ...changeProperties,
  previous_count: Nullable(Type.Integer({ description: 'Null: listed, but hidden by the office' })),
  previous_rank: Nullable(Type.Integer()),
  previous_share: Nullable(Type.Number()),
  count_below: Nullable(
    Type.Integer({
      description: 'The count is below this, the threshold of the year; null: the list is complete',
    }),
  ),
  count_change_at_most: Nullable(
    Type.Integer({ description: 'Were there as many births as the threshold lets the list leave out' }),
  ),
});

/** Names that the former list has and a list has not. */
export const lostList: ChangeList<typeof CountQuery, typeof LostName> = {
  kind: 'lost',
  summary: 'Names that are no longer listed',
  description:
    'Names of the former list that this one does not have, the most frequent first. They may still be given, to fewer than the threshold.',
  query: CountQuery,
  item: LostName,
  candidates: (pair, { min_count: minCount }, visit) => visitLost(pair, minCount, visit),
  itemOf({ pair, place }, snapshot) {
    const { count, rank, share: part } = formerFigures(pair, place);
    const isHidden = count === 0;
    const { threshold } = pair.comparison.slice;
    return {
      ...placeOf(pair, pair.former.numbers[place] as number, snapshot),
      previous_count: isHidden ? null : count,
      previous_rank: isHidden ? null : rank,
      previous_share: isHidden ? null : part,
      count_below: threshold,
      count_change_at_most: isHidden ? null : Math.max(0, (threshold ?? 1) - 1) - count,
    };
  },
};

/** The name and the two lists. */
export function placeOf(
  { comparison: { country, area, gender, slice, former } }: ListPair,
  number: number,
  { dictionary: { rows, positions } }: Snapshot,
) {
  return {
    name: rows[positions[number] as number]?.name ?? '',
    country: country.code,
    area: area.code,
    gender,
    year: slice.toYear,
    previous_year: former?.toYear ?? 0,
  };
}

interface Figures {
  /** 0: hidden. */
  readonly count: number;
  readonly rank: number;
  readonly share: number;
}

export function laterFigures({ later, ranks, total }: ListPair, place: number): Figures {
  return figuresAt(later.counts, ranks, total, place);
}

function formerFigures({ former, formerRanks, formerTotal }: ListPair, place: number): Figures {
  return figuresAt(former.counts, formerRanks, formerTotal, place);
}

function figuresAt(counts: Int32Array, ranks: Int32Array, total: number, place: number): Figures {
  const count = counts[place] as number;
  return { count, rank: ranks[place] as number, share: share(count, total) };
}

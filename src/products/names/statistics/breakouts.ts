import { Type } from 'typebox';
import { Nullable, OneOf } from '#platform/http/schemas.ts';
import { type ChangeList, changeProperties, minCountParameter } from './changes-schemas.ts';
import { COUNT_STATUSES, statusOf } from './count-status.ts';
import { surpriseAt, visitBreakouts } from './list-changes.ts';
import { laterFigures, placeOf } from './movers.ts';
import { rounded } from './published-years.ts';

const Query = Type.Object({
  min_z: Type.Number({ minimum: 1, maximum: 1000, default: 5, description: 'So many standard deviations' }),
  min_count: minCountParameter(20, 'In the later year'),
});

const Breakout = Type.Object({
  ...changeProperties,
  count: Type.Integer(),
  rank: Type.Integer(),
  share: Type.Number(),
  previous_count: Nullable(Type.Integer({ description: 'Null: not listed, or hidden' })),
  previous_count_below: Nullable(
    Type.Integer({
      description: 'Where it is not known: the threshold of the office, one less is taken for it',
    }),
  ),
  expected: Type.Number({ description: 'The former count, times the growth of all births' }),
  z: Type.Number({ description: '(count − expected) / √max(expected, 1)' }),
  status: OneOf(COUNT_STATUSES),
});

/** Names that rose beyond chance from one list to the next. */
export const breakoutsList: ChangeList<typeof Query, typeof Breakout> = {
  kind: 'breakouts',
  summary: 'Names that rose beyond chance',
  description:
    'Names whose count is far above what the former year let expect, by how many standard deviations of a Poisson count.',
  query: Query,
  item: Breakout,
  candidates: (pair, { min_z: minZ, min_count: minCount }, visit) =>
    visitBreakouts(pair, { minZ, minCount: Math.max(1, minCount) }, visit),
  itemOf({ pair, place }, snapshot) {
    const formerPlace = pair.formerPlaces[place] as number;
    const previous = formerPlace < 0 ? 0 : (pair.former.counts[formerPlace] as number);
    const { expected, z } = surpriseAt(pair, place);
    return {
      ...placeOf(pair, pair.later.numbers[place] as number, snapshot),
      ...laterFigures(pair, place),
      previous_count: previous === 0 ? null : previous,
      previous_count_below: previous === 0 ? (pair.comparison.former?.threshold ?? null) : null,
      expected: rounded(expected, 3),
      z: rounded(z, 3),
      status: statusOf([pair.comparison.slice]),
    };
  },
};

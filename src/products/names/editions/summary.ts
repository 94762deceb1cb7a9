import { type Static, Type } from 'typebox';
import { Nullable, OneOf } from '#platform/http/schemas.ts';
import type { Comparison, SliceChange } from './compare-release.ts';

const count = Type.Integer();
const moment = Type.String({ format: 'date-time' });

/** In the view of a dataset. */
export const ChangesView = Type.Object(
  {
    compared_at: moment,
    slices: Type.Object({ new: count, revised: count, same: count, kept: count }),
    names: Type.Object({ new: count, gone: count, revised: count }),
    sum_before: Type.Number({ description: 'Births of the slices that were there already' }),
    sum: Type.Number({ description: 'Births of the same slices now; those of new slices are in `sum_new`' }),
    sum_new: Type.Number(),
  },
  {
    description:
      'What the reading changes in the numbers that were published when it ended; of a dry run what it would change',
  },
);
export type ChangesView = Static<typeof ChangesView>;

const number = Nullable(Type.Integer());
const JumpView = Type.Object({
  name: Type.String(),
  area: Type.String(),
  year: Type.Integer(),
  gender: OneOf(['F', 'M']),
  count_before: number,
  count: number,
  rank_before: number,
  rank: number,
});

/** In `meta` of the list of changes. */
export const ChangesWithJumps = Type.Object({
  ...ChangesView.properties,
  jumps: Type.Object(
    { count: Type.Array(JumpView), rank: Type.Array(JumpView) },
    { description: 'The largest; of ranks where one of both is among the first thousand' },
  ),
});
export type ChangesWithJumps = Static<typeof ChangesWithJumps>;

export function summaryOf({ slices, jumps }: Comparison, now: Date): ChangesWithJumps {
  const kinds = { new: 0, revised: 0, same: 0, kept: 0 };
  for (const { kind } of slices) kinds[kind]++;
  const present = slices.filter(({ kind }) => kind === 'revised' || kind === 'same');
  return {
    compared_at: now.toISOString(),
    slices: kinds,
    names: {
      new: total(present, ({ namesNew }) => namesNew),
      gone: total(present, ({ namesGone }) => namesGone),
      revised: total(present, ({ namesRevised }) => namesRevised),
    },
    sum_before: total(present, ({ formerSum }) => formerSum ?? 0),
    sum: total(present, ({ sum }) => sum),
    sum_new: total(slices, ({ kind, sum }) => (kind === 'new' ? sum : 0)),
    jumps: { count: [...jumps.count], rank: [...jumps.rank] },
  };
}

function total(slices: readonly SliceChange[], of: (slice: SliceChange) => number): number {
  return slices.reduce((sum, slice) => sum + of(slice), 0);
}

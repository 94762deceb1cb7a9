import { type Static, Type } from 'typebox';
import { OneOf } from '#platform/http/schemas.ts';
import { AppError } from '#platform/errors.ts';
import { columnAt, columnsAt } from '../../table/find-column.ts';
import type { TableHead } from '../../table/task-table.ts';

const Computed = Type.Object(
  {
    function: OneOf(['count', 'count_distinct', 'sum', 'mean', 'min', 'max'], {
      description:
        'count: records, or with a column its cells that are not empty · count_distinct: its different texts, not counting the empty one · sum, mean, min, max: of its numbers, exactly; empty cells do not count',
    }),
    column: Type.Optional(Type.String({ description: 'Needed by all functions but count' })),
    as: Type.Optional(
      Type.String({ minLength: 1, description: 'Name of the new column; default e.g. `sum_amount`' }),
    ),
  },
  { additionalProperties: false },
);

export const AggregateOptions = Type.Object(
  {
    by: Type.Array(Type.String(), {
      default: [],
      maxItems: 64,
      description:
        'Records that are equal in these columns are one group; without columns the whole table is one',
    }),
    compute: Type.Array(Computed, {
      default: [{ function: 'count' }],
      minItems: 1,
      maxItems: 64,
      description: 'The columns behind those of `by`',
    }),
  },
  { additionalProperties: false },
);
export type AggregateOptions = Static<typeof AggregateOptions>;

/** One column of the result. */
export interface Computation {
  readonly compute: Static<typeof Computed>['function'];
  readonly name: string;
  /** Place of its column in the table; -1: none. */
  readonly at: number;
}

export interface AggregatePlan {
  readonly groupColumns: readonly number[];
  readonly computations: readonly Computation[];
  /** Columns that have to hold numbers, those of which texts are counted, and those of which cells are. */
  readonly numbers: readonly number[];
  readonly distinct: readonly number[];
  readonly filled: readonly number[];
}

/** Throws AppError unprocessable as `columnAt` does, and `options_contradict`. */
export function planAggregate(table: TableHead, { by, compute }: AggregateOptions): AggregatePlan {
  const taken = new Set(by);
  const computations = compute.map(({ function: kind, column, as }) => {
    if (column === undefined && kind !== 'count') {
      const message = `"${kind}" needs a column: {"function": "${kind}", "column": …}.`;
      throw new AppError('unprocessable', 'options_contradict', message, { fields: ['compute'] });
    }
    const name = as ?? (column === undefined ? 'count' : `${kind}_${column}`);
    if (taken.has(name)) {
      const message = `Two columns of the result would be called ${JSON.stringify(name)}. Name one of them with "as".`;
      throw new AppError('unprocessable', 'options_contradict', message, { fields: ['compute', 'by'] });
    }
    taken.add(name);
    return { compute: kind, name, at: column === undefined ? -1 : columnAt(table, column, 'compute') };
  });
  const columnsOf = (kinds: readonly string[]): number[] => [
    ...new Set(
      computations.filter(({ compute: kind, at }) => at >= 0 && kinds.includes(kind)).map(({ at }) => at),
    ),
  ];
  return {
    groupColumns: columnsAt(table, by, 'by'),
    computations,
    numbers: columnsOf(['sum', 'mean', 'min', 'max']),
    distinct: columnsOf(['count_distinct']),
    filled: columnsOf(['count']),
  };
}

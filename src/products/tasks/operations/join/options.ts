import { type Static, Type } from 'typebox';
import { OneOf } from '#platform/http/schemas.ts';
import { AppError } from '#platform/errors.ts';
import { columnAt, columnsAt } from '../../table/find-column.ts';
import type { TableHead } from '../../table/task-table.ts';
import type { TableHeads } from '../operation.ts';

export const JoinOptions = Type.Object(
  {
    on: Type.Array(
      Type.Object(
        {
          column: Type.String({ description: 'Column of the first file' }),
          column2: Type.Optional(
            Type.String({ description: 'Column of the second file; default: of the same name' }),
          ),
        },
        { additionalProperties: false },
      ),
      { minItems: 1, maxItems: 64, description: 'Records match that are equal in all of these columns' },
    ),
    kind: OneOf(['inner', 'left', 'semi', 'anti'], {
      default: 'inner',
      description:
        'inner: a record for each match · left: also records of the first file without a match, with empty cells · semi: records of the first file that have a match · anti: those that have none',
    }),
    compare: OneOf(['text', 'caseless'], { default: 'text', description: 'As with deduplicate' }),
    columns: Type.Optional(
      Type.Array(Type.String(), {
        maxItems: 4096,
        description: 'Columns of the second file that are added; default: all but those of `on`',
      }),
    ),
    prefix: Type.String({
      default: 'second_',
      maxLength: 100,
      description: 'Stands before the names of added columns that the first file has too',
    }),
    most_records: Type.Integer({
      default: 100_000_000,
      minimum: 1,
      maximum: 10_000_000_000,
      description: 'A join that would match more often is refused before it is written',
    }),
  },
  { additionalProperties: false },
);
export type JoinOptions = Static<typeof JoinOptions>;

export interface JoinPlan {
  readonly keys: readonly number[];
  readonly keys2: readonly number[];
  /** Places of the columns of the second table that are added, and the names they get. */
  readonly added: readonly number[];
  readonly names: readonly string[];
}

/** Throws AppError as `columnAt` does. */
export function planJoin({ table, second }: TableHeads, options: JoinOptions): JoinPlan {
  if (second === undefined)
    throw new AppError('invalid', 'invalid_request', 'A join needs a second file (`file2`).');
  const keys = columnsAt(
    table,
    options.on.map(({ column }) => column),
    'on',
  );
  const keys2 = options.on.map(({ column, column2 }) => columnAt(second, column2 ?? column, 'on'));
  if (options.kind === 'semi' || options.kind === 'anti') return { keys, keys2, added: [], names: [] };
  const added =
    options.columns === undefined
      ? [...second.columns.keys()].filter((at) => !keys2.includes(at))
      : columnsAt(second, options.columns, 'columns');
  return { keys, keys2, added, names: addedNames(table, second, added, options.prefix) };
}

/** A name that is taken gets the prefix, and a number behind it where that is taken too. */
function addedNames(table: TableHead, second: TableHead, added: readonly number[], prefix: string): string[] {
  const taken = new Set(table.columns);
  return added.map((at) => {
    const own = second.columns[at] as string;
    let name = taken.has(own) ? prefix + own : own;
    for (let number = 2; taken.has(name); number++) name = `${prefix}${own}_${number}`;
    taken.add(name);
    return name;
  });
}

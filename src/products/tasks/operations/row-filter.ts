import { type Static, Type } from 'typebox';
import { OneOf } from '#platform/http/schemas.ts';
import { columnAt } from '../table/find-column.ts';
import type { TableHead } from '../table/task-table.ts';

const TESTS = [
  'equals',
  'not_equals',
  'in',
  'not_in',
  'contains',
  'starts_with',
  'ends_with',
  'empty',
  'not_empty',
  'less',
  'at_most',
  'more',
  'at_least',
] as const;

/** A condition on the text of one cell; `less`, `at_most`, `more`, `at_least` compare decimal numbers. */
export const Condition = Type.Object(
  {
    column: Type.String({ description: 'Name of the column' }),
    is: OneOf(TESTS, {
      description: 'less, at_most, more and at_least compare numbers; a cell that is none fails them',
    }),
    value: Type.Optional(Type.String({ description: 'Compared letter by letter; `007` is not `7`' })),
    values: Type.Optional(Type.Array(Type.String(), { maxItems: 100_000, description: 'For in and not_in' })),
    ignore_case: Type.Optional(Type.Boolean({ default: false })),
  },
  { additionalProperties: false, description: 'A condition on one column' },
);
type Condition = Static<typeof Condition>;

export type RowFilter = (cells: readonly string[]) => boolean;

const NUMBER = /^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*$/;

/** Whether all conditions hold for a record. Throws AppError unprocessable for columns that are not there. */
export function rowFilter(table: TableHead, conditions: readonly Condition[]): RowFilter {
  const tests = conditions.map((condition) => {
    const at = columnAt(table, condition.column, 'where');
    return { at, test: cellTest(condition) };
  });
  return (cells) => tests.every(({ at, test }) => test(cells[at] ?? ''));
}

function cellTest({
  is,
  value = '',
  values = [],
  ignore_case: ignoresCase = false,
}: Condition): (cell: string) => boolean {
  const folded = (text: string): string => (ignoresCase ? text.toLowerCase() : text);
  const wanted = folded(value);
  const known = new Set(values.map(folded));
  const number = numberOf(value);
  switch (is) {
    case 'equals':
      return (cell) => folded(cell) === wanted;
    case 'not_equals':
      return (cell) => folded(cell) !== wanted;
    case 'in':
      return (cell) => known.has(folded(cell));
    case 'not_in':
      return (cell) => !known.has(folded(cell));
    case 'contains':
      return (cell) => folded(cell).includes(wanted);
    case 'starts_with':
      return (cell) => folded(cell).startsWith(wanted);
    case 'ends_with':
      return (cell) => folded(cell).endsWith(wanted);
    case 'empty':
      return (cell) => cell === '';
    case 'not_empty':
      return (cell) => cell !== '';
    // Whatever is compared with NaN is false.
    case 'less':
      return (cell) => numberOf(cell) < number;
    case 'at_most':
      return (cell) => numberOf(cell) <= number;
    case 'more':
      return (cell) => numberOf(cell) > number;
    case 'at_least':
      return (cell) => numberOf(cell) >= number;
  }
}

function numberOf(text: string): number {
  return NUMBER.test(text) ? Number(text) : Number.NaN;
}

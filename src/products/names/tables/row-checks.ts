import { type FieldError, fieldError } from '#engine/ingestion/field-error.ts';
import { checkName, nameRefusal } from '../normalize-name.ts';
import { checkCount, checkYear, countRefusal, yearRefusal } from '../normalize-number.ts';
import { checkGender, genderRefusal } from '../normalize-gender.ts';

/** One check of a cell for the report of a refused row; undefined when the cell is good. */
export type CellCheck = (cell: string, column: number, field: string) => FieldError | undefined;

export const nameCell: CellCheck = (cell, column, field) =>
  checkName(cell) === undefined
    ? fieldError('invalid_name', { column, field, value: cell, message: nameRefusal(cell)?.message ?? '' })
    : undefined;

export const genderCell: CellCheck = (cell, column, field) =>
  checkGender(cell) === undefined
    ? fieldError('invalid_gender', {
        column,
        field,
        value: cell,
        message: genderRefusal(cell),
        expected: 'F or M',
      })
    : undefined;

export const countCell: CellCheck = (cell, column, field) =>
  checkCount(cell) === undefined
    ? fieldError('invalid_count', { column, field, value: cell, message: countRefusal(cell) })
    : undefined;

export const yearCell: CellCheck = (cell, column, field) =>
  checkYear(cell) === undefined
    ? fieldError('invalid_year', { column, field, value: cell, message: yearRefusal(cell) })
    : undefined;

/**
 * Everything that is wrong with a row whose columns are checked in order (undefined: a column that nobody reads);
 * called for refused rows alone.
 */
export function rowErrors(
  cells: readonly string[],
  columns: readonly string[],
  checks: readonly (CellCheck | undefined)[],
): readonly FieldError[] {
  const expected = `${columns.length} cells: ${columns.join(', ')}`;
  if (cells.slice(columns.length).some((cell) => cell.trim() !== '')) return [extraCells(cells, columns)];
  const errors: FieldError[] = [];
  checks.forEach((check, at) => {
    if (!check) return;
    const cell = cells[at];
    const column = at + 1;
    const field = columns[at] ?? '';
    const error =
      cell === undefined
        ? fieldError('missing_cell', {
            column,
            field,
            message: `The row ends before column ${column} (${field}).`,
            expected,
          })
        : check(cell, column, field);
    if (error) errors.push(error);
  });
  // Blank cells too many are no fault beside another one.
  return errors.length === 0 && cells.length > columns.length ? [extraCells(cells, columns)] : errors;
}

function extraCells(cells: readonly string[], columns: readonly string[]): FieldError {
  return fieldError('extra_cell', {
    column: columns.length + 1,
    value: cells.slice(columns.length).join(', '),
    message: `The row has ${cells.length} cells, ${columns.length} are expected (${columns.join(', ')}).`,
    expected: `${columns.length} cells: ${columns.join(', ')}`,
  });
}

import { fieldError, type FieldError } from '#engine/ingestion/field-error.ts';
import { exactNumber } from './exact-number.ts';

/** The numbers of a record. One object for all records: valid until the next call. */
export interface RecordNumbers {
  readonly values: { readonly at: number; readonly value: bigint }[];
  readonly errors: FieldError[];
}

/** Reads the cells of some columns as numbers; empty ones are neither number nor error. */
export function createNumberReader(columns: readonly number[]): (cells: readonly string[]) => RecordNumbers {
  const numbers: RecordNumbers = { values: [], errors: [] };
  return (cells) => {
    numbers.values.length = 0;
    // An error is kept by whom it is told to.
    if (numbers.errors.length > 0) numbers.errors.length = 0;
    for (const at of columns) {
      const cell = cells[at] as string;
      if (cell === '') continue;
      const value = exactNumber(cell);
      if (typeof value === 'bigint') numbers.values.push({ at, value });
      else numbers.errors.push(numberError(value, at, cell));
    }
    return numbers;
  };
}

function numberError(fault: 'no number' | 'too long', at: number, cell: string): FieldError {
  const place = { column: at + 1, value: cell };
  if (fault === 'no number') {
    return fieldError('type_error', {
      ...place,
      message: 'This is no decimal number. Write it with digits, and a point before its decimals.',
      expected: 'a decimal number',
    });
  }
  return fieldError('number_out_of_range', {
    ...place,
    message: 'The number has more than 18 digits before its point or behind it. Round it.',
  });
}

import { AppError } from '#platform/errors.ts';
import type { TableHead } from './task-table.ts';

const SHOWN_COLUMNS = 200;

/**
 * The place of a column, from 0. `option`: the option that names it, for the answer. -1 only where further columns may
 * follow (`hasAllColumns` is false): the table is looked at again before the task runs.
 * Throws AppError unprocessable: unknown_column, ambiguous_column (several columns have the name).
 */
export function columnAt(table: TableHead, name: string, option: string): number {
  const { columns, filename } = table;
  const at = columns.indexOf(name);
  if (at < 0) {
    if (!table.hasAllColumns) return -1;
    const message = `"${filename}" has no column ${JSON.stringify(name)}. Its columns are in the details.`;
    throw new AppError('unprocessable', 'unknown_column', message, {
      field: `options.${option}`,
      column: name,
      columns: columns.slice(0, SHOWN_COLUMNS),
    });
  }
  if (columns.includes(name, at + 1)) {
    const message = `"${filename}" has several columns ${JSON.stringify(name)}. Rename them, or choose others.`;
    throw new AppError('unprocessable', 'ambiguous_column', message, {
      field: `options.${option}`,
      column: name,
    });
  }
  return at;
}

/** As `columnAt`, for several. */
export function columnsAt(table: TableHead, names: readonly string[], option: string): number[] {
  return names.map((name) => columnAt(table, name, option));
}

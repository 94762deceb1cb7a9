import { fieldError } from '#engine/ingestion/field-error.ts';
import { rejected } from '#engine/ingestion/row-outcome.ts';
import type { TableLayout } from '../parsers/name-parser.ts';
import { checkCount } from '../normalize-number.ts';

/**
 * The same layout of a wide table, with a column (from 0) that holds the sum of its row: a row whose counts are more
 * than that is refused. They may be less, where an office adds what it does not show.
 */
export function withTotal(layout: TableLayout, column: number): TableLayout {
  return {
    ...layout,
    parseRow(cells, facts) {
      const outcome = layout.parseRow(cells, facts);
      if (outcome.kind !== 'accepted') return outcome;
      const sum = [outcome.record].flat().reduce((total, { count }) => total + (count ?? 0), 0);
      const value = cells[column] ?? '';
      if (sum <= (checkCount(value) ?? 0)) return outcome;
      const field = layout.columns[column] ?? null;
      const message = `The counts of this row add up to ${sum}, more than its total "${value}".`;
      return rejected([fieldError('invalid_count', { column: column + 1, field, value, message })]);
    },
  };
}

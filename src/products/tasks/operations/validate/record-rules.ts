import type { FieldError } from '#engine/ingestion/field-error.ts';
import { AppError } from '#platform/errors.ts';
import type { TableRecord } from '../../table/task-table.ts';

/** What a schema asks of the records of a table. */
export interface RecordRules {
  readonly fields: readonly RuledField[];
  /** Everything that is wrong with a record, taken by itself. */
  errorsOf(record: TableRecord): FieldError[];
  /** What may be in the table only once. */
  readonly uniques: readonly UniqueRule[];
}

interface RuledField {
  readonly name: string;
  /** As the schema says. */
  readonly type: string;
}

export interface UniqueRule {
  /** The field, or the fields of the primary key. */
  readonly name: string;
  /** From 0, the first of the columns. */
  readonly column: number;
  /** Equal for records that clash; undefined for one that clashes with none. */
  keyOf(record: TableRecord): string | undefined;
}

/** `path`: where in the schema, e.g. `fields[2].type`. */
export function invalidSchema(option: string, path: string, message: string): AppError {
  const field = `options.${option}${path === '' ? '' : `.${path}`}`;
  return new AppError('unprocessable', 'invalid_schema', `${field}: ${message}`, { field });
}

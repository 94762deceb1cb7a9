import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import { fieldError, type FieldError } from '#engine/ingestion/field-error.ts';
import { columnAt } from '../../table/find-column.ts';
import type { TableHead, TableRecord } from '../../table/task-table.ts';
import { type CheckValue, constraintChecks, ConstraintError } from './field-constraints.ts';
import { type FieldValue, type ReadValue, valueReader } from './field-values.ts';
import { PatternError } from './pattern-parts.ts';
import { invalidSchema, type RecordRules, type UniqueRule } from './record-rules.ts';

const OPTION = 'table_schema';
const MOST_VALUES = 10_000;
const Text = Type.String({ maxLength: 10_000 });
const Words = Type.Array(Text, { maxItems: MOST_VALUES });
const Length = Type.Integer({ minimum: 0 });
const Bound = Type.Union([Type.String({ maxLength: 1000 }), Type.Number()]);
const ColumnName = Type.String();

const ConstraintsSchema = Type.Object(
  {
    required: Type.Optional(Type.Boolean()),
    unique: Type.Optional(Type.Boolean()),
    minLength: Type.Optional(Length),
    maxLength: Type.Optional(Length),
    minimum: Type.Optional(Bound),
    maximum: Type.Optional(Bound),
    pattern: Type.Optional(Text),
    enum: Type.Optional(
      Type.Array(Type.Union([Text, Type.Number(), Type.Boolean()]), { minItems: 1, maxItems: MOST_VALUES }),
    ),
  },
  { additionalProperties: false },
);

/** What people read may stand beside: `title`, `description`, `example`, `rdfType`. */
const FieldSchema = Type.Object({
  name: ColumnName,
  type: Type.String({ default: 'string' }),
  format: Type.String({ default: 'default', maxLength: 100 }),
  constraints: Type.Optional(ConstraintsSchema),
  missingValues: Type.Optional(Words),
  decimalChar: Type.String({ default: '.', minLength: 1, maxLength: 1 }),
  groupChar: Type.String({ default: '', maxLength: 1 }),
  bareNumber: Type.Boolean({ default: true }),
  trueValues: Type.Array(Text, { default: ['true', 'True', 'TRUE', '1'] }),
  falseValues: Type.Array(Text, { default: ['false', 'False', 'FALSE', '0'] }),
});

/** A Table Schema (specs.frictionlessdata.io/table-schema), without foreign keys. */
const TableSchema = Type.Object({
  fields: Type.Array(FieldSchema, { minItems: 1, maxItems: 4096 }),
  missingValues: Type.Array(Text, { default: [''] }),
  primaryKey: Type.Optional(Type.Union([ColumnName, Type.Array(ColumnName, { minItems: 1, maxItems: 100 })])),
  foreignKeys: Type.Optional(Type.Array(Type.Unknown(), { maxItems: 0 })),
});

interface RuledColumn {
  readonly name: string;
  readonly type: string;
  /** From 0. */
  readonly column: number;
  readonly isRequired: boolean;
  readonly isUnique: boolean;
  readonly missing: ReadonlySet<string>;
  readonly read: ReadValue;
  readonly checks: readonly CheckValue[];
}

/** The rules of a schema for a table. Throws AppError unprocessable: invalid_schema, unknown_column, ambiguous_column. */
export function tableSchemaRules(given: unknown, table: TableHead): RecordRules {
  const filled = Value.Default(TableSchema, structuredClone(given));
  const [problem] = Value.Errors(TableSchema, filled);
  if (problem) throw invalidSchema(OPTION, dotted(problem.instancePath), problem.message);
  const schema = filled as Static<typeof TableSchema>;
  const keyNames = [schema.primaryKey ?? []].flat();
  const columns = schema.fields.map((field, at) => ruledColumn(schema, field, at, keyNames, table));
  const byName = new Map(columns.map((column) => [column.name, column]));
  if (byName.size < columns.length) throw invalidSchema(OPTION, 'fields', 'two fields have the same name');
  const uniques = columns.flatMap((column) => (column.isUnique ? uniqueRule([column]) : []));
  if (keyNames.length > 0) {
    const ofKey = keyNames.map((name) => byName.get(name));
    if (ofKey.includes(undefined))
      throw invalidSchema(OPTION, 'primaryKey', 'names a field that the schema does not have');
    uniques.push(uniqueRule(ofKey as RuledColumn[]));
  }
  return {
    fields: columns.map(({ name, type }) => ({ name, type })),
    errorsOf: (record) => errorsOf(columns, record),
    uniques,
  };
}

function ruledColumn(
  schema: Static<typeof TableSchema>,
  field: Static<typeof FieldSchema>,
  at: number,
  keyNames: readonly string[],
  table: TableHead,
): RuledColumn {
  const path = `fields[${at}]`;
  const { name, type, constraints = {} } = field;
  const read = valueReader(field);
  if (!read)
    throw invalidSchema(OPTION, path, `there is no type "${type}" with the format "${field.format}"`);
  const traits = {
    hasLength: type === 'string' || type === 'array' || type === 'object' || type === 'any',
    hasOrder: ['integer', 'number', 'date', 'time', 'datetime', 'year', 'yearmonth'].includes(type),
    isText: type === 'string' || type === 'any',
  };
  try {
    return {
      name,
      type,
      column: columnAt(table, name, `${OPTION}.${path}.name`),
      isRequired: constraints.required === true || keyNames.includes(name),
      isUnique: constraints.unique === true,
      missing: new Set(field.missingValues ?? schema.missingValues),
      read,
      checks: constraintChecks(constraints, read, traits),
    };
  } catch (error) {
    if (error instanceof ConstraintError)
      throw invalidSchema(OPTION, `${path}.constraints.${error.constraint}`, error.message);
    if (error instanceof PatternError)
      throw invalidSchema(OPTION, `${path}.constraints.pattern`, error.message);
    throw error;
  }
}

function errorsOf(columns: readonly RuledColumn[], { cells }: TableRecord): FieldError[] {
  const errors: FieldError[] = [];
  for (const { name, type, column, isRequired, missing, read, checks } of columns) {
    const text = cells[column] as string;
    const facts = { column: column + 1, field: name };
    if (missing.has(text)) {
      if (isRequired) errors.push(fieldError('required', { ...facts, value: text }));
      continue;
    }
    const value = read(text);
    if (!value) {
      errors.push(fieldError('type_error', { ...facts, value: text, expected: type }));
      continue;
    }
    for (const check of checks) {
      const error = check(value, text, facts);
      if (error) errors.push(error);
    }
  }
  return errors;
}

/** Equal are equal values, however they are written; missing ones are equal to none. */
function uniqueRule(columns: readonly RuledColumn[]): UniqueRule {
  const partOf = ({ column, missing, read }: RuledColumn, cells: readonly string[]): string | undefined => {
    const text = cells[column] as string;
    const value: FieldValue | undefined = missing.has(text) ? undefined : read(text);
    return value?.canonical;
  };
  return {
    name: columns.map(({ name }) => name).join(', '),
    column: columns[0]?.column ?? 0,
    keyOf({ cells }) {
      const parts = columns.map((column) => partOf(column, cells));
      if (parts.includes(undefined)) return undefined;
      return parts.length === 1 ? parts[0] : JSON.stringify(parts);
    },
  };
}

function dotted(pointer: string): string {
  return pointer
    .slice(1)
    .replaceAll(/\/(\d+)/g, '[$1]')
    .replaceAll('/', '.');
}

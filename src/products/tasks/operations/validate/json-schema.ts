import { Ajv, type AnySchemaObject, type ErrorObject, type ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { type ErrorCode } from '#engine/ingestion/error-codes.ts';
import { fieldError, type FieldError } from '#engine/ingestion/field-error.ts';
import type { TableHead, TableRecord } from '../../table/task-table.ts';
import { linearPattern } from './linear-pattern.ts';
import { invalidSchema, type RecordRules } from './record-rules.ts';

const OPTION = 'json_schema';
const DRAFT_7 = /^https?:\/\/json-schema\.org\/draft-07\/schema#?$/;
const DRAFT_2020 = 'https://json-schema.org/draft/2020-12/schema';
/** Longer texts are not looked at by formats. */
const MOST_LETTERS = 10_000;
const MOST_BYTES = 65_536;
const MOST_DEPTH = 60;

const CODES: Readonly<Record<string, ErrorCode>> = {
  type: 'type_error',
  required: 'required',
  dependentRequired: 'required',
  enum: 'enum',
  const: 'enum',
  pattern: 'pattern',
  format: 'pattern',
  propertyNames: 'unknown_column',
  additionalProperties: 'unknown_column',
  unevaluatedProperties: 'unknown_column',
  minLength: 'length',
  maxLength: 'length',
  minimum: 'number_out_of_range',
  maximum: 'number_out_of_range',
  exclusiveMinimum: 'number_out_of_range',
  exclusiveMaximum: 'number_out_of_range',
  multipleOf: 'number_out_of_range',
};

/**
 * A JSON Schema (draft 7 or 2020-12) for each record. Of a table the cells are an object of texts, which count as
 * numbers, booleans and null where the schema wants those; cells that are `missing` are left out. Of a file of objects
 * each is looked at as it is. Throws AppError unprocessable: invalid_schema.
 */
export function jsonSchemaRules(given: unknown, table: TableHead, missing: readonly string[]): RecordRules {
  refuseReferences(given, '', 0);
  if (JSON.stringify(given).length > MOST_BYTES)
    throw invalidSchema(OPTION, '', `is longer than ${MOST_BYTES} bytes`);
  const isOfObjects = table.format === 'ndjson' || table.format === 'json';
  const validate = compiled(given as AnySchemaObject, !isOfObjects);
  const { properties = {} } = given as { properties?: Record<string, { type?: unknown } | undefined> };
  const columns = new Map(table.columns.map((name, at) => [name, at + 1]));
  const isMissing = new Set(missing);
  const objectOf = (record: TableRecord): unknown =>
    record.object
      ? JSON.parse(record.object().toString())
      : cellsAsObject(table.columns, record.cells, isMissing);
  return {
    fields: Object.entries(properties).map(([name, { type } = {}]) => ({ name, type: typeInWords(type) })),
    uniques: [],
    errorsOf(record) {
      const object = objectOf(record);
      if (validate(object)) return [];
      return (validate.errors ?? []).map((error) => errorOf(error, columns, record));
    },
  };
}

function typeInWords(type: unknown): string {
  const types = [type].flat().filter((each) => typeof each === 'string');
  return types.length > 0 ? types.join(' or ') : 'any';
}

/** Everything that a schema refers to is in it: nothing is fetched, and no name outside is asked for. */
function refuseReferences(part: unknown, path: string, depth: number): void {
  if (depth > MOST_DEPTH) throw invalidSchema(OPTION, '', `is nested deeper than ${MOST_DEPTH} levels`);
  if (typeof part !== 'object' || part === null) return;
  for (const [key, value] of Object.entries(part)) {
    const at = path === '' ? key : `${path}.${key}`;
    const isReference = /^\$(?:ref|dynamicRef|recursiveRef)$/.test(key) && typeof value === 'string';
    if (isReference && !value.startsWith('#'))
      throw invalidSchema(OPTION, at, 'refers to something outside of the schema; put it into "$defs"');
    if (key === '$id' && typeof value === 'string')
      throw invalidSchema(OPTION, at, 'a schema of a task has no name of its own; leave "$id" out');
    if (key === '$schema' && value !== DRAFT_2020 && !DRAFT_7.test(String(value)))
      throw invalidSchema(OPTION, at, 'there is draft 7 and draft 2020-12');
    refuseReferences(value, at, depth + 1);
  }
}

function compiled(schema: AnySchemaObject, isOfTexts: boolean): ValidateFunction {
  const options = {
    allErrors: true,
    coerceTypes: isOfTexts,
    strict: true,
    strictTypes: false,
    strictRequired: false,
    strictTuples: false,
    addUsedSchema: false,
    logger: false as const,
    code: { regExp: safePattern },
  };
  try {
    const isDraft7 = DRAFT_7.test(String(schema['$schema']));
    const ajv = isDraft7 ? new Ajv(options) : new Ajv2020(options);
    addFormats.default(ajv);
    for (const format of Object.values(ajv.formats)) limitFormat(format);
    return ajv.compile(schema);
  } catch (error) {
    throw invalidSchema(OPTION, '', (error as Error).message);
  }
}

/** In place of RegExp, for `pattern` and `patternProperties`. */
function safePattern(source: string): { test(text: string): boolean; toString(): string } {
  // Patterns with the same text are one to the compiler.
  return { ...linearPattern(source), toString: () => source };
}
safePattern.code = 'linearPattern';

function limitFormat(format: unknown): void {
  if (typeof format !== 'object' || format === null || !('validate' in format)) return;
  const { validate } = format;
  if (validate instanceof RegExp)
    format.validate = (text: string) => text.length <= MOST_LETTERS && validate.test(text);
}

function cellsAsObject(
  columns: readonly string[],
  cells: readonly string[],
  missing: ReadonlySet<string>,
): object {
  // A column may be called __proto__: entries are the object's own, whatever they are called.
  return Object.fromEntries(
    columns.flatMap((name, at) => {
      const text = cells[at] as string;
      return missing.has(text) ? [] : [[name, text]];
    }),
  );
}

function errorOf(error: ErrorObject, columns: ReadonlyMap<string, number>, record: TableRecord): FieldError {
  const { keyword, params, instancePath, message = 'does not fit' } = error;
  const own = params as {
    missingProperty?: string;
    additionalProperty?: string;
    unevaluatedProperty?: string;
  };
  const [, first] = instancePath.split('/');
  const field =
    first?.replaceAll('~1', '/').replaceAll('~0', '~') ??
    own.missingProperty ??
    own.additionalProperty ??
    own.unevaluatedProperty;
  const column = field === undefined ? undefined : columns.get(field);
  return fieldError(CODES[keyword] ?? 'check_violation', {
    column: column ?? null,
    field: field ?? null,
    value: column === undefined ? '' : (record.cells[column - 1] ?? ''),
    message: `The value ${message}.`,
    expected: keyword,
  });
}

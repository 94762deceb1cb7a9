import { type Static, Type } from 'typebox';
import { fieldError, type FieldError } from '#engine/ingestion/field-error.ts';
import { AppError } from '#platform/errors.ts';
import type { TableHead, TableRecord } from '../table/task-table.ts';
import { defineOperation, type TaskOutcome, type TaskRun } from './operation.ts';
import { findRepeats, type RepeatsKey } from './validate/find-repeats.ts';
import { jsonSchemaRules } from './validate/json-schema.ts';
import { invalidSchema, type RecordRules } from './validate/record-rules.ts';
import { createReport } from './validate/report.ts';
import { tableSchemaRules } from './validate/table-schema.ts';

/** More would take much memory on a large file. */
const MOST_UNIQUES = 32;

const Options = Type.Object(
  {
    table_schema: Type.Optional(
      Type.Object(
        {},
        {
          additionalProperties: true,
          description:
            'A Table Schema: fields with type, format and constraints (required, unique, minLength, maxLength, minimum, maximum, pattern, enum), missingValues, primaryKey',
        },
      ),
    ),
    json_schema: Type.Optional(
      Type.Object(
        {},
        {
          additionalProperties: true,
          description:
            'A JSON Schema (draft 7 or 2020-12) for each record: an object by column, whose texts count as numbers and booleans where the schema wants those. It refers to nothing outside of itself',
        },
      ),
    ),
    missing_values: Type.Array(Type.String({ maxLength: 1000 }), {
      default: [''],
      maxItems: 1000,
      description: 'For `json_schema`: cells that count as not there',
    }),
  },
  { additionalProperties: false },
);
type ValidateOptions = Static<typeof Options>;

/** Whether each record is as a schema says. */
export const validate = defineOperation({
  id: 'validate',
  summary: 'Checks each record by a Table Schema or a JSON Schema',
  description:
    'The result is a report as JSON: how many records are valid, the errors by field and code, the first of them one by one. Records that are not valid are listed with all their errors and are in the rejects as they stand in the file; so are records that are not well-formed, which no schema looks at. Give exactly one of `table_schema` and `json_schema`. `unique` and `primaryKey` are exact at any size: equal are equal values, and the first of them stays. Patterns are those of JavaScript without looking ahead or behind, back references and word boundaries; in a Table Schema a pattern fits the whole text.',
  options: Options,
  example: {
    table_schema: {
      fields: [
        { name: 'name', constraints: { required: true, maxLength: 100 } },
        { name: 'year', type: 'integer', constraints: { minimum: 1880, maximum: 2100 } },
      ],
      primaryKey: 'name',
    },
  },
  check: (options, { table }) => void rulesOf(options, table),
  run: validateTable,
});

/** Throws AppError unprocessable: options_contradict, invalid_schema, unknown_column, ambiguous_column. */
function rulesOf(options: ValidateOptions, table: TableHead): RecordRules {
  const { table_schema: tableSchema, json_schema: jsonSchema, missing_values: missing } = options;
  if ((tableSchema === undefined) === (jsonSchema === undefined)) {
    const message = 'Give exactly one of "table_schema" and "json_schema".';
    throw new AppError('unprocessable', 'options_contradict', message, { field: 'options' });
  }
  if (tableSchema === undefined) return jsonSchemaRules(jsonSchema, table, missing);
  const rules = tableSchemaRules(tableSchema, table);
  if (rules.uniques.length > MOST_UNIQUES)
    throw invalidSchema('table_schema', '', `at most ${MOST_UNIQUES} fields and keys can be unique`);
  return rules;
}

async function validateTable(task: TaskRun<ValidateOptions>): Promise<TaskOutcome> {
  const { table, ledger, result } = task;
  const rules = rulesOf(task.options, table);
  const hasUniques = rules.uniques.length > 0;
  const repeats = hasUniques ? await findRepeats(task, rules.uniques) : undefined;
  const report = createReport(table, rules);
  let place = 0;
  task.progress({ phase: 'checking' });
  await table.read(
    {
      record(record) {
        const errors = rules.errorsOf(record);
        if (repeats) errors.push(...repeated(rules, repeats, record, place));
        place++;
        report.add(record, errors);
        if (errors.length === 0) ledger.use();
        else ledger.reject(record, errors);
      },
    },
    { isRepeat: hasUniques },
  );
  result.open({ extension: '.json', contentType: 'application/json' });
  result.write(report.text());
  return { recordsWritten: report.valid, details: { valid: report.valid, invalid: report.invalid } };
}

function repeated(
  { uniques }: RecordRules,
  repeats: RepeatsKey,
  record: TableRecord,
  place: number,
): FieldError[] {
  return uniques.flatMap(({ name, column }, at) =>
    repeats(record, place, at)
      ? [
          fieldError('duplicate_in_file', {
            column: column + 1,
            field: name,
            value: record.cells[column] ?? '',
          }),
        ]
      : [],
  );
}

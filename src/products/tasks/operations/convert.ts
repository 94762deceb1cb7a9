import { type Static, Type } from 'typebox';
import { fieldError } from '#engine/ingestion/field-error.ts';
import { ENCODINGS } from '#engine/ingestion/dialect.ts';
import { AppError } from '#platform/errors.ts';
import { OneOf } from '#platform/http/schemas.ts';
import type { TableHead, TableRecord } from '../table/task-table.ts';
import { delimitedForm, type RecordForm } from './convert-delimited.ts';
import { objectForm } from './convert-objects.ts';
import { convertToParquet, parquetNames } from './convert-parquet.ts';
import { defineOperation, type TaskOutcome, type TaskRun } from './operation.ts';

const Options = Type.Object({
  to: OneOf(['csv', 'tsv', 'ndjson', 'json', 'parquet'], { description: 'What the result is' }),
  separator: Type.Optional(
    Type.String({
      pattern: '^[\\x01-\\x09\\x0b\\x0c\\x0e-\\x21\\x23-\\x26\\x28-\\x7e]$',
      description: 'Of csv: one ASCII character; a comma unless given',
    }),
  ),
  quotes: Type.Optional(
    OneOf(['where_needed', 'always'], { default: 'where_needed', description: 'Of csv and tsv' }),
  ),
  encoding: Type.Optional(OneOf(ENCODINGS, { description: 'Of csv and tsv; utf-8 unless given' })),
  byte_order_mark: Type.Optional(
    Type.Boolean({ description: 'Of csv and tsv; true for UTF-16, else false unless given' }),
  ),
  line_break: Type.Optional(OneOf(['LF', 'CRLF', 'CR'], { default: 'LF', description: 'Of csv and tsv' })),
  header: Type.Optional(Type.Boolean({ default: true, description: 'Of csv and tsv: the names come first' })),
  empty: Type.Optional(
    OneOf(['text', 'null', 'leave_out'], {
      default: 'text',
      description:
        'What an empty cell without quotes becomes in ndjson, json and parquet: "", null, or nothing (parquet: null)',
    }),
  ),
});
export type ConvertOptions = Static<typeof Options>;

/** A table in another form. */
export const convert = defineOperation({
  id: 'convert',
  summary: 'CSV, TSV, NDJSON, JSON and workbooks into CSV, TSV, NDJSON, JSON or Parquet, in any encoding',
  description:
    'All cells are text: `007` and `1e5` stay so, and are strings in JSON. NDJSON and JSON become each other without a ' +
    'change of their objects; in CSV numbers are as they stand in the file, objects and arrays are JSON, null is empty. ' +
    'Parquet has columns of text. Of a workbook the first sheet is taken, or the one that `part` of the input names. A ' +
    'record with a letter that the encoding lacks is refused.',
  options: Options,
  example: { to: 'ndjson' },
  check(options, { table }) {
    if (options.to === 'parquet') parquetNames(table);
    else formOf(options, table);
  },
  run: (task) => (task.options.to === 'parquet' ? convertToParquet(task) : convertTable(task)),
});

async function convertTable({
  options,
  table,
  result,
  ledger,
}: TaskRun<ConvertOptions>): Promise<TaskOutcome> {
  const form = formOf(options, table);
  let recordsWritten = 0;
  result.open(form.result);
  result.write(form.head);
  await table.read({
    record(record) {
      const bytes = form.record(record, recordsWritten === 0);
      if (typeof bytes === 'number') return ledger.reject(record, [lostLetter(record, bytes, options)]);
      result.write(bytes);
      ledger.use();
      recordsWritten++;
    },
  });
  result.write(form.tail);
  return { recordsWritten };
}

function formOf(options: ConvertOptions, table: TableHead): RecordForm {
  if (options.to === 'csv' || options.to === 'tsv') return delimitedForm(options, table);
  const repeated = table.columns.find((name, at) => table.columns.indexOf(name) !== at);
  if (repeated === undefined) return objectForm(options, table);
  const message = `"${table.filename}" has several columns ${JSON.stringify(repeated)}, and an object has a name once. Rename one.`;
  throw new AppError('unprocessable', 'ambiguous_column', message, { column: repeated });
}

function lostLetter({ cells }: TableRecord, place: number, { encoding = 'utf-8' }: ConvertOptions) {
  return fieldError('encoding_error', {
    column: place + 1,
    value: cells[place] ?? '',
    message: `The value has a letter that ${encoding} lacks. Choose utf-8, or change the value.`,
  });
}

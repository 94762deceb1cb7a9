import { type Static, Type } from 'typebox';
import { createCellWriter } from '../table/cell-writer.ts';
import { columnsAt } from '../table/find-column.ts';
import { formLike } from '../table/table-form.ts';
import type { TableHead, TableRecord } from '../table/task-table.ts';
import { AppError } from '#platform/errors.ts';
import { defineOperation, type TaskOutcome, type TaskRun } from './operation.ts';
import { Condition, rowFilter } from './row-filter.ts';

const Options = Type.Object({
  columns: Type.Optional(
    Type.Array(Type.String(), { minItems: 1, maxItems: 4096, description: 'These columns, in this order' }),
  ),
  exclude: Type.Optional(
    Type.Array(Type.String(), { maxItems: 4096, description: 'All columns but these; not beside `columns`' }),
  ),
  rename: Type.Optional(
    Type.Record(Type.String(), Type.String(), { description: 'Column of the file → its name in the result' }),
  ),
  where: Type.Optional(
    Type.Array(Condition, { maxItems: 100, description: 'Only records for which all of these hold' }),
  ),
});
type Options = Static<typeof Options>;

/** Columns and records of a table, each cell as it stands in the file. */
export const select = defineOperation({
  id: 'select',
  summary: 'Columns, in any order and under other names, and the records that fulfil conditions',
  description:
    'Records that fulfil all conditions of `where` stay in their order; the others are left out as `filtered`. Cells ' +
    'keep their bytes, quotes included; with all columns in their order a record stays as it is.',
  options: Options,
  example: { columns: ['name'], where: [{ column: 'id', is: 'starts_with', value: '00' }] },
  check(options: Options, { table }) {
    placesOf(table, options);
    rowFilter(table, options.where ?? []);
  },
  run: selectFrom,
});

async function selectFrom({ options, table, result, ledger }: TaskRun<Options>): Promise<TaskOutcome> {
  const places = placesOf(table, options);
  const fits = rowFilter(table, options.where ?? []);
  const lines = lineWriter(table, places);
  let recordsWritten = 0;
  result.open(formLike(table));
  if (table.header !== null) result.write(headerLine(table, places, options));
  await table.read({
    record(record) {
      if (!fits(record.cells)) return ledger.leaveOut('filtered');
      lines(record, (bytes) => result.write(bytes));
      ledger.use();
      recordsWritten++;
    },
  });
  return { recordsWritten };
}

/** Places of the columns in the table, in the order of the result. */
function placesOf(table: TableHead, { columns, exclude = [], rename = {} }: Options): readonly number[] {
  if (columns !== undefined && exclude.length > 0) {
    const message = 'Say either which columns stay ("columns") or which go ("exclude"), not both.';
    throw new AppError('unprocessable', 'options_contradict', message, { fields: ['columns', 'exclude'] });
  }
  columnsAt(table, Object.keys(rename), 'rename');
  if (columns !== undefined) return columnsAt(table, columns, 'columns');
  const gone = new Set(columnsAt(table, exclude, 'exclude'));
  const places = table.columns.map((_, at) => at).filter((at) => !gone.has(at));
  if (places.length > 0 || table.columns.length === 0) return places;
  const message = 'No column is left. Exclude fewer.';
  throw new AppError('unprocessable', 'options_contradict', message, { fields: ['exclude'] });
}

/** The bytes of the header where nothing is changed in it. */
function headerLine(table: TableHead, places: readonly number[], { rename = {} }: Options): Buffer {
  const end = Buffer.from(table.lineBreak);
  const names = places.map((at) => rename[table.columns[at] as string] ?? (table.columns[at] as string));
  if (isWhole(table, places) && Object.keys(rename).length === 0) {
    return Buffer.concat([table.header ?? Buffer.alloc(0), end]);
  }
  const writer = createCellWriter(table.dialect);
  const written = writer.cells(names);
  const bytes = written === undefined ? undefined : writer.encode(written);
  if (bytes === undefined) {
    const message = `A new name cannot be written in ${table.dialect.encoding}. Choose another one.`;
    throw new AppError('unprocessable', 'not_writable', message, { field: 'options.rename' });
  }
  return Buffer.concat([bytes, end]);
}

function lineWriter(
  table: TableHead,
  places: readonly number[],
): (record: TableRecord, write: (bytes: Uint8Array | string) => void) => void {
  if (isWhole(table, places)) {
    return (record, write) => write(record.lineBytes());
  }
  const { separator, quote } = table.dialect;
  const [only = 0] = places;
  return (record, write) => {
    // An empty line would be no record.
    if (places.length === 1 && quote !== null && record.cellBytes(only).length === 0) write(quote + quote);
    for (let at = 0; at < places.length; at++) {
      if (at > 0) write(separator);
      write(record.cellBytes(places[at] as number));
    }
    write(record.lineBreak() || table.lineBreak);
  };
}

function isWhole({ columns }: TableHead, places: readonly number[]): boolean {
  return places.length === columns.length && places.every((place, at) => place === at);
}

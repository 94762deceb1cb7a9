import { type Static, Type } from 'typebox';
import { OneOf } from '#platform/http/schemas.ts';
import { withDuckDb } from '#platform/duckdb/database.ts';
import { createKeyWriter, type KeyColumn } from '../sorting/sort-key.ts';
import { createSorter } from '../sorting/sorter.ts';
import { columnAt } from '../table/find-column.ts';
import { formLike } from '../table/table-form.ts';
import type { TableHead } from '../table/task-table.ts';
import { defineOperation, type TaskOutcome, type TaskRun } from './operation.ts';

const SortColumn = Type.Object(
  {
    column: Type.String({ description: 'Its name in the header' }),
    order: OneOf(['ascending', 'descending'], { default: 'ascending' }),
    compare: OneOf(['text', 'caseless', 'number'], {
      default: 'text',
      description:
        'text: by code point · caseless: the same without upper and lower case · number: by value, with cells that are no number behind all others in either order',
    }),
  },
  { additionalProperties: false },
);

const Options = Type.Object(
  {
    by: Type.Array(SortColumn, {
      minItems: 1,
      maxItems: 16,
      description: 'The first column decides, the next one among those that are equal in it, and so on',
    }),
  },
  { additionalProperties: false },
);
type Options = Static<typeof Options>;

/** Records in another order, each with the bytes it came with. */
export const sort = defineOperation({
  id: 'sort',
  summary: 'Records in the order of one or several columns, at any size',
  description:
    'The result has every record of the file, byte for byte, under the same header. Records that are equal in all ' +
    'columns of `by` stay in the order of the file. No language decides: text goes by code point.',
  options: Options,
  example: { by: [{ column: 'name', order: 'ascending', compare: 'caseless' }] },
  check: (options: Options, { table }) => void keyColumns(table, options),
  run: sortTable,
});

function keyColumns(table: TableHead, { by }: Options): readonly KeyColumn[] {
  return by.map(({ column, order, compare }) => ({
    at: columnAt(table, column, 'by'),
    compare,
    isDescending: order === 'descending',
  }));
}

async function sortTable(task: TaskRun<Options>): Promise<TaskOutcome> {
  const { table, options, result, ledger, signal } = task;
  const folder = await task.scratchDir();
  const keyOf = createKeyWriter(keyColumns(table, options));
  const breaks = {
    '': Buffer.from(table.lineBreak),
    '\n': Buffer.from('\n'),
    '\r\n': Buffer.from('\r\n'),
    '\r': Buffer.from('\r'),
  };
  let recordsWritten = 0;

  await withDuckDb({ scratchDir: folder, signal }, async (db) => {
    const sorter = createSorter({ db, folder, name: 'sort' });
    await table.read({
      record(record) {
        sorter.add(keyOf(record.cells), record.raw(), breaks[record.lineBreak()]);
        ledger.use();
      },
      piece: sorter.settle,
    });
    task.progress({ phase: 'merging' });
    result.open(formLike(table));
    if (table.header !== null) result.write(Buffer.concat([table.header, breaks['']]));
    await sorter.merge(
      (record) => {
        result.write(record);
        recordsWritten++;
      },
      async () => {
        signal.throwIfAborted();
        task.progress({ records: recordsWritten });
        await result.drained();
      },
    );
  });
  return { recordsWritten };
}

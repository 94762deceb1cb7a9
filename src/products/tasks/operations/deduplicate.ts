import { type Static, Type } from 'typebox';
import { OneOf } from '#platform/http/schemas.ts';
import { withDuckDb } from '#platform/duckdb/database.ts';
import { createPlaceSet, type PlaceSet } from '../sharding/place-set.ts';
import { createIdentityWriter, type RecordIdentity } from '../sharding/record-key.ts';
import { createShards } from '../sharding/shards.ts';
import { columnsAt } from '../table/find-column.ts';
import { formLike } from '../table/table-form.ts';
import type { TableHead } from '../table/task-table.ts';
import { placesKept } from './deduplicate.query.ts';
import { defineOperation, type TaskOutcome, type TaskRun } from './operation.ts';

const Options = Type.Object(
  {
    by: Type.Optional(
      Type.Array(Type.String(), {
        minItems: 1,
        maxItems: 4096,
        description: 'Records that are equal in all of these columns are duplicates. Default: in all columns',
      }),
    ),
    compare: OneOf(['text', 'caseless'], {
      default: 'text',
      description:
        'text: cells are equal character by character, blanks included · caseless: but for upper and lower case',
    }),
    keep: OneOf(['first', 'last'], { default: 'first', description: 'Which of the duplicates stays' }),
  },
  { additionalProperties: false },
);
type Options = Static<typeof Options>;

/** Each record once. */
export const deduplicate = defineOperation({
  id: 'deduplicate',
  summary: 'Each record once: the first or the last of those that are equal, at any size',
  description:
    'Records stay in their order and keep their bytes; the others are left out as `duplicate`. Cells are compared as ' +
    'the texts they hold, so quotes around a cell make no difference, and nothing is approximate.',
  options: Options,
  example: { by: ['name'], keep: 'first' },
  check: (options: Options, { table }) => void identity(table, options),
  run: deduplicateTable,
});

function identity(table: TableHead, { by, compare }: Options): RecordIdentity {
  const columns = by === undefined ? [...table.columns.keys()] : columnsAt(table, by, 'by');
  return { columns, isCaseless: compare === 'caseless' };
}

async function deduplicateTable(task: TaskRun<Options>): Promise<TaskOutcome> {
  const { table, result, ledger } = task;
  const kept = await findKept(task);
  let place = 0;
  let recordsWritten = 0;
  task.progress({ phase: 'writing' });
  result.open(formLike(table));
  if (table.header !== null) {
    result.write(table.header);
    result.write(table.lineBreak);
  }
  await table.read(
    {
      record(record) {
        if (!kept.has(place++)) return ledger.leaveOut('duplicate');
        result.write(record.raw());
        result.write(record.lineBreak());
        ledger.use();
        recordsWritten++;
      },
    },
    { isRepeat: true },
  );
  return { recordsWritten };
}

/** Reads the table once; only keys and places are put aside. */
async function findKept(task: TaskRun<Options>): Promise<PlaceSet> {
  const { table, options, signal } = task;
  const folder = await task.scratchDir();
  const keyOf = createIdentityWriter(identity(table, options));
  const shards = createShards(folder, 'keys');
  const entry = Buffer.alloc(8);
  let place = 0;
  await table.read({
    record({ cells }) {
      entry.writeDoubleLE(place++);
      shards.add(keyOf(cells), entry);
    },
  });
  task.progress({ phase: 'comparing' });
  const kept = createPlaceSet(place);
  await withDuckDb({ scratchDir: folder, signal }, async (db) => {
    for (const group of shards.groups()) {
      for (const found of await placesKept(db, group, options.keep)) kept.add(found);
      task.progress({ phase: 'comparing' });
    }
  });
  return kept;
}

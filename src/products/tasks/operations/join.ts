import { withDuckDb } from '#platform/duckdb/database.ts';
import { createIdentityWriter } from '../sharding/record-key.ts';
import { createShards, type Shards } from '../sharding/shards.ts';
import type { TableRecord, TaskTable } from '../table/task-table.ts';
import { placeEntry } from './join/match-shard.query.ts';
import { JoinOptions, planJoin } from './join/options.ts';
import { writeJoined } from './join/write-joined.ts';
import { writeMatching } from './join/write-matching.ts';
import { defineOperation, type TaskOutcome, type TaskRun } from './operation.ts';

/** A table with the columns of another one, or with what the other one says about which records stay. */
export const join = defineOperation({
  id: 'join',
  summary:
    'Columns of a second file beside the records that match, or only the records that do or do not match',
  description:
    'The result has the records of the first file in their order, byte for byte; with `inner` and `left` each is followed ' +
    'by the cells of its match, and repeated where there are several, in the order of the second file. Records of which ' +
    'all cells in `on` are empty match nothing. Those that are not in the result are left out as `no_match` or, with ' +
    '`anti`, as `match`; so are the records of the second file that match nothing.',
  secondFile: 'required',
  options: JoinOptions,
  example: { on: [{ column: 'country', column2: 'code' }], kind: 'left' },
  check: (options: JoinOptions, heads) => void planJoin(heads, options),
  run: joinTables,
});

async function joinTables(task: TaskRun<JoinOptions>): Promise<TaskOutcome> {
  const { table, second, options, signal } = task;
  const plan = planJoin({ table, second }, options);
  const folder = await task.scratchDir();
  const keys = createShards(folder, 'keys');
  const places = {
    first: await readKeys(table, plan.keys, false, keys, options),
    second: await readKeys(second as TaskTable, plan.keys2, true, keys, options),
  };
  task.progress({ phase: 'matching' });
  return withDuckDb({ scratchDir: folder, signal }, (db) =>
    options.kind === 'semi' || options.kind === 'anti'
      ? writeMatching(task, db, keys, places)
      : writeJoined(task, plan, db, keys, folder),
  );
}

/** Puts the keys of all records aside; resolves with the number of records. */
async function readKeys(
  table: TaskTable,
  columns: readonly number[],
  isSecond: boolean,
  keys: Shards,
  { compare }: JoinOptions,
): Promise<number> {
  const keyOf = createIdentityWriter({ columns, isCaseless: compare === 'caseless' });
  const isEmpty = ({ cells }: TableRecord): boolean => columns.every((at) => cells[at] === '');
  let place = 0;
  await table.read({
    record(record) {
      if (!isEmpty(record)) keys.add(keyOf(record.cells), placeEntry(isSecond, place));
      place++;
    },
  });
  return place;
}

import { withDuckDb, type DuckDb } from '#platform/duckdb/database.ts';
import { createIdentityWriter } from '../sharding/record-key.ts';
import { createShards, type Shards } from '../sharding/shards.ts';
import { createSorter, type Sorter } from '../sorting/sorter.ts';
import { formLike } from '../table/table-form.ts';
import { distinctOfShard, groupsOfShard } from './aggregate/aggregate-shard.query.ts';
import { countEntry, numberEntry, recordEntry } from './aggregate/entries.ts';
import { groupLines } from './aggregate/group-lines.ts';
import { AggregateOptions, type AggregatePlan, planAggregate } from './aggregate/options.ts';
import { createNumberReader } from './aggregate/read-numbers.ts';
import { defineOperation, type TaskOutcome, type TaskRun } from './operation.ts';

/** Groups of records, and figures about each. */
export const aggregate = defineOperation({
  id: 'aggregate',
  summary: 'Groups of records with counts, sums, means, smallest and largest numbers',
  description:
    'One record for each group, in the order in which the groups begin in the file. Groups differ by the texts of their ' +
    'cells, character by character. Numbers are decimal (`-12.5`, `1e3`), with at most 18 digits before the point and 18 ' +
    'behind it; they are added up exactly, and a mean is rounded to 12 decimals. A record with anything else where a ' +
    'number is needed goes to the rejects and counts nowhere; an empty cell is no number and no error.',
  options: AggregateOptions,
  example: {
    by: ['year'],
    compute: [{ function: 'sum', column: 'count', as: 'total' }, { function: 'count' }],
  },
  check: (options: AggregateOptions, { table }) => void planAggregate(table, options),
  run: aggregateTable,
});

async function aggregateTable(task: TaskRun<AggregateOptions>): Promise<TaskOutcome> {
  const { table, options, result, signal } = task;
  const plan = planAggregate(table, options);
  const folder = await task.scratchDir();
  const lines = groupLines(table, plan);
  const groups = createShards(folder, 'groups');
  const texts = createShards(folder, 'texts');
  let recordsWritten = 0;
  await readGroups(task, plan, groups, texts);

  await withDuckDb({ scratchDir: folder, signal }, async (db) => {
    await countTexts(task, db, texts, groups);
    const sorter = createSorter({ db, folder, name: 'order' });
    await sortGroups(task, db, groups, lines.line, sorter);
    result.open(formLike(table));
    result.write(lines.header);
    await sorter.merge(
      (line) => {
        result.write(line);
        recordsWritten++;
      },
      () => {
        signal.throwIfAborted();
        return result.drained();
      },
    );
  });
  return { recordsWritten };
}

async function readGroups(
  { table, ledger }: TaskRun<AggregateOptions>,
  plan: AggregatePlan,
  groups: Shards,
  texts: Shards,
): Promise<void> {
  const { groupColumns } = plan;
  const keyOf = createIdentityWriter({ columns: groupColumns, isCaseless: false });
  const readNumbers = createNumberReader(plan.numbers);
  const distinct = plan.distinct.map((at) => ({
    at,
    keyOf: createIdentityWriter({ columns: [at], isCaseless: false }),
  }));
  let place = 0;
  await table.read({
    record(record) {
      const { cells } = record;
      const numbers = readNumbers(cells);
      if (numbers.errors.length > 0) return ledger.reject(record, numbers.errors);
      const key = keyOf(cells);
      groups.add(key, recordEntry(place++, JSON.stringify(groupColumns.map((at) => cells[at]))));
      for (const { at, value } of numbers.values) groups.add(key, numberEntry(at, value));
      for (const at of plan.filled) if (cells[at] !== '') groups.add(key, countEntry(~at, 1));
      for (const { at, keyOf: textKey } of distinct) {
        if (cells[at] !== '') texts.add(textKey(cells), textEntry(at, key));
      }
      ledger.use();
    },
  });
}

function textEntry(slot: number, key: Buffer): Buffer {
  const entry = Buffer.allocUnsafe(4 + key.length);
  entry.writeInt32LE(slot, 0);
  key.copy(entry, 4);
  return entry;
}

/** A text is in one shard with all that are equal to it, so what the shards count adds up. */
async function countTexts(
  task: TaskRun<AggregateOptions>,
  db: DuckDb,
  texts: Shards,
  groups: Shards,
): Promise<void> {
  for (const shard of texts.groups()) {
    for (const { key, slot, count } of await distinctOfShard(db, shard))
      groups.add(key, countEntry(slot, count));
    task.progress({ phase: 'counting' });
  }
}

async function sortGroups(
  task: TaskRun<AggregateOptions>,
  db: DuckDb,
  groups: Shards,
  lineOf: ReturnType<typeof groupLines>['line'],
  sorter: Sorter,
): Promise<void> {
  const key = Buffer.alloc(8);
  for (const shard of groups.groups()) {
    for (const group of await groupsOfShard(db, shard)) {
      // Positive doubles compare as their bytes do.
      key.writeDoubleBE(group.place);
      sorter.add(key, lineOf(group));
    }
    await sorter.settle();
    task.progress({ phase: 'grouping' });
  }
}

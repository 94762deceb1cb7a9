import { fieldError } from '#engine/ingestion/field-error.ts';
import type { DuckDb } from '#platform/duckdb/database.ts';
import { AppError } from '#platform/errors.ts';
import type { Shards } from '../../sharding/shards.ts';
import { createSorter, type SortedRecords, type Sorter } from '../../sorting/sorter.ts';
import { type CellWriter, createCellWriter } from '../../table/cell-writer.ts';
import { formLike } from '../../table/table-form.ts';
import type { TaskTable } from '../../table/task-table.ts';
import type { TaskOutcome, TaskRun } from '../operation.ts';
import { countPairs, loadShard, pairsOfShard } from './match-shard.query.ts';
import type { JoinOptions, JoinPlan } from './options.ts';

/**
 * Records of the first table with the cells of their matches. Pairs are put in the order of the second table, which is
 * read once more for its cells, and then in that of the first, which is read once more too.
 */
export async function writeJoined(
  task: TaskRun<JoinOptions>,
  plan: JoinPlan,
  db: DuckDb,
  keys: Shards,
  folder: string,
): Promise<TaskOutcome> {
  const writer = createCellWriter(task.table.dialect);
  const header = headerLine(task, plan, writer);
  const pairs = createSorter({ db, folder, name: 'pairs' });
  await sortPairs(task, db, keys, pairs);
  const matches = createSorter({ db, folder, name: 'matches' });
  await addCells(task, plan, writer, await pairs.open(), matches);
  return writeRecords(task, plan, header, await matches.open());
}

async function sortPairs(task: TaskRun<JoinOptions>, db: DuckDb, keys: Shards, pairs: Sorter): Promise<void> {
  const most = task.options.most_records;
  const key = Buffer.alloc(16);
  let count = 0;
  for (const shard of keys.groups()) {
    await loadShard(db, shard);
    count += await countPairs(db);
    if (count > most) {
      const message = `More than ${most} records match. Join by more columns, deduplicate a file, or raise "most_records".`;
      throw new AppError('unprocessable', 'too_many_records', message, { field: 'options.most_records' });
    }
    for await (const page of pairsOfShard(db)) {
      for (const [first, second] of page) {
        pairs.add(pairKey(key, second, first));
      }
      await pairs.settle();
      task.progress({ phase: 'matching' });
    }
  }
}

/** Positive doubles compare as their bytes do. */
function pairKey(key: Buffer, first: number, second: number): Buffer {
  key.writeDoubleBE(first, 0);
  key.writeDoubleBE(second, 8);
  return key;
}

/** The cells of the second table for each pair, under the place in the first. */
async function addCells(
  { second, ledger, progress }: TaskRun<JoinOptions>,
  { added }: JoinPlan,
  writer: CellWriter,
  pairs: SortedRecords,
  matches: Sorter,
): Promise<void> {
  const table = second as TaskTable;
  const key = Buffer.alloc(16);
  let place = 0;
  let pair = pairs.next();
  progress({ phase: 'joining' });
  try {
    await table.read(
      {
        record(record) {
          const own = place++;
          const isMatch = pair?.key.readDoubleBE(0) === own;
          const text = isMatch
            ? behind(
                writer,
                added.map((at) => record.cells[at] as string),
              )
            : '';
          const cells = text === undefined ? undefined : writer.encode(text);
          if (cells === undefined) ledger.reject(record, [notWritable], table);
          else if (isMatch) ledger.use();
          else ledger.leaveOut('no_match');
          for (; pair?.key.readDoubleBE(0) === own; pair = pairs.next()) {
            if (cells !== undefined) matches.add(pairKey(key, pair.key.readDoubleBE(8), own), cells);
          }
        },
        piece: matches.settle,
      },
      { isRepeat: true },
    );
  } finally {
    pairs.close();
  }
}

const notWritable = fieldError('invalid_character', {
  message: 'A cell cannot be written as the first file is written. Save the first file as UTF-8.',
});

async function writeRecords(
  { table, options, result, ledger }: TaskRun<JoinOptions>,
  { added }: JoinPlan,
  header: Buffer,
  matches: SortedRecords,
): Promise<TaskOutcome> {
  const nothing = table.dialect.separator.repeat(added.length);
  let place = 0;
  let recordsWritten = 0;
  result.open(formLike(table));
  result.write(header);
  try {
    let match = matches.next();
    await table.read(
      {
        record(record) {
          const own = place++;
          const isMatch = match?.key.readDoubleBE(0) === own;
          if (!isMatch && options.kind === 'inner') return ledger.leaveOut('no_match');
          ledger.use();
          const raw = record.raw();
          const lineBreak = record.lineBreak() || table.lineBreak;
          const write = (cells: Uint8Array | string): void => {
            result.write(raw);
            result.write(cells);
            result.write(lineBreak);
            recordsWritten++;
          };
          if (!isMatch) return write(nothing);
          for (; match?.key.readDoubleBE(0) === own; match = matches.next()) write(match.record);
        },
      },
      { isRepeat: true },
    );
  } finally {
    matches.close();
  }
  return { recordsWritten };
}

function headerLine({ table }: TaskRun<JoinOptions>, { names }: JoinPlan, writer: CellWriter): Buffer {
  if (table.header === null) return Buffer.alloc(0);
  const text = behind(writer, names);
  const bytes = text === undefined ? undefined : writer.encode(text + table.lineBreak);
  if (bytes !== undefined) return Buffer.concat([table.header, bytes]);
  const message = `A column of the second file has a name that cannot be written in ${table.dialect.encoding}.`;
  throw new AppError('unprocessable', 'not_writable', message, { field: 'options.columns' });
}

/** Cells as they follow a record: with a separator before each. */
function behind(writer: CellWriter, cells: readonly string[]): string | undefined {
  return cells.length === 0 ? '' : writer.cells(['', ...cells]);
}

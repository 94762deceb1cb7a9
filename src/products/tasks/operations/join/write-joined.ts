import { fieldError } from '#engine/ingestion/field-error.ts';
import type { SourceRecord } from '#engine/ingestion/source-record.ts';
import type { DuckDb } from '#platform/duckdb/database.ts';
import { AppError } from '#platform/errors.ts';
import type { Shards } from '../../sharding/shards.ts';
import { createSorter, type SortedRecords, type Sorter } from '../../sorting/sorter.ts';
import { type CellWriter, createCellWriter } from '../../table/cell-writer.ts';
import { formLike } from '../../table/table-form.ts';
import type { TableRecord, TaskTable } from '../../table/task-table.ts';
import type { TaskOutcome, TaskRun } from '../operation.ts';
import { countPairs, loadShard, pairsOfShard } from './match-shard.query.ts';
import type { JoinOptions, JoinPlan } from './options.ts';

const PAUSE_BYTES = 512 * 1024;

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
  { second, ledger, progress, signal }: TaskRun<JoinOptions>,
  { added }: JoinPlan,
  writer: CellWriter,
  pairs: SortedRecords,
  matches: Sorter,
): Promise<void> {
  const table = second as TaskTable;
  const key = Buffer.alloc(16);
  const waiting: (Buffer | SourceRecord)[] = [];
  const pause = createPause(async () => {
    signal.throwIfAborted();
    progress({});
    await matches.settle();
  });
  let place = 0;
  let pair = pairs.next();
  const settle = async (row: Buffer | SourceRecord): Promise<void> => {
    const own = place++;
    if (pair?.key.readDoubleBE(0) !== own) return ledger.leaveOut('no_match');
    const cells = Buffer.isBuffer(row) ? row : undefined;
    if (Buffer.isBuffer(row)) ledger.use();
    else ledger.reject(row, [notWritable], table);
    for (; pair?.key.readDoubleBE(0) === own; pair = pairs.next()) {
      if (cells === undefined) continue;
      matches.add(pairKey(key, pair.key.readDoubleBE(8), own), cells);
      if (pause.isDue(cells.length + key.length)) await pause.now();
    }
  };
  progress({ phase: 'joining' });
  try {
    await table.read(
      {
        record(record) {
          const text = behind(
            writer,
            added.map((at) => record.cells[at] as string),
          );
          waiting.push((text === undefined ? undefined : writer.encode(text)) ?? copyOf(record));
        },
        async piece() {
          for (const row of waiting) await settle(row);
          waiting.length = 0;
          await matches.settle();
        },
      },
      { isRepeat: true },
    );
  } finally {
    pairs.close();
  }
}

/** What the rejects need of a record, which itself is gone after its turn. */
function copyOf(record: TableRecord): SourceRecord & Pick<TableRecord, 'object'> {
  const { record: number, lineStart, lineEnd, byteOffset, byteEnd } = record;
  const [raw, object] = [record.raw(), record.object?.()];
  const place = { record: number, lineStart, lineEnd, byteOffset, byteEnd };
  return { ...place, raw: () => raw, ...(object && { object: () => object }) };
}

const notWritable = fieldError('invalid_character', {
  message: 'A cell cannot be written as the first file is written. Save the first file as UTF-8.',
});

async function writeRecords(
  { table, options, result, ledger, progress, signal }: TaskRun<JoinOptions>,
  { added }: JoinPlan,
  header: Buffer,
  matches: SortedRecords,
): Promise<TaskOutcome> {
  const nothing = Buffer.from(table.dialect.separator.repeat(added.length));
  const waiting: { readonly raw: Buffer; readonly lineBreak: string }[] = [];
  const pause = createPause(async () => {
    signal.throwIfAborted();
    progress({});
    await result.drained();
  });
  let place = 0;
  let recordsWritten = 0;
  let match = matches.next();
  const settle = async ({ raw, lineBreak }: (typeof waiting)[number]): Promise<void> => {
    const own = place++;
    const isMatch = match?.key.readDoubleBE(0) === own;
    if (!isMatch && options.kind === 'inner') return ledger.leaveOut('no_match');
    ledger.use();
    const write = (cells: Uint8Array): void => {
      result.write(raw);
      result.write(cells);
      result.write(lineBreak);
      recordsWritten++;
    };
    if (!isMatch) return write(nothing);
    for (; match?.key.readDoubleBE(0) === own; match = matches.next()) {
      write(match.record);
      if (pause.isDue(raw.length + match.record.length)) await pause.now();
    }
  };
  result.open(formLike(table));
  result.write(header);
  try {
    await table.read(
      {
        record(record) {
          waiting.push({ raw: record.raw(), lineBreak: record.lineBreak() || table.lineBreak });
        },
        async piece() {
          for (const row of waiting) await settle(row);
          waiting.length = 0;
        },
      },
      { isRepeat: true },
    );
  } finally {
    matches.close();
  }
  return { recordsWritten };
}

interface Pause {
  /** Whether it is time to wait, once so many bytes more have been put somewhere. */
  isDue(bytes: number): boolean;
  now(): Promise<void>;
}

/** A record may match millions of others, all within one piece of its file: it is waited for in between. */
function createPause(now: () => Promise<void>): Pause {
  let since = 0;
  return {
    isDue: (bytes) => (since += bytes) >= PAUSE_BYTES,
    now() {
      since = 0;
      return now();
    },
  };
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

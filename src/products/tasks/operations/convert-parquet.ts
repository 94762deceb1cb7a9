import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { fieldError } from '#engine/ingestion/field-error.ts';
import { withDuckDb } from '#platform/duckdb/database.ts';
import { createTextTable, type GroupRows, writeParquet } from '#platform/duckdb/text-table.query.ts';
import { AppError } from '#platform/errors.ts';
import { foldCase } from '../sorting/sort-key.ts';
import type { TableHead, TableRecord } from '../table/task-table.ts';
import type { ConvertOptions } from './convert.ts';
import type { TaskOutcome, TaskRun } from './operation.ts';

const GROUP_BYTES = 8 * 1024 * 1024;

/** A table as Parquet: columns of text, compressed by zstd. */
export async function convertToParquet(task: TaskRun<ConvertOptions>): Promise<TaskOutcome> {
  const { table, options, result, ledger, signal } = task;
  const names = parquetNames(table);
  const folder = await task.scratchDir();
  const path = join(folder, 'result.parquet');
  const isMissing = ({ cells, quoted }: TableRecord, at: number): boolean =>
    cells[at] === '' && options.empty !== undefined && options.empty !== 'text' && !quoted(at);
  let [records, bytes] = [0, 0];

  await withDuckDb({ scratchDir: folder, signal, memoryMegabytes: 96 }, async (db) => {
    await createTextTable(db, folder, names);
    const appender = await db.appender('cells');
    await table.read({
      record(record) {
        const { cells } = record;
        const broken = cells.findIndex((cell) => !cell.isWellFormed());
        if (broken >= 0)
          return ledger.reject(record, [fieldError('invalid_character', { column: broken + 1 })]);
        for (let at = 0; at < cells.length; at++) {
          if (isMissing(record, at)) appender.missing();
          else appender.text(cells[at] as string);
        }
        appender.endRow();
        records++;
        bytes += record.byteEnd - record.byteOffset;
        ledger.use();
      },
    });
    appender.close();
    task.progress({ phase: 'writing' });
    await writeParquet(db, path, groupRows(bytes / Math.max(1, records)));
  });
  result.open({ extension: '.parquet', contentType: 'application/vnd.apache.parquet' });
  for await (const chunk of createReadStream(path, { signal })) {
    result.write(chunk as Buffer);
    await result.drained();
  }
  return { recordsWritten: records };
}

function groupRows(recordBytes: number): GroupRows {
  if (recordBytes * 122_880 <= GROUP_BYTES * 2) return 122_880;
  return recordBytes * 16_384 <= GROUP_BYTES ? 16_384 : 2048;
}

/**
 * Names of the columns: a blank one becomes `_3` after its place. Throws AppError unprocessable `ambiguous_column` for
 * names that differ in case at most, which many readers of Parquet take for the same, and `not_writable`.
 */
export function parquetNames(table: TableHead): string[] {
  const names = table.columns.map((name, at) => (name.trim() === '' ? `_${at + 1}` : name));
  const places = new Map<string, number>();
  for (const [at, name] of names.entries()) {
    if (name.includes('\0') || !name.isWellFormed()) {
      const message = 'The name of a column has a character that Parquet does not take. Rename it.';
      throw new AppError('unprocessable', 'not_writable', message, {
        column: name.replaceAll('\0', '\u2400'),
      });
    }
    const folded = foldCase(name);
    if (places.has(folded)) {
      const other = names[places.get(folded) as number];
      const message = `"${table.filename}" has the columns ${JSON.stringify(other)} and ${JSON.stringify(name)}, which are one in Parquet. Rename one.`;
      throw new AppError('unprocessable', 'ambiguous_column', message, { column: name });
    }
    places.set(folded, at);
  }
  return names;
}

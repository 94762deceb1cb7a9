import type { TaskResult } from '../operations/operation.ts';
import type { TableHead, TableRecord } from './task-table.ts';

/** The header as it stands in the file, with its line break; nothing where there is none. */
export function headerLine({ header, lineBreak }: TableHead): Buffer {
  return header === null ? Buffer.alloc(0) : Buffer.concat([header, Buffer.from(lineBreak)]);
}

/**
 * Writes a record as it stands in the file. Its line break comes with it; the last record of a file that ends without one
 * gets none, so nothing may follow it: what changes the order writes `table.lineBreak` itself.
 */
export function writeRecord(record: TableRecord, result: Pick<TaskResult, 'write'>): void {
  result.write(record.lineBytes());
}

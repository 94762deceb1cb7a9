import { fieldError, type FieldError } from '#engine/ingestion/field-error.ts';
import { createLedger, type LedgerReport } from '#engine/ingestion/ledger.ts';
import type { RecordError } from '#engine/ingestion/record-error.ts';
import type { SourceRecord } from '#engine/ingestion/source-record.ts';
import type { TaskLedger } from '../operations/operation.ts';
import { storableJson, storableText } from '../storable-json.ts';
import type { TableHead } from '../table/task-table.ts';
import type { RejectsFile } from './task-rejects.ts';

export interface CountingLedger extends TaskLedger {
  /** A record was read, whatever becomes of it. */
  read(): void;
  readonly recordsRead: number;
  refuse(table: TableHead, record: SourceRecord, errors: readonly FieldError[]): void;
  /** Throws when the outcomes do not add up to the records read, which is a bug of the operation. */
  close(): { readonly report: LedgerReport; readonly errors: readonly RecordError[] };
}

/** Errors that are listed one by one; all are counted, and all refused records are in the rejects. */
const DETAIL_CAP = 10_000;

/**
 * Counts what becomes of the records of some tables, which may be added until the first one is read; the first one is that
 * of `reject` where it names none.
 */
export function createTaskLedger(tables: readonly TableHead[], rejects: RejectsFile): CountingLedger {
  const errors: RecordError[] = [];
  const ledger = createLedger({ onError: (error) => errors.push(error), detailCap: DETAIL_CAP });
  const headers = new Map<TableHead, readonly string[]>();
  const headerOf = (table: TableHead): readonly string[] => {
    const header = headers.get(table) ?? table.columns.map(storableText);
    headers.set(table, header);
    return header;
  };
  let recordsRead = 0;
  const refuse: CountingLedger['refuse'] = (table, record, found) => {
    const named = tables.length > 1 ? { entry: table.filename } : {};
    ledger.enter({ ...named, header: headerOf(table) });
    ledger.reject(record, found.length > 0 ? found.map(storable) : [fieldError('system_error')]);
    rejects.add(table, record, found);
  };
  return {
    read() {
      recordsRead++;
    },
    get recordsRead() {
      return recordsRead;
    },
    use: (records = 1) => ledger.accept(records),
    leaveOut: (reason, records = 1) => ledger.skip(reason, records),
    reject: (record, found, table) => refuse(table ?? (tables[0] as TableHead), record, found),
    refuse,
    close: () => ({ report: ledger.close(recordsRead), errors }),
  };
}

function storable(error: FieldError): FieldError {
  return JSON.parse(storableJson(error)) as FieldError;
}

import { createDelimitedReader, type RawRecord } from '../ingestion/delimited-reader.ts';
import type { IngestionLimits } from '../ingestion/limits.ts';
import { createNdjsonReader, type JsonRecord } from '../ingestion/ndjson-reader.ts';
import type { RefusedRecord } from '../ingestion/source-record.ts';
import type { OpenedImport, PlannedFile } from './open-import.ts';

/** Takes the records of an upload in their order. */
export interface RecordVisitor {
  /** A file begins. */
  enter(file: PlannedFile): void;
  /** Before the next chunk: at most so many records follow in it. */
  upcoming?(records: number): Promise<void>;
  /** The line with the column names; not called for NDJSON. */
  header?(record: RawRecord): void;
  cells(record: RawRecord): void;
  object(record: JsonRecord): void;
  /** A record that is not well-formed. */
  refused(record: RefusedRecord): void;
  /** After each chunk, with the number of records so far; `enough` ends the reading. */
  chunk(recordsRead: number): Promise<void | 'enough'>;
}

/**
 * Reads all files of an upload, one after the other; a record's number goes on from file to file, its lines and bytes
 * do not, and a header has no number. Resolves with the number of records.
 */
export async function readRecords(
  opened: OpenedImport,
  visitor: RecordVisitor,
  signal: AbortSignal,
): Promise<number> {
  let records = 0;
  for (const file of opened.files) {
    visitor.enter(file);
    const count = (): void => {
      records++;
    };
    const read = file.format === 'ndjson' ? readObjects : readCells;
    const reader = read(file, opened.limits, records, visitor, count);
    let before = records;
    let unread = 0;
    for await (const chunk of file.source.open(signal)) {
      // A reader may wait for more before it reads; what it has read leaves one unfinished record behind.
      unread = records > before ? chunk.length : unread + chunk.length;
      before = records;
      await visitor.upcoming?.(unread + 1);
      reader.push(chunk);
      if ((await visitor.chunk(records)) === 'enough') return records;
    }
    await visitor.upcoming?.(unread + 1);
    reader.end();
    if ((await visitor.chunk(records)) === 'enough') return records;
  }
  return records;
}

interface Reader {
  push(chunk: Buffer): void;
  end(): void;
}

function readCells(
  { dialect, preamble }: PlannedFile,
  limits: IngestionLimits,
  recordsBefore: number,
  visitor: RecordVisitor,
  count: () => void,
): Reader {
  return createDelimitedReader({
    dialect,
    limits,
    from: { byteOffset: 0, line: 1, record: recordsBefore - preamble },
    onRecord(record) {
      if (record.record === recordsBefore) visitor.header?.(record);
      if (record.record <= recordsBefore) return;
      count();
      visitor.cells(record);
    },
    onError(record) {
      if (record.record <= recordsBefore) return;
      count();
      visitor.refused(record);
    },
  });
}

function readObjects(
  _file: PlannedFile,
  limits: IngestionLimits,
  recordsBefore: number,
  visitor: RecordVisitor,
  count: () => void,
): Reader {
  return createNdjsonReader({
    limits,
    from: { byteOffset: 0, line: 1, record: recordsBefore + 1 },
    onRecord(record) {
      count();
      visitor.object(record);
    },
    onError(record) {
      count();
      visitor.refused(record);
    },
  });
}

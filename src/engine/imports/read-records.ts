import { createDelimitedReader, type RawRecord } from '../ingestion/delimited-reader.ts';
import type { IngestionLimits } from '../ingestion/limits.ts';
import { createNdjsonReader, type JsonRecord } from '../ingestion/ndjson-reader.ts';
import type { RefusedRecord } from '../ingestion/source-record.ts';
import type { OpenedImport, PlannedFile } from './open-import.ts';

/** Takes the records of an upload in their order. */
export interface RecordVisitor {
  /** A file begins. */
  enter(file: PlannedFile): void;
  /** The line with the column names; not called for NDJSON. */
  header?(record: RawRecord): void;
  cells(record: RawRecord): void;
  object(record: JsonRecord): void;
  /** A record that is not well-formed. */
  refused(record: RefusedRecord): void;
  /** After each chunk, with the number of records so far. */
  chunk(recordsRead: number): Promise<void>;
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
    for await (const chunk of file.source.open(signal)) {
      reader.push(chunk);
      await visitor.chunk(records);
    }
    reader.end();
    await visitor.chunk(records);
  }
  return records;
}

interface Reader {
  push(chunk: Buffer): void;
  end(): void;
}

function readCells(
  { dialect }: PlannedFile,
  limits: IngestionLimits,
  recordsBefore: number,
  visitor: RecordVisitor,
  count: () => void,
): Reader {
  return createDelimitedReader({
    dialect,
    limits,
    from: { byteOffset: 0, line: 1, record: recordsBefore },
    onRecord(record) {
      if (record.record === recordsBefore) return visitor.header?.(record);
      count();
      visitor.cells(record);
    },
    onError(record) {
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

import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { type CopyText, createCopyText } from '#platform/postgres/copy-text.ts';
import type { Session } from '#platform/postgres/database.ts';
import type { RecordError } from '../ingestion/record-error.ts';
import type { Resource } from './resource.ts';
import { stageCopy, stageErrorsCopy, type StageNames } from './stage-table.query.ts';

/** A record as it is staged. */
export interface StagedRecord {
  readonly record: number;
  readonly lineStart: number;
  readonly lineEnd: number;
  readonly byteOffset: number;
  readonly present: number;
  readonly isRejected: boolean;
  readonly entry: string | null;
}

/** Fills both tables over one connection. */
export interface StageWriter {
  write(record: StagedRecord, values: readonly (string | null)[]): void;
  error(error: RecordError, ord: number): void;
  /** Resolves once the server can take more. */
  ready(): Promise<void>;
  end(): Promise<void>;
}

const CHUNK_BYTES = 1 << 18;
/** Errors wait for the COPY of records to be interrupted for them. */
const WAITING_ERROR_BYTES = 4 << 20;

/** Within a transaction. */
export function openStageWriter(session: Session, stage: StageNames, resource: Resource): StageWriter {
  let copy = openCopy(session, stageCopy(stage, resource));
  let errorChunks: Buffer[] = [];
  let errorBytes = 0;
  const rows = createCopyText({ chunkBytes: CHUNK_BYTES, onChunk: (chunk) => copy.write(chunk) });
  const errors = createCopyText({
    chunkBytes: CHUNK_BYTES,
    onChunk(chunk) {
      errorChunks.push(chunk);
      errorBytes += chunk.length;
    },
  });

  return {
    write: (record, values) => writeRecord(rows, record, values),
    error: (error, ord) => writeError(errors, error, ord),
    async ready() {
      await copy.ready();
      if (errorBytes < WAITING_ERROR_BYTES) return;
      await endRows();
      await copyErrors();
      copy = openCopy(session, stageCopy(stage, resource));
    },
    async end() {
      await endRows();
      await copyErrors();
    },
  };

  async function endRows(): Promise<void> {
    rows.flush();
    await copy.end();
  }

  async function copyErrors(): Promise<void> {
    errors.flush();
    const chunks = errorChunks;
    errorChunks = [];
    errorBytes = 0;
    if (chunks.length === 0) return;
    const stream = openCopy(session, stageErrorsCopy(stage));
    for (const chunk of chunks) {
      stream.write(chunk);
      await stream.ready();
    }
    await stream.end();
  }
}

function writeRecord(rows: CopyText, record: StagedRecord, values: readonly (string | null)[]): void {
  rows.number(record.record);
  rows.number(record.lineStart);
  rows.number(record.lineEnd);
  rows.number(record.byteOffset);
  rows.number(record.present);
  rows.cell(record.isRejected ? 't' : 'f');
  rows.cell(record.entry);
  for (let at = 0; at < values.length; at++) rows.cell(values[at] as string | null);
  rows.endRow();
}

function writeError(rows: CopyText, error: RecordError, ord: number): void {
  rows.number(error.record);
  rows.number(ord);
  rows.number(error.line_start);
  rows.number(error.line_end);
  rows.number(error.byte_offset);
  rows.cell(error.column_index === null ? null : String(error.column_index));
  rows.cell(error.code);
  rows.cell(error.category);
  rows.cell(error.phase);
  rows.cell(error.entry ?? null);
  rows.cell(error.column);
  rows.cell(error.field);
  rows.cell(error.value);
  rows.cell(error.expected ?? null);
  rows.cell(error.suggestion ?? null);
  rows.cell(error.constraint ?? null);
  rows.cell(error.conflict_with ?? null);
  rows.cell(error.message);
  rows.endRow();
}

interface Copy {
  write(chunk: Buffer): void;
  ready(): Promise<void>;
  end(): Promise<void>;
}

function openCopy(session: Session, statement: string): Copy {
  const stream: Writable = session.copyIn(statement);
  let failure: Error | undefined;
  stream.on('error', (error) => {
    failure = error;
  });
  return {
    write(chunk) {
      // A stream whose server refused the rows throws something else; `ready` says why.
      if (!failure) stream.write(chunk);
    },
    async ready() {
      if (failure) throw failure;
      if (stream.writableNeedDrain) await once(stream, 'drain');
    },
    async end() {
      if (failure) throw failure;
      stream.end();
      await finished(stream);
    },
  };
}

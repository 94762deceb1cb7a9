import { PassThrough, type Readable } from 'node:stream';
import { once } from 'node:events';
import type { Database } from '#platform/postgres/database.ts';
import type { ImportFile, ReadDependencies } from './import-file.ts';
import { openImport, type OpenedImport, type PlannedFile } from './open-import.ts';
import { readRecords, type RecordVisitor } from './read-records.ts';
import { createRejectCursor, type RejectCursor } from './reject-cursor.ts';
import { brokenLine, type CellForm, cellForm, objectLine } from './reject-forms.ts';
import { plainSink, type RejectSink, zipSink } from './reject-sink.ts';
import type { Resource } from './resource.ts';
import { isSecretName, mentionsSecret } from './secret-values.ts';

export interface RejectedImport extends ImportFile {
  readonly no: number;
  readonly reportNo: number | null;
}

/** The refused records of an import, as one file in the form of the upload. */
export interface Rejects {
  readonly filename: string;
  readonly contentType: string;
  /** Read while it is taken; destroying it ends the reading. */
  readonly content: Readable;
}

const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/**
 * Reads the upload again and gives its refused records in their source form, each with its line and errors:
 * CSV `_line,_errors`, then the original bytes; NDJSON the object with both, or `{_line, _errors, _raw}`. Of an upload
 * with several files a zip with a file for each. Secrets are left out. Throws what `openImport` throws, AppError not_found `file_not_found` where the upload is gone.
 */
export async function openRejects(
  dependencies: ReadDependencies & { readonly pool: Database },
  rejected: RejectedImport,
  resource: Resource,
  signal: AbortSignal,
): Promise<Rejects> {
  const opened = await openImport(dependencies, rejected, resource);
  const [first] = opened.files;
  const isArchive = opened.files.length > 1;
  const content = new PassThrough();
  const cursor = createRejectCursor(dependencies.pool, rejected.no, rejected.reportNo);
  void copyRejects(opened, resource, cursor, content, signal);
  return {
    filename: `rejects.${isArchive ? 'zip' : (first?.format ?? 'csv')}`,
    contentType: isArchive ? 'application/zip' : typeOf(opened),
    content,
  };
}

async function copyRejects(
  opened: OpenedImport,
  resource: Resource,
  cursor: RejectCursor,
  content: PassThrough,
  outer: AbortSignal,
): Promise<void> {
  const gone = new AbortController();
  content.once('close', () => gone.abort());
  const signal = AbortSignal.any([outer, gone.signal]);
  try {
    const write = (bytes: Buffer): boolean => content.write(bytes);
    const sink = opened.files.length > 1 ? zipSink(write) : plainSink(write);
    const visitor = createRejectVisitor(opened, resource, cursor, sink);
    const chunk = async (recordsRead: number): Promise<void | 'enough'> => {
      if (content.writableNeedDrain) await once(content, 'drain', { signal });
      return visitor.chunk(recordsRead);
    };
    await readRecords(opened, { ...visitor, chunk }, signal);
    sink.end();
    content.end();
  } catch (error) {
    content.destroy(gone.signal.aborted ? undefined : (error as Error));
  } finally {
    await opened.close();
  }
}

function createRejectVisitor(
  opened: OpenedImport,
  resource: Resource,
  cursor: RejectCursor,
  sink: RejectSink,
): RecordVisitor {
  let file: PlannedFile | undefined;
  let form: CellForm | undefined;
  /** Written in front of the first refused record of a file. */
  let head: Buffer | undefined;
  let read = 0;
  const write = (bytes: Buffer): void => {
    if (head) sink.write(head);
    head = undefined;
    sink.write(bytes);
  };
  const isHidden = (key: string): boolean => isSecretName(key, opened.secretNames);

  return {
    enter(next) {
      sink.enter(next.source.name);
      file = next;
      head = undefined;
      form = cellForm(next.dialect, secretPlaces(next, opened.secretNames), next.plan.header.length);
    },
    upcoming: (records) => cursor.ensure(read + records),
    header(record) {
      const isMarked = file?.encoding.reason === 'byte_order_mark';
      head = Buffer.concat([...(isMarked ? [BYTE_ORDER_MARK] : []), (form as CellForm).header(record)]);
    },
    cells(record) {
      const errors = cursor.take(record.record);
      if (errors === undefined) return;
      const isWhole = record.cells.length === file?.plan.header.length;
      const cellsForm = form as CellForm;
      write(
        isWhole ? cellsForm.record(record, errors) : cellsForm.broken(record.lineStart, record.raw(), errors),
      );
    },
    object(record) {
      const errors = cursor.take(record.record);
      if (errors !== undefined) write(objectLine(record, errors, isHidden));
    },
    refused(record) {
      const errors = cursor.take(record.record);
      if (errors === undefined) return;
      const raw = record.raw();
      if (file?.format !== 'ndjson') return write((form as CellForm).broken(record.lineStart, raw, errors));
      write(brokenLine(record.lineStart, mentionsSecret(raw, opened.secretNames) ? null : raw, errors));
    },
    chunk(recordsRead) {
      read = recordsRead;
      return Promise.resolve(cursor.isDone ? 'enough' : undefined);
    },
  };
}

function secretPlaces({ plan }: PlannedFile, names: readonly string[]): ReadonlySet<number> {
  return new Set(plan.header.flatMap((column, at) => (isSecretName(column, names) ? [at] : [])));
}

/** UTF-16 is written as UTF-8, and so is what is written anew. */
function typeOf({ files: [first], hasSecrets }: OpenedImport): string {
  if (first?.format === 'ndjson') return 'application/x-ndjson';
  const encoding = first?.encoding.encoding ?? 'utf-8';
  const charset = hasSecrets || encoding.startsWith('utf-16') ? 'utf-8' : encoding;
  return `${first?.format === 'tsv' ? 'text/tab-separated-values' : 'text/csv'}; charset=${charset}`;
}

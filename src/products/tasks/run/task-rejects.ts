import { brokenLine, cellForm, objectLine } from '#engine/imports/reject-forms.ts';
import { plainSink, type RejectSink, zipSink } from '#engine/imports/reject-sink.ts';
import type { FieldError } from '#engine/ingestion/field-error.ts';
import type { JsonObject } from '#engine/ingestion/json-text.ts';
import type { SourceRecord } from '#engine/ingestion/source-record.ts';
import type { FileStore } from '#platform/files/file-store.ts';
import type { TableHead } from '../table/task-table.ts';
import { createFileSink, type FileSink } from './file-sink.ts';
import type { FinishedFile } from './task-result.ts';

/** The refused records of a task as they stand in their files, each with its line and its errors. */
export interface RejectsFile {
  add(
    table: TableHead,
    record: SourceRecord & { readonly object?: () => Buffer },
    errors: readonly FieldError[],
  ): void;
  drained(): Promise<void>;
  /** Undefined: no record was refused. */
  end(): Promise<FinishedFile | undefined>;
  abort(error: unknown): Promise<void>;
}

const TYPES = { '.csv': 'text/csv', '.ndjson': 'application/x-ndjson', '.zip': 'application/zip' } as const;
const UTF8_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/**
 * CSV: `_line,_errors`, then the original bytes; objects with both names, or `{_line, _errors, _raw}`. A task with two
 * tables has a zip with a file for each. The file is begun with the first refused record.
 */
export function createRejectsFile(
  files: FileStore,
  key: string,
  tables: readonly TableHead[],
  signal: AbortSignal,
): RejectsFile {
  const [first] = tables;
  const isArchive = tables.length > 1;
  const extension = isArchive ? '.zip' : isObjects(first) ? '.ndjson' : '.csv';
  let file: FileSink | undefined;
  let sink: RejectSink | undefined;
  let current: { readonly table: TableHead; readonly form: RejectForm } | undefined;

  const enter = (table: TableHead): RejectForm => {
    if (file === undefined || sink === undefined) {
      const stored = createFileSink(files, key, signal);
      const write = (bytes: Buffer): void => stored.write(bytes);
      file = stored;
      sink = isArchive ? zipSink(write) : plainSink(write);
    }
    sink.enter(table.filename);
    const form = isObjects(table) ? objectForm() : delimitedForm(table);
    sink.write(form.head);
    current = { table, form };
    return form;
  };

  return {
    add(table, record, errors) {
      const form = current?.table === table ? current.form : enter(table);
      sink?.write(
        form.line(
          record,
          errors.map((error) => described(error, table)),
        ),
      );
    },
    drained: () => file?.drained() ?? Promise.resolve(),
    async end() {
      sink?.end();
      const stored = await file?.end();
      return stored && { ...stored, extension, contentType: TYPES[extension] };
    },
    abort: (error) => file?.abort(error) ?? Promise.resolve(),
  };
}

interface RejectForm {
  readonly head: Buffer;
  line(record: SourceRecord & { readonly object?: () => Buffer }, errors: readonly string[]): Buffer;
}

function delimitedForm({ dialect, columns, header, hasMark }: TableHead): RejectForm {
  const form = cellForm(dialect, new Set(), columns.length);
  const names = header ?? Buffer.from(columns.join(dialect.separator));
  const head = form.header({ cells: [...columns], quoted: () => false, raw: () => names });
  return {
    // A file in UTF-16 is UTF-8 by now, and its mark is one of UTF-8 too.
    head: hasMark ? Buffer.concat([UTF8_MARK, head]) : head,
    line: (record, errors) => form.broken(record.lineStart, record.raw(), errors),
  };
}

function objectForm(): RejectForm {
  return {
    head: Buffer.alloc(0),
    line({ lineStart, raw, object }, errors) {
      if (object === undefined) return brokenLine(lineStart, raw(), errors);
      const text = object();
      const value = JSON.parse(text.toString()) as JsonObject;
      return objectLine({ lineStart, value, raw: () => text }, errors, () => false);
    },
  };
}

function described({ field, column_index: column, message }: FieldError, { columns }: TableHead): string {
  const name = field ?? (column === null ? undefined : columns[column - 1]);
  return name === undefined ? message : `${name}: ${message}`;
}

function isObjects(table: TableHead | undefined): boolean {
  return table?.format === 'ndjson' || table?.format === 'json';
}

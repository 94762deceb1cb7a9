import { type FieldError, fieldError } from '#engine/ingestion/field-error.ts';
import { AppError } from '#platform/errors.ts';
import { type CellWriter, createCellWriter } from '../table/cell-writer.ts';
import { writeRecord } from '../table/copy-record.ts';
import type { TableHead, TableRecord } from '../table/task-table.ts';
import type { CleanOptions } from './clean.ts';
import { textCleaner } from './clean-text.ts';
import type { TaskResult } from './operation.ts';

export interface RecordCleaner {
  /** How the result is written. */
  readonly dialect: TableHead['dialect'];
  readonly hasMark: boolean;
  readonly header: Buffer;
  /** Writes a record, or says why it cannot be written. */
  write(record: TableRecord, result: Pick<TaskResult, 'write'>): 'same' | 'changed' | FieldError[];
}

const LINE_BREAKS = { LF: '\n', CRLF: '\r\n', CR: '\r' } as const;

/** Cleans the cells at `places`. Throws AppError unprocessable `not_writable` for a header that the encoding lacks letters of. */
export function recordCleaner(
  table: TableHead,
  places: ReadonlySet<number>,
  options: CleanOptions,
): RecordCleaner {
  const { encoding, line_breaks: lineBreaks } = options;
  const width = table.columns.length;
  const dialect = { ...table.dialect, encoding: encoding ?? table.dialect.encoding };
  const isOtherEncoding = bytesDiffer(table.dialect.encoding, dialect.encoding);
  const writer = createCellWriter(dialect);
  const cleanText = textCleaner(options);
  const fixedBreak = lineBreaks && LINE_BREAKS[lineBreaks];
  const wanted: string[] = [];

  return {
    dialect,
    hasMark: options.byte_order_mark ?? table.hasMark,
    header: headerOf(table, dialect.encoding, isOtherEncoding, writer, fixedBreak),
    write(record, result) {
      const { cells } = record;
      wanted.length = 0;
      let isSame = cells.length === width;
      for (let at = 0; at < width; at++) {
        const cell = cells[at] ?? '';
        const text = places.has(at) ? cleanText(cell) : cell;
        isSame &&= text === cell;
        wanted.push(text);
      }
      if (isSame && !isOtherEncoding && fixedBreak === undefined) {
        writeRecord(record, result);
        return 'same';
      }
      const pieces = piecesOf(record);
      if (pieces.length < width)
        return [notWritable(pieces.length, wanted[pieces.length] ?? '', dialect.encoding)];
      for (let at = 0; at < width; at++) {
        if (at > 0) result.write(dialect.separator);
        result.write(pieces[at] as Buffer);
      }
      result.write(fixedBreak ?? record.lineBreak());
      return isSame ? 'same' : 'changed';
    },
  };

  /** The bytes of each cell up to the first one that cannot be written. */
  function piecesOf(record: TableRecord): Buffer[] {
    const pieces: Buffer[] = [];
    for (let at = 0; at < width; at++) {
      const text = wanted[at] as string;
      const isKept = !isOtherEncoding && at < record.cells.length && text === record.cells[at];
      if (isKept) {
        pieces.push(record.cellBytes(at));
        continue;
      }
      // An empty line would be no record.
      const isQuoted = record.quoted(at) || (width === 1 && text === '');
      const written = writer.cell(text, isQuoted && dialect.quote !== null);
      const bytes = written === undefined ? undefined : writer.encode(written);
      if (bytes === undefined) return pieces;
      pieces.push(bytes);
    }
    return pieces;
  }
}

/** UTF-16 is UTF-8 while it is worked on, and becomes UTF-16 when the result is stored. */
function bytesDiffer(from: string, to: string): boolean {
  const inside = (encoding: string): string => (encoding.startsWith('utf-') ? 'utf-8' : encoding);
  return inside(from) !== inside(to);
}

function headerOf(
  table: TableHead,
  encoding: string,
  isOtherEncoding: boolean,
  writer: CellWriter,
  fixedBreak: string | undefined,
): Buffer {
  if (table.header === null) return Buffer.alloc(0);
  const lineBreak = Buffer.from(fixedBreak ?? table.lineBreak);
  if (!isOtherEncoding) return Buffer.concat([table.header, lineBreak]);
  const written = writer.cells(table.columns);
  const bytes = written === undefined ? undefined : writer.encode(written);
  if (bytes !== undefined) return Buffer.concat([bytes, lineBreak]);
  const message = `The names of the columns have letters that ${encoding} lacks. Choose utf-8, or rename them.`;
  throw new AppError('unprocessable', 'not_writable', message, { encoding });
}

function notWritable(place: number, value: string, encoding: string): FieldError {
  const message = `The value cannot be written: ${encoding} lacks a letter of it, or the file has no quotes to put it in.`;
  return fieldError('encoding_error', { column: place + 1, value, message });
}

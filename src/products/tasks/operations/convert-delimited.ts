import { AppError } from '#platform/errors.ts';
import { createCellWriter } from '../table/cell-writer.ts';
import type { TableHead, TableRecord } from '../table/task-table.ts';
import type { ConvertOptions } from './convert.ts';
import type { ResultForm } from './operation.ts';

/** How records are written. */
export interface RecordForm {
  readonly result: ResultForm;
  readonly head: Buffer | string;
  readonly tail: string;
  /** The bytes of a record; or the place of the cell, from 0, that cannot be written. */
  record(record: TableRecord, isFirst: boolean): Buffer | string | number;
}

const LINE_BREAKS = { LF: '\n', CRLF: '\r\n', CR: '\r' } as const;

/** CSV and TSV. Throws AppError unprocessable `not_writable` for names that the encoding lacks letters of. */
export function delimitedForm(options: ConvertOptions, table: TableHead): RecordForm {
  const { to, encoding = 'utf-8', line_break = 'LF', header = true, quotes } = options;
  const separator = options.separator ?? (to === 'tsv' ? '\t' : ',');
  const isUtf16 = encoding === 'utf-16le' || encoding === 'utf-16be';
  const dialect = { separator, quote: '"', encoding } as const;
  const writer = createCellWriter(dialect);
  const lineBreak = LINE_BREAKS[line_break];
  const isQuoted = quotes === 'always';

  const line = (cells: readonly string[]): Buffer | undefined => {
    const text = isQuoted
      ? cells.map((cell) => writer.cell(cell, true)).join(separator)
      : writer.cells(cells);
    return text === undefined ? undefined : writer.encode(text + lineBreak);
  };
  const names = header ? line(table.columns) : Buffer.alloc(0);
  if (names === undefined) {
    const message = `The names of the columns have letters that ${encoding} lacks. Choose utf-8, or rename them.`;
    throw new AppError('unprocessable', 'not_writable', message, { encoding });
  }

  return {
    result: {
      extension: to === 'tsv' || separator === '\t' ? '.tsv' : '.csv',
      contentType: `${separator === '\t' ? 'text/tab-separated-values' : 'text/csv'}; charset=${encoding}`,
      like: { dialect, hasMark: options.byte_order_mark ?? isUtf16 },
    },
    head: names,
    tail: '',
    record({ cells }) {
      const bytes = line(cells);
      if (bytes !== undefined) return bytes;
      return cells.findIndex((cell) => writer.encode(cell) === undefined);
    },
  };
}

import { type Static, Type } from 'typebox';
import { ENCODINGS } from '#engine/ingestion/dialect.ts';
import { OneOf } from '#platform/http/schemas.ts';
import { columnsAt } from '../table/find-column.ts';
import { raggedErrors } from '../table/read-table.ts';
import { formLike } from '../table/table-form.ts';
import type { TableHead } from '../table/task-table.ts';
import { recordCleaner } from './clean-record.ts';
import { defineOperation, type TaskOutcome, type TaskRun } from './operation.ts';

const Options = Type.Object({
  columns: Type.Optional(
    Type.Array(Type.String(), {
      minItems: 1,
      maxItems: 4096,
      description: 'Whose texts are cleaned; all unless given',
    }),
  ),
  trim: Type.Optional(Type.Boolean({ default: false, description: 'No blanks at the ends of texts' })),
  collapse_blanks: Type.Optional(
    Type.Boolean({ default: false, description: 'Blanks and line breaks inside of texts become one blank' }),
  ),
  remove_controls: Type.Optional(
    Type.Boolean({
      default: false,
      description: 'No control characters, marks of direction and zero-width blanks',
    }),
  ),
  unicode: Type.Optional(
    OneOf(['NFC', 'NFD', 'NFKC', 'NFKD'], { description: 'Normal form of the letters' }),
  ),
  case: Type.Optional(
    OneOf(['lower', 'upper', 'title'], { description: 'title: the first letter of each word is a capital' }),
  ),
  nulls: Type.Optional(
    Type.Array(Type.String(), {
      maxItems: 1000,
      description: 'Texts that stand for nothing, e.g. NULL: become empty',
    }),
  ),
  blank_rows: Type.Optional(
    OneOf(['keep', 'drop'], { default: 'keep', description: 'Records without a letter in any cell' }),
  ),
  ragged_rows: Type.Optional(
    OneOf(['reject', 'mend', 'drop'], {
      default: 'reject',
      description:
        'Records with fewer or more cells than columns. mend: missing cells are added empty, empty ones too many go; a ' +
        'record with text in a cell too many is refused all the same',
    }),
  ),
  encoding: Type.Optional(OneOf(ENCODINGS, { description: 'Of the result; that of the file unless given' })),
  byte_order_mark: Type.Optional(Type.Boolean({ description: 'As in the file unless given' })),
  line_breaks: Type.Optional(
    OneOf(['LF', 'CRLF', 'CR'], { description: 'Between records; as in the file unless given' }),
  ),
});
export type CleanOptions = Static<typeof Options>;

/** Texts, rows and bytes of a table put in order. */
export const clean = defineOperation({
  id: 'clean',
  summary: 'Blanks, Unicode, case, encoding, line breaks, blank and ragged rows put in order',
  description:
    'Does what the options say and nothing else: a cell whose text does not change keeps its bytes, quotes included, and ' +
    'so does a record. Dropped records are left out as `blank` and `ragged`. A record with a letter that the encoding of ' +
    'the result lacks is refused.',
  options: Options,
  example: { trim: true, unicode: 'NFC', blank_rows: 'drop' },
  check(options, { table }) {
    placesOf(options, table);
  },
  run: cleanTable,
});

async function cleanTable({ options, table, result, ledger }: TaskRun<CleanOptions>): Promise<TaskOutcome> {
  const { blank_rows: blankRows, ragged_rows: raggedRows = 'reject' } = options;
  const width = table.columns.length;
  const cleaner = recordCleaner(table, placesOf(options, table), options);
  let recordsWritten = 0;
  let changed = 0;
  result.open({ ...formLike({ ...table, dialect: cleaner.dialect }), like: cleaner });
  result.write(cleaner.header);
  await table.read(
    {
      record(record) {
        const { cells } = record;
        if (blankRows === 'drop' && cells.every((cell) => cell.trim() === ''))
          return ledger.leaveOut('blank');
        if (cells.length !== width && raggedRows === 'drop') return ledger.leaveOut('ragged');
        const extra = cells.slice(width).some((cell) => cell !== '');
        if (cells.length !== width && (raggedRows === 'reject' || extra)) {
          return ledger.reject(record, raggedErrors(record, width));
        }
        const written = cleaner.write(record, result);
        if (Array.isArray(written)) return ledger.reject(record, written);
        if (written === 'changed') changed++;
        ledger.use();
        recordsWritten++;
      },
    },
    { ragged: 'hand over' },
  );
  return { recordsWritten, details: { records_changed: changed } };
}

function placesOf({ columns }: CleanOptions, table: TableHead): ReadonlySet<number> {
  if (columns === undefined) return new Set(table.columns.keys());
  return new Set(columnsAt(table, columns, 'columns'));
}

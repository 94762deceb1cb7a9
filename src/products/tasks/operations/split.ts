import { type Static, Type } from 'typebox';
import { zipSink } from '#engine/imports/reject-sink.ts';
import { AppError } from '#platform/errors.ts';
import { columnAt } from '../table/find-column.ts';
import { headerLine } from '../table/copy-record.ts';
import { formLike } from '../table/table-form.ts';
import type { TableRecord, TaskTable } from '../table/task-table.ts';
import { defineOperation, type TaskOutcome, type TaskRun } from './operation.ts';
import { createParts } from './split-parts.ts';

const Options = Type.Object({
  rows: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: Number.MAX_SAFE_INTEGER,
      description: 'So many records in each part',
    }),
  ),
  column: Type.Optional(Type.String({ description: 'A part for each text of this column' })),
  max_parts: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 10_000, default: 1000, description: 'More parts fail the task' }),
  ),
});
type Options = Static<typeof Options>;

const MOST_ZIP_BYTES = 0xffff_ffff;

/** A table in parts. */
export const split = defineOperation({
  id: 'split',
  summary: 'A zip of parts: so many records in each, or one for each text of a column',
  description:
    'Each part has the header and its records as they stand in the file, in their order. Parts are called `part-0001.csv`, ' +
    'or after the text that their records share, in the order in which it first comes. At most 4 GiB together.',
  options: Options,
  example: { column: 'name' },
  check(options, { table }) {
    if ((options.rows === undefined) === (options.column === undefined)) throw contradiction();
    if (options.column !== undefined) columnAt(table, options.column, 'column');
  },
  run: (task) =>
    task.options.rows === undefined ? splitByColumn(task) : splitByRows(task, task.options.rows),
});

async function splitByRows(task: TaskRun<Options>, rows: number): Promise<TaskOutcome> {
  const { table, ledger } = task;
  const zip = openZip(task);
  let written = 0;
  await table.read({
    record(record) {
      if (written % rows === 0) zip.enter(`part-${String(1 + written / rows).padStart(4, '0')}`);
      zip.write(wholeLine(table, record));
      ledger.use();
      written++;
    },
  });
  return { recordsWritten: written, details: zip.end() };
}

async function splitByColumn(task: TaskRun<Options>): Promise<TaskOutcome> {
  const { options, table, ledger, result, signal, progress } = task;
  const { column = '', max_parts: maxParts = 1000 } = options;
  const place = columnAt(table, column, 'column');
  const parts = createParts(await task.scratchDir());
  let written = 0;
  await table.read({
    record(record) {
      const value = record.cells[place] as string;
      if (!parts.has(value) && parts.size === maxParts) throw tooManyParts(maxParts);
      parts.add(value, wholeLine(table, record));
      ledger.use();
      written++;
    },
    piece: () => parts.settle(),
  });
  const zip = openZip(task);
  progress({ phase: 'packing' });
  for await (const { value, bytes } of parts.read()) {
    signal.throwIfAborted();
    if (value !== undefined) zip.enter(nameOf(value));
    zip.write(bytes);
    await result.drained();
    progress({});
  }
  return { recordsWritten: written, details: zip.end() };
}

/** With a line break also behind the last record, which may come before others now. */
function wholeLine({ lineBreak }: TaskTable, record: TableRecord): Buffer {
  const line = record.lineBytes();
  return record.lineBreak() === '' ? Buffer.concat([line, Buffer.from(lineBreak)]) : line;
}

interface PartsZip {
  enter(name: string): void;
  write(bytes: Buffer): void;
  end(): { readonly parts: number };
}

/** Begins the result. Throws AppError unprocessable: split_limit, result_too_large. */
function openZip({ table, result, options: { max_parts: maxParts = 1000 } }: TaskRun<Options>): PartsZip {
  const head = partHead(table);
  const { extension } = formLike(table);
  let bytes = 0;
  let parts = 0;
  result.open({ extension: '.zip', contentType: 'application/zip' });
  const sink = zipSink((piece) => {
    bytes += piece.length;
    if (bytes > MOST_ZIP_BYTES) throw tooLarge();
    result.write(piece);
  });
  return {
    enter(name) {
      if (++parts > maxParts) throw tooManyParts(maxParts);
      sink.enter(`${name}${extension}`);
      if (head.length > 0) sink.write(head);
    },
    write: (piece) => sink.write(piece),
    end() {
      sink.end();
      return { parts };
    },
  };
}

/** A zip is not encoded as its table is: parts of UTF-16 are UTF-8. */
function partHead(table: TaskTable): Buffer {
  const mark = table.hasMark ? Buffer.from([0xef, 0xbb, 0xbf]) : Buffer.alloc(0);
  return Buffer.concat([mark, headerLine(table)]);
}

/** A name that every system can store. */
function nameOf(value: string): string {
  const plain = value
    .normalize('NFC')
    .replaceAll(/[^\p{L}\p{M}\p{N} ._-]+/gu, '_')
    .replace(/^[. ]+/, '')
    .trim();
  return plain === '' ? 'empty' : Array.from(plain).slice(0, 80).join('');
}

function contradiction(): AppError {
  const message = 'Say either how many records a part has ("rows") or by which column ("column").';
  return new AppError('unprocessable', 'options_contradict', message, { fields: ['rows', 'column'] });
}

function tooManyParts(limit: number): AppError {
  const message = `There are more than ${limit} parts ("max_parts"). Take larger parts, or another column.`;
  return new AppError('unprocessable', 'split_limit', message, { limit });
}

function tooLarge(): AppError {
  return new AppError(
    'unprocessable',
    'result_too_large',
    'The parts have more than 4 GiB together. Split a part of the file.',
  );
}

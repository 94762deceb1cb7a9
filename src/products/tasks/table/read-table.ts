import { createDelimitedReader, type RawRecord } from '#engine/ingestion/delimited-reader.ts';
import { type FieldError, fieldError } from '#engine/ingestion/field-error.ts';
import type { IngestionLimits } from '#engine/ingestion/limits.ts';
import type { RefusedRecord, SourceRecord } from '#engine/ingestion/source-record.ts';
import { type CellWriter, createCellWriter } from './cell-writer.ts';
import { objectCells } from './object-cells.ts';
import { findAllNames, objectHead, readObjects } from './plan-objects.ts';
import type { PlannedTable } from './plan-table.ts';
import type { ReadOptions, TableHead, TableRecord, TableVisitor, TaskTable } from './task-table.ts';

/** Who reads, and who hears of it. */
export interface TableReading {
  readonly limits: IngestionLimits;
  readonly signal: AbortSignal;
  /** A record was read, for the first time; well-formed or not. */
  onRecord(): void;
  onRefused(table: TaskTable, record: SourceRecord, errors: readonly FieldError[]): void;
  /** A file is read once more than once. */
  onRepeat(): void;
  /** After each piece, also of a repetition: the place to tell the progress and to wait. */
  onPiece(): Promise<void>;
}

/** A planned table that can be read. Of objects the whole file is read once, to know all their names. */
export async function readableTable(planned: PlannedTable, reading: TableReading): Promise<TaskTable> {
  const head = await wholeHead(planned, reading);
  const table: TaskTable = {
    ...head,
    hasAllColumns: true,
    read(visitor, options = {}) {
      if (options.isRepeat) reading.onRepeat();
      return head.format === 'ndjson' || head.format === 'json'
        ? readAsCells(table, head.format, planned, reading, visitor, options)
        : readDelimited(table, planned, reading, visitor, options);
    },
  };
  return table;
}

async function wholeHead({ head, source }: PlannedTable, reading: TableReading): Promise<TableHead> {
  const { format, filename, hasAllColumns } = head;
  if (hasAllColumns || format === 'csv' || format === 'sheet') return head;
  const { limits, signal, onPiece } = reading;
  reading.onRepeat();
  return objectHead(filename, format, await findAllNames(source, format, limits, { signal, onPiece }), true);
}

async function readDelimited(
  table: TaskTable,
  { source, preamble }: PlannedTable,
  reading: TableReading,
  visitor: TableVisitor,
  options: ReadOptions,
): Promise<void> {
  // Records count from 1, the line with the names is 0.
  const before = table.header === null ? 0 : preamble + 1;
  const width = table.columns.length;
  const refuse = refusal(table, reading, options);
  let isEnough = false;
  const reader = createDelimitedReader({
    dialect: table.dialect,
    limits: reading.limits,
    from: { byteOffset: 0, line: 1, record: 1 - before },
    onRecord(record) {
      if (record.record <= 0 || isEnough) return;
      if (!options.isRepeat) reading.onRecord();
      if (record.cells.length === width || options.ragged === 'hand over') visitor.record(record);
      else refuse(record, raggedErrors(record, width));
    },
    onError(record: RefusedRecord) {
      if (record.record <= 0 || isEnough) return;
      if (!options.isRepeat) reading.onRecord();
      refuse(record, record.errors);
    },
  });
  for await (const chunk of source.open(reading.signal)) {
    reader.push(chunk);
    isEnough = await settle(reading, visitor);
    if (isEnough) return;
  }
  reader.end();
  await settle(reading, visitor);
}

async function readAsCells(
  table: TaskTable,
  format: 'ndjson' | 'json',
  { source }: PlannedTable,
  reading: TableReading,
  visitor: TableVisitor,
  options: ReadOptions,
): Promise<void> {
  const writer = createCellWriter(table.dialect);
  const refuse = refusal(table, reading, options);
  await readObjects(source, format, true, {
    limits: reading.limits,
    signal: reading.signal,
    onRecord(record) {
      if (!options.isRepeat) reading.onRecord();
      const { record: number, lineStart, lineEnd, byteOffset, byteEnd } = record;
      const cells = objectCells(record, table.columns);
      visitor.record({
        record: number,
        lineStart,
        lineEnd,
        byteOffset,
        byteEnd,
        ...cellsAsRecord(cells, writer),
        object: () => objectBytes(record.raw()),
      });
    },
    onError(record) {
      if (!options.isRepeat) reading.onRecord();
      refuse(record, record.errors);
    },
    onPiece: async () => ((await settle(reading, visitor)) ? 'enough' : undefined),
  });
}

function cellsAsRecord(
  cells: string[],
  writer: CellWriter,
): Pick<TableRecord, 'cells' | 'quoted' | 'cellBytes' | 'lineBytes' | 'lineBreak' | 'raw'> {
  return {
    cells,
    quoted: () => false,
    cellBytes: (at) => Buffer.from(writer.cell(cells[at] as string) as string),
    lineBytes: () => Buffer.from(`${writer.cells(cells)}\n`),
    lineBreak: () => '\n',
    raw: () => Buffer.from(writer.cells(cells) as string),
  };
}

/** Without the blanks around it. */
function objectBytes(line: Buffer): Buffer {
  return line.subarray(line.indexOf('{'), line.lastIndexOf('}') + 1);
}

/** Waits for whoever works on the piece; true: nothing more is to be read. */
async function settle(reading: TableReading, visitor: TableVisitor): Promise<boolean> {
  const answer = await visitor.piece?.();
  await reading.onPiece();
  reading.signal.throwIfAborted();
  return answer === 'enough';
}

function refusal(
  table: TaskTable,
  reading: TableReading,
  { isRepeat = false }: ReadOptions,
): (record: SourceRecord, errors: readonly FieldError[]) => void {
  return (record, errors) => {
    if (!isRepeat) reading.onRefused(table, record, errors);
  };
}

/** Also for operations that take ragged records and keep only some of them. */
export function raggedErrors({ cells }: Pick<RawRecord, 'cells'>, width: number): FieldError[] {
  const expected = `${width} cells`;
  if (cells.length < width) return [fieldError('missing_cell', { column: cells.length + 1, expected })];
  return [fieldError('extra_cell', { column: width + 1, value: cells[width] ?? '', expected })];
}

import { jsonArrayLines } from '#engine/ingestion/json-array-lines.ts';
import type { IngestionLimits } from '#engine/ingestion/limits.ts';
import { createNdjsonReader, type NdjsonReaderOptions } from '#engine/ingestion/ndjson-reader.ts';
import type { SourceFile } from '#engine/ingestion/source-file.ts';
import { AppError } from '#platform/errors.ts';
import { createCellWriter } from './cell-writer.ts';
import { objectCells } from './object-cells.ts';
import type { PlannedTable, Sample } from './plan-table.ts';
import type { TableHead } from './task-table.ts';

type ObjectFormat = 'ndjson' | 'json';

const SHOWN_ROWS = 20;
/** How records made of objects are written. */
const DIALECT = { separator: ',', quote: '"', encoding: 'utf-8' } as const;

/** Objects as a table: the names in the order in which they first come, in the first 64 KiB. */
export async function planObjects(
  source: SourceFile,
  { bytes, isWhole }: Sample,
  format: ObjectFormat,
  limits: IngestionLimits,
): Promise<PlannedTable> {
  const names = new Set<string>();
  const texts: Record<string, string>[] = [];
  let records = 0;
  let read = 0;
  const sample: SourceFile = { ...source, open: () => chunksOf(bytes) };
  // What is cut off at the end of the sample is no fault of the file.
  await readObjects(sample, format, isWhole, {
    limits,
    onRecord(record) {
      records++;
      read = record.byteEnd;
      const keys = Object.keys(record.value);
      for (const name of keys) names.add(name);
      if (texts.length >= SHOWN_ROWS) return;
      const cells = objectCells(record, keys);
      texts.push(Object.fromEntries(keys.map((name, at) => [name, cells[at] as string])));
    },
    onError: () => {},
  });
  const columns = [...names];
  return {
    source,
    preamble: 0,
    encodingEvidence: 'JSON is UTF-8',
    rows: texts.map((text) => columns.map((name) => text[name] ?? '')),
    isWhole,
    sampleBytes: read,
    sampleRecords: records,
    head: objectHead(source.name, format, columns, isWhole),
  };
}

/** Reads the objects of a file, one after the other; `onPiece` is waited for after each piece. */
export async function readObjects(
  source: SourceFile,
  format: ObjectFormat,
  isWhole: boolean,
  {
    signal,
    onPiece,
    ...options
  }: NdjsonReaderOptions & {
    readonly signal?: AbortSignal;
    readonly onPiece?: () => Promise<void | 'enough'>;
  },
): Promise<void> {
  const reader = createNdjsonReader(options);
  const chunks = source.open(signal);
  for await (const chunk of format === 'json' ? jsonArrayLines(chunks) : chunks) {
    reader.push(chunk);
    if ((await onPiece?.()) === 'enough') return;
  }
  if (!isWhole) return;
  reader.end();
  await onPiece?.();
}

/** All names of a file, for which it is read as a whole. Throws AppError unprocessable `too_many_columns`. */
export async function findAllNames(
  source: SourceFile,
  format: ObjectFormat,
  limits: IngestionLimits,
  options: { readonly signal: AbortSignal; readonly onPiece: () => Promise<void> },
): Promise<readonly string[]> {
  const names = new Set<string>();
  await readObjects(source, format, true, {
    ...options,
    limits,
    onRecord({ value }) {
      for (const name of Object.keys(value)) names.add(name);
      if (names.size > limits.maxColumns) throw tooManyNames(source.name, limits.maxColumns);
    },
    onError: () => {},
  });
  return [...names];
}

export function objectHead(
  filename: string,
  format: ObjectFormat,
  columns: readonly string[],
  hasAllColumns: boolean,
): TableHead {
  const writer = createCellWriter(DIALECT);
  const header = Buffer.from(writer.cells(columns) ?? '');
  return {
    filename,
    format,
    dialect: DIALECT,
    columns,
    hasAllColumns,
    header,
    lineBreak: '\n',
    hasMark: false,
  };
}

async function* chunksOf(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}

function tooManyNames(name: string, limit: number): AppError {
  const message = `The objects of "${name}" have more than ${limit} names together (MAX_COLUMNS). Split the file.`;
  return new AppError('unprocessable', 'too_many_columns', message, { limit });
}

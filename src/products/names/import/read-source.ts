import { createDelimitedReader, type RawRecord } from '#engine/ingestion/delimited-reader.ts';
import { fieldError } from '#engine/ingestion/field-error.ts';
import type { Ledger } from '#engine/ingestion/ledger.ts';
import type { IngestionLimits } from '#engine/ingestion/limits.ts';
import type { RecordPosition } from '#engine/ingestion/record-error.ts';
import type { RefusedRecord } from '#engine/ingestion/source-record.ts';
import type { NameCount } from '../name-count.ts';
import type { NameParser } from '../parsers/name-parser.ts';
import type { Repeat } from './build-slices.ts';
import type { NameNumbers } from './name-numbers.ts';
import type { PlannedFile } from './plan-files.ts';
import type { RowBuckets } from './row-buckets.ts';
import { type SliceRegistry, UNKNOWN_YEAR } from './slice-registry.ts';

/** A table that will be read. */
export interface NameFile extends PlannedFile {
  /** 0; a file that amends another dataset's is read one layer above it. */
  readonly layer: number;
  /** Its dataset has a report of its own: what is not accepted is passed over here. */
  readonly isAmended: boolean;
}

export interface Reading {
  readonly parser: NameParser;
  readonly files: readonly NameFile[];
  readonly limits: IngestionLimits;
  readonly ledger: Ledger;
  readonly registry: SliceRegistry;
  readonly names: NameNumbers;
  readonly rows: RowBuckets;
  readonly signal: AbortSignal;
  /** Called after each chunk with the records read so far; throws to end the reading. */
  onChunk(recordsRead: number): void;
}

/**
 * Bytes → cells → name counts → numbered rows, file after file. Returns how many records were read and accepted; a row
 * that states several counts is as many records.
 */
export async function readSource(reading: Reading): Promise<{ read: number; accepted: number }> {
  const counted = { read: 0, accepted: 0 };
  for (const [fileIndex, file] of reading.files.entries()) {
    const reader = readerOf(reading, file, fileIndex, counted);
    for await (const chunk of file.source.open(reading.signal)) {
      reader.push(chunk);
      reading.onChunk(counted.read);
    }
    reader.end();
    reading.onChunk(counted.read);
  }
  return counted;
}

interface Counted {
  read: number;
  accepted: number;
}

function readerOf(
  reading: Reading,
  file: NameFile,
  fileIndex: number,
  counted: Counted,
): ReturnType<typeof createDelimitedReader> {
  const { ledger, registry, names, rows } = reading;
  const { layout, facts, isAmended } = file;
  const keepsVariant = reading.parser.keeps === 'variant';
  let toSkip = layout.skip;
  ledger.enter({ entry: file.source.name, header: layout.columns });

  function add({ name, gender, year, count, area, status, rank, variant }: NameCount, line: number): void {
    const slice = registry.find(fileIndex, area, gender, year ?? UNKNOWN_YEAR);
    slice.rowsRead++;
    slice.sumRead += count ?? 0;
    if (count === null && layout.listsAllYears) slice.unstated++;
    if (status === 'aggregate' || status === 'aside') slice.aggregates += count ?? 0;
    else rows.add(slice, names.of(name), count ?? 0, line, keepsVariant ? variant : (rank ?? 0));
  }

  return createDelimitedReader({
    dialect: file.dialect,
    limits: reading.limits,
    onRecord(record) {
      if (toSkip > 0) return void toSkip--;
      const outcome = layout.parseRow(record.cells, facts);
      if (outcome.kind === 'accepted') {
        const found = outcome.record;
        if (!isList(found)) add(found, record.lineStart);
        else for (const each of found) add(each, record.lineStart);
        const records = isList(found) ? found.length : 1;
        counted.read += records;
        counted.accepted += records;
        return;
      }
      if (isAmended) return;
      counted.read++;
      if (outcome.kind === 'rejected') ledger.reject(record, outcome.errors);
      else ledger.skip(outcome.reason);
    },
    onError(refused) {
      if (toSkip > 0) return void toSkip--;
      if (isAmended) return;
      counted.read++;
      ledger.reject(refused, refused.errors);
    },
  });
}

function isList(found: NameCount | readonly NameCount[]): found is readonly NameCount[] {
  return Array.isArray(found);
}

/**
 * Reports the records that repeat a name. They are found once all rows are sorted, when only their lines are known:
 * the few files that have any are read a second time for the rest of the report.
 */
export async function rejectRepeats(reading: Reading, repeats: readonly Repeat[]): Promise<void> {
  const byFile = Map.groupBy(repeats, ({ slice }) => slice.file);
  for (const [fileIndex, inFile] of byFile) {
    const file = reading.files[fileIndex] as NameFile;
    const positions = await locateLines(reading, file, new Set(inFile.map(({ line }) => line)));
    reading.ledger.enter({ entry: file.source.name, header: file.layout.columns });
    for (const repeat of inFile.toSorted((a, b) => a.line - b.line)) {
      const { name, slice, firstSlice, firstLine } = repeat;
      const place = reading.files[firstSlice.file]?.isAmended ? 'of the amended file ' : '';
      reading.ledger.reject(positions.get(repeat.line) as RecordPosition, [
        fieldError('duplicate_in_file', {
          field: 'name',
          value: name,
          message: `"${name}" of ${slice.year} stands in line ${firstLine} ${place}already, with another count. Keep one of the two lines.`,
        }),
      ]);
    }
  }
}

async function locateLines(
  reading: Reading,
  { source, dialect }: NameFile,
  lines: ReadonlySet<number>,
): Promise<ReadonlyMap<number, RecordPosition>> {
  const found = new Map<number, RecordPosition>();
  const note = ({ record, lineStart, lineEnd, byteOffset }: RawRecord | RefusedRecord): void => {
    if (lines.has(lineStart)) found.set(lineStart, { record, lineStart, lineEnd, byteOffset });
  };
  const reader = createDelimitedReader({ dialect, limits: reading.limits, onRecord: note, onError: note });
  for await (const chunk of source.open(reading.signal)) reader.push(chunk);
  reader.end();
  return found;
}

import { createDelimitedReader, type RawRecord } from '#engine/ingestion/delimited-reader.ts';
import { fieldError } from '#engine/ingestion/field-error.ts';
import type { Ledger } from '#engine/ingestion/ledger.ts';
import type { IngestionLimits } from '#engine/ingestion/limits.ts';
import type { RecordPosition } from '#engine/ingestion/record-error.ts';
import type { SourceFile } from '#engine/ingestion/source-files.ts';
import type { RefusedRecord } from '#engine/ingestion/source-record.ts';
import type { FileFacts, NameParser } from '../parsers/name-parser.ts';
import type { Repeat } from './build-slices.ts';
import type { NameNumbers } from './name-numbers.ts';
import type { RowBuckets } from './row-buckets.ts';
import type { SliceRegistry } from './slice-registry.ts';

/** An inner file that holds rows, with what is known about it besides them. */
export interface NameFile {
  readonly source: SourceFile;
  readonly facts: FileFacts;
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

/** Bytes → cells → name counts → numbered rows, file after file. Returns how many records were read and accepted. */
export async function readSource(reading: Reading): Promise<{ read: number; accepted: number }> {
  const { parser, ledger, registry, names, rows, files } = reading;
  let read = 0;
  let accepted = 0;

  for (const [fileIndex, file] of files.entries()) {
    ledger.enter({ entry: file.source.name, header: parser.columns });
    const reader = createDelimitedReader({
      dialect: parser.dialect,
      limits: reading.limits,
      onRecord(record) {
        const outcome = parser.parseRow(record.cells, file.facts);
        if (outcome.kind !== 'accepted' && file.isAmended) return;
        read++;
        if (outcome.kind === 'accepted') {
          const { name, gender, year, count, area } = outcome.record;
          const slice = registry.find(fileIndex, area, gender, year);
          slice.rowsRead++;
          slice.sumRead += count;
          rows.add(slice, names.of(name), count, record.lineStart);
          accepted++;
        } else if (outcome.kind === 'rejected') ledger.reject(record, outcome.errors);
        else ledger.skip(outcome.reason);
      },
      onError(refused) {
        if (file.isAmended) return;
        read++;
        ledger.reject(refused, refused.errors);
      },
    });
    for await (const chunk of file.source.open(reading.signal)) {
      reader.push(chunk);
      reading.onChunk(read);
    }
    reader.end();
    reading.onChunk(read);
  }
  return { read, accepted };
}

/**
 * Reports the records that repeat a name. They are found once all rows are sorted, when only their lines are known:
 * the few files that have any are read a second time for the rest of the report.
 */
export async function rejectRepeats(reading: Reading, repeats: readonly Repeat[]): Promise<void> {
  const byFile = Map.groupBy(repeats, ({ slice }) => slice.file);
  for (const [fileIndex, inFile] of byFile) {
    const { source } = reading.files[fileIndex] as NameFile;
    const positions = await locateLines(reading, source, new Set(inFile.map(({ line }) => line)));
    reading.ledger.enter({ entry: source.name, header: reading.parser.columns });
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
  source: SourceFile,
  lines: ReadonlySet<number>,
): Promise<ReadonlyMap<number, RecordPosition>> {
  const found = new Map<number, RecordPosition>();
  const note = ({ record, lineStart, lineEnd, byteOffset }: RawRecord | RefusedRecord): void => {
    if (lines.has(lineStart)) found.set(lineStart, { record, lineStart, lineEnd, byteOffset });
  };
  const { dialect } = reading.parser;
  const reader = createDelimitedReader({ dialect, limits: reading.limits, onRecord: note, onError: note });
  for await (const chunk of source.open(reading.signal)) reader.push(chunk);
  reader.end();
  return found;
}

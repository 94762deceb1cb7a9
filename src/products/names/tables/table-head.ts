import { isAscii } from 'node:buffer';
import { createDelimitedReader } from '#engine/ingestion/delimited-reader.ts';
import { assertText, detectDialect, SAMPLE_BYTES } from '#engine/ingestion/detect-dialect.ts';
import { createEncodingDetector, type DetectedEncoding } from '#engine/ingestion/detect-encoding.ts';
import type { Dialect } from '#engine/ingestion/dialect.ts';
import { readSample } from '#engine/ingestion/inspect-text.ts';
import type { IngestionLimits } from '#engine/ingestion/limits.ts';
import type { SourceFile } from '#engine/ingestion/source-files.ts';

/** The beginning of a table: what a parser may look at to recognize it. */
export interface TableHead {
  /** Name of the inner file; it may tell a year or a gender, never the layout. */
  readonly file: string;
  /** Name of the sheet; null outside workbooks. */
  readonly sheet: string | null;
  /** The first records, at most 60, titles included, cells trimmed; one that is not well-formed has no cells. */
  readonly rows: readonly (readonly string[])[];
}

/** The beginning of a text in bytes. */
export interface FileSample {
  readonly file: SourceFile;
  readonly bytes: Buffer;
  /** Nothing follows. */
  readonly isWhole: boolean;
  readonly encoding: DetectedEncoding;
}

const MOST_ROWS = 60;

/** Throws `not_text`, and what opening the file throws. */
export async function sampleFile(file: SourceFile, signal?: AbortSignal): Promise<FileSample> {
  const { bytes, isWhole } = await readSample(file, signal);
  const detector = createEncodingDetector();
  detector.push(bytes);
  const encoding = detector.decide(isWhole);
  assertText(bytes, encoding.encoding, file.name);
  return { file, bytes, isWhole, encoding };
}

/**
 * How the text of a sample is written: as declared, as made by us, or as detected. A declared encoding is that of bytes
 * which come late, such as a © in the last line; a sample that proves to be UTF-8 is read as that.
 */
export function dialectOfSample(sample: FileSample, declared?: Dialect): Dialect {
  const isUnicode = sample.encoding.encoding === 'utf-8' && !isAscii(sample.bytes);
  const known =
    declared && isUnicode ? { ...declared, encoding: 'utf-8' as const } : (declared ?? sample.file.dialect);
  return known ?? detectDialect(sample.bytes, sample.encoding.encoding, sample.isWhole).dialect;
}

/** The head of a table in a dialect. */
export function readHead(sample: FileSample, dialect: Dialect, limits: IngestionLimits): TableHead {
  const rows: string[][] = [];
  const add = (cells: readonly string[]): void => {
    if (rows.length < MOST_ROWS) rows.push(cells.map((cell) => cell.trim()));
  };
  const reader = createDelimitedReader({
    dialect,
    limits,
    onRecord: ({ cells }) => add(cells),
    onError: () => add([]),
  });
  reader.push(sample.bytes.subarray(0, SAMPLE_BYTES));
  // A sample that ends in the middle of a record says nothing about that record.
  if (sample.isWhole) reader.end();
  const { name, sheet } = sample.file;
  const file = sheet === undefined ? name : name.slice(0, name.length - sheet.length - 1);
  return { file, sheet: sheet ?? null, rows };
}

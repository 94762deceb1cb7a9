import { createDelimitedReader } from '#engine/ingestion/delimited-reader.ts';
import { assertText, SAMPLE_BYTES } from '#engine/ingestion/detect-dialect.ts';
import { createEncodingDetector, type DetectedEncoding } from '#engine/ingestion/detect-encoding.ts';
import type { Dialect } from '#engine/ingestion/dialect.ts';
import type { IngestionLimits } from '#engine/ingestion/limits.ts';
import type { SourceFile } from '#engine/ingestion/source-files.ts';

/** The beginning of an inner file. */
export interface FileSample {
  readonly name: string;
  readonly bytes: Buffer;
  /** Nothing follows. */
  readonly isWhole: boolean;
  readonly encoding: DetectedEncoding;
}

/** A record of a sample; null where it is not well-formed. */
export type SampleRecord = readonly string[] | null;

/** Reads the beginning of a file. Throws `not_text`, and what opening it throws. */
export async function readSample(file: SourceFile): Promise<FileSample> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of file.open()) {
    pieces.push(piece);
    length += piece.length;
    if (length > SAMPLE_BYTES) break;
  }
  const isWhole = length <= SAMPLE_BYTES;
  const bytes = Buffer.concat(pieces).subarray(0, SAMPLE_BYTES);
  const detector = createEncodingDetector();
  detector.push(bytes);
  const encoding = detector.decide(isWhole);
  assertText(bytes, encoding.encoding, file.name);
  return { name: file.name, bytes, isWhole, encoding };
}

/** The first records of a sample in a dialect, well-formed or not. */
export function firstRecords(
  sample: FileSample,
  dialect: Dialect,
  limits: IngestionLimits,
  most: number,
): SampleRecord[] {
  const records: SampleRecord[] = [];
  const add = (record: SampleRecord): void => {
    if (records.length < most) records.push(record);
  };
  const reader = createDelimitedReader({
    dialect,
    limits,
    onRecord: ({ cells }) => add([...cells]),
    onError: () => add(null),
  });
  reader.push(sample.bytes);
  // A sample that ends in the middle of a record says nothing about that record.
  if (sample.isWhole) reader.end();
  return records;
}

/** At most `most` of the items, evenly from the first to the last. */
export function spread<T>(items: readonly T[], most: number): T[] {
  if (items.length <= most) return [...items];
  const step = (items.length - 1) / (most - 1);
  return Array.from({ length: most }, (_, at) => items[Math.round(at * step)] as T);
}

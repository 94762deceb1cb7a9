import { createDelimitedReader } from './delimited-reader.ts';
import { assertText, type DetectedDialect, detectDialect, SAMPLE_BYTES } from './detect-dialect.ts';
import { createEncodingDetector, type DetectedEncoding } from './detect-encoding.ts';
import type { Dialect, Encoding } from './dialect.ts';
import type { IngestionLimits } from './limits.ts';
import type { SourceFile } from './source-file.ts';

const SHOWN_ROWS = 20;

/** What the start of a text shows, and what speaks for it. */
export interface TextInspection extends DetectedDialect {
  readonly encoding: DetectedEncoding;
  /** The first well-formed records, at most 20. */
  readonly rows: readonly (readonly string[])[];
}

export interface InspectOptions {
  readonly limits: IngestionLimits;
  /** The encoding that the parser declares for texts that are not UTF-8. */
  readonly declared?: Encoding;
  /** Reads the first rows in this dialect instead of the detected one. */
  readonly dialect?: Dialect;
  readonly signal?: AbortSignal;
}

/**
 * Looks at the first 64 KiB of a text. Bytes beyond may still be in another encoding, which shows at their record.
 * Throws AppError unprocessable `not_text`, and what reading the file throws.
 */
export async function inspectText(file: SourceFile, options: InspectOptions): Promise<TextInspection> {
  const { bytes, isWhole } = await readSample(file, options.signal);
  const detector = createEncodingDetector(options.declared);
  detector.push(bytes);
  const encoding = detector.decide(isWhole);
  assertText(bytes, encoding.encoding, file.name);
  const detected = detectDialect(bytes, encoding.encoding, isWhole);
  const rows = firstRows(bytes, isWhole, options.dialect ?? detected.dialect, options.limits);
  return { encoding, ...detected, rows };
}

/** The first `SAMPLE_BYTES` of a text. */
export async function readSample(
  file: SourceFile,
  signal?: AbortSignal,
): Promise<{ bytes: Buffer; isWhole: boolean }> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of file.open(signal)) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > SAMPLE_BYTES) break;
  }
  return { bytes: Buffer.concat(chunks).subarray(0, SAMPLE_BYTES), isWhole: length <= SAMPLE_BYTES };
}

function firstRows(bytes: Buffer, isWhole: boolean, dialect: Dialect, limits: IngestionLimits): string[][] {
  const rows: string[][] = [];
  const reader = createDelimitedReader({
    dialect,
    limits,
    onRecord({ cells }) {
      if (rows.length < SHOWN_ROWS) rows.push([...cells]);
    },
    onError: () => undefined,
  });
  reader.push(bytes);
  if (isWhole) reader.end();
  return rows;
}

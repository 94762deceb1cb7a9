import { AppError } from '#platform/errors.ts';
import { createDelimitedReader } from '../ingestion/delimited-reader.ts';
import { assertText, detectDialect, type DialectEvidence, dialectOf } from '../ingestion/detect-dialect.ts';
import { createEncodingDetector, type DetectedEncoding } from '../ingestion/detect-encoding.ts';
import type { Dialect } from '../ingestion/dialect.ts';
import { readSample } from '../ingestion/inspect-text.ts';
import type { IngestionLimits } from '../ingestion/limits.ts';
import type { SourceFile } from '../ingestion/source-file.ts';
import type { ImportFormat } from './import-file.ts';
import { type ColumnPlan, type FieldFinder, planColumns } from './map-columns.ts';
import type { Resource } from './resource.ts';

/** What the start of a file shows. */
export interface FoundTable {
  readonly source: SourceFile;
  readonly format: ImportFormat;
  readonly encoding: DetectedEncoding;
  readonly dialect: Dialect;
  readonly preamble: number;
  /** The separators weighed, best first; empty for NDJSON. */
  readonly evidence: readonly DialectEvidence[];
  readonly plan: ColumnPlan;
  /** The first records without the header: cells, or the JSON values of `plan.header`. */
  readonly rows: readonly (readonly unknown[])[];
}

const SHOWN_RECORDS = 20;

export interface Wanted {
  readonly limits: IngestionLimits;
  /** As the caller said. */
  readonly format: ImportFormat | null;
  readonly resource: Resource;
  readonly find: FieldFinder;
}

interface Sample {
  readonly bytes: Buffer;
  readonly isWhole: boolean;
}

/**
 * Format, encoding, separator and columns from the first 64 KiB of a file. Of the separators the one under which most
 * columns are known wins. Throws AppError unprocessable: not_text, missing_header, format_mismatch, duplicate_header.
 */
export async function readTable(source: SourceFile, wanted: Wanted): Promise<FoundTable> {
  const sample = await readSample(source);
  const detector = createEncodingDetector();
  detector.push(sample.bytes);
  const encoding = detector.decide(sample.isWhole);
  assertText(sample.bytes, encoding.encoding, source.name);
  const start = source.dialect === undefined ? sample.bytes.toString('utf8', 0, 1024) : '';
  if (/^\uFEFF?\s*\[\s*[{\]]/.test(start)) throw jsonArray(source.name);
  const looksLikeJson = /^\uFEFF?\s*\{/.test(start);
  if (looksLikeJson !== (wanted.format === 'ndjson') && wanted.format !== null)
    throw otherFormat(source.name, wanted.format, looksLikeJson);
  return looksLikeJson
    ? readObjects(source, sample, encoding, wanted)
    : readCells(source, sample, encoding, wanted);
}

function readCells(
  source: SourceFile,
  { bytes, isWhole }: Sample,
  encoding: DetectedEncoding,
  { limits, format, resource, find }: Wanted,
): FoundTable {
  const { evidence } = detectDialect(bytes, encoding.encoding, isWhole);
  const tables = evidence
    .filter(
      ({ separator }) => separator === (source.dialect?.separator ?? (format === 'tsv' ? '\t' : separator)),
    )
    .map((weighed) => {
      const { preamble } = weighed;
      const dialect = source.dialect ?? dialectOf(weighed, encoding.encoding);
      const [header, ...rows] = firstRecords(bytes, isWhole, dialect, preamble, limits);
      const known = header?.filter((column) => find(column) >= 0).length ?? 0;
      return { dialect, preamble, header, rows, known };
    });
  // Sorting is stable: where names decide nothing, the lines do.
  const [best] = tables.toSorted((one, other) => other.known - one.known);
  if (best?.header === undefined) throw withoutHeader(source.name);
  const { dialect, preamble, header, rows } = best;
  const plan = planColumns(resource, header, find);
  const found: ImportFormat = dialect.separator === '\t' ? 'tsv' : 'csv';
  return { source, format: found, encoding, dialect, preamble, evidence, plan, rows };
}

function readObjects(
  source: SourceFile,
  { bytes, isWhole }: Sample,
  encoding: DetectedEncoding,
  { resource, find }: Wanted,
): FoundTable {
  const lines = bytes
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\n|\r/);
  if (!isWhole) lines.pop();
  const objects = lines.slice(0, SHOWN_RECORDS).flatMap(parsedObject);
  const keys = [...new Set(objects.flatMap((object) => Object.keys(object)))];
  // Two keys for one field are a matter of the record that has both.
  const isFirst = (key: string, at: number): boolean =>
    find(key) < 0 || keys.findIndex((other) => find(other) === find(key)) === at;
  const plan = planColumns(resource, keys.filter(isFirst), find);
  const rows = objects.map((object) => plan.header.map((key) => object[key]));
  return {
    source,
    format: 'ndjson',
    encoding,
    dialect: { separator: ',' },
    preamble: 0,
    evidence: [],
    plan,
    rows,
  };
}

/** From the one that names the columns; none where that is not well-formed. */
function firstRecords(
  bytes: Buffer,
  isWhole: boolean,
  dialect: Dialect,
  preamble: number,
  limits: IngestionLimits,
): (readonly string[])[] {
  const records: (readonly string[])[] = [];
  let isReadable = true;
  const reader = createDelimitedReader({
    dialect,
    limits,
    onRecord({ cells, record }) {
      if (record > preamble && records.length <= SHOWN_RECORDS) records.push([...cells]);
    },
    onError({ record }) {
      if (record === preamble + 1) isReadable = false;
    },
  });
  reader.push(bytes);
  if (isWhole) reader.end();
  return isReadable ? records : [];
}

function parsedObject(line: string): Record<string, unknown>[] {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? [value as Record<string, unknown>] : [];
  } catch {
    return [];
  }
}

function otherFormat(name: string, format: ImportFormat, looksLikeJson: boolean): AppError {
  const found = looksLikeJson ? 'NDJSON' : 'no JSON objects';
  return new AppError(
    'unprocessable',
    'format_mismatch',
    `"${name}" should be ${format.toUpperCase()}, but its first line shows ${found}. Leave out "format", or say the right one.`,
    { expected: format },
  );
}

function jsonArray(name: string): AppError {
  return new AppError(
    'unprocessable',
    'format_mismatch',
    `"${name}" is one JSON array. Write each of its objects into a line of its own (NDJSON), without brackets and commas.`,
    { found: 'json' },
  );
}

function withoutHeader(name: string): AppError {
  return new AppError(
    'unprocessable',
    'missing_header',
    `"${name}" does not begin with a well-formed line of column names. Its first line must name the columns.`,
    { file: name },
  );
}

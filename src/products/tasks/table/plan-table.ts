import { isAscii } from 'node:buffer';
import { createDelimitedReader } from '#engine/ingestion/delimited-reader.ts';
import { assertText, detectDialect, dialectOf } from '#engine/ingestion/detect-dialect.ts';
import { createEncodingDetector, type DetectedEncoding } from '#engine/ingestion/detect-encoding.ts';
import type { Dialect, Encoding } from '#engine/ingestion/dialect.ts';
import { readSample } from '#engine/ingestion/inspect-text.ts';
import type { IngestionLimits } from '#engine/ingestion/limits.ts';
import type { SourceFile } from '#engine/ingestion/source-file.ts';
import { AppError } from '#platform/errors.ts';
import { planObjects } from './plan-objects.ts';
import type { TableInput } from './table-input.ts';
import type { TableHead } from './task-table.ts';

/** How a file is read as a table, and what its start shows. */
export interface PlannedTable {
  readonly source: SourceFile;
  readonly head: TableHead;
  /** Title lines before the one that names the columns. */
  readonly preamble: number;
  /** Why the text is taken to be in its encoding. */
  readonly encodingEvidence: string;
  /** The first records, as text; at most 20. */
  readonly rows: readonly (readonly string[])[];
  /** Bytes that these records take, header included, to estimate how many there are. */
  readonly sampleBytes: number;
  readonly sampleRecords: number;
  /** The sample is the whole file. */
  readonly isWhole: boolean;
}

export interface PlanOptions {
  /** Reads on to the first letters that are not ASCII, however far they are, to tell the encoding by them. */
  readonly looksForLetters?: boolean;
  readonly signal?: AbortSignal;
}

export interface Sample {
  readonly bytes: Buffer;
  readonly isWhole: boolean;
}

const SHOWN_ROWS = 20;
/** From the first letter that is not ASCII on. */
const LETTER_BYTES = 64 * 1024;
const JSON_ARRAY = /^\uFEFF?\s*\[\s*[{\]]/;
const JSON_OBJECT = /^\uFEFF?\s*\{/;

/**
 * Format, encoding, dialect and columns from the first 64 KiB of a file, as far as the caller does not say them.
 * Throws AppError unprocessable: not_text, missing_header.
 */
export async function planTable(
  source: SourceFile,
  input: TableInput,
  limits: IngestionLimits,
  options: PlanOptions = {},
): Promise<PlannedTable> {
  const sample = await readSample(source);
  const format = source.dialect === undefined ? (input.format ?? formatOf(sample.bytes)) : 'csv';
  if (format !== 'csv') return planObjects(source, sample, format, limits);
  const detected = await detectEncoding(source, sample, input, options);
  const encoding = input.encoding ?? detected.encoding;
  const evidence = input.encoding === undefined ? detected.evidence : 'as the caller says';
  assertText(sample.bytes, encoding, source.name);
  const { dialect, preamble } = dialectFor(source, sample, encoding, input);
  const start = readStart(sample, dialect, preamble, limits);
  const { first } = start;
  if (first === undefined) throw withoutHeader(source.name);
  const isNamed = input.header !== false;
  return {
    source,
    preamble,
    encodingEvidence: evidence,
    isWhole: sample.isWhole,
    rows: isNamed ? start.rows.slice(1) : start.rows,
    sampleBytes: start.bytes,
    sampleRecords: start.records - (isNamed ? 1 : 0),
    head: {
      filename: source.name,
      format: source.sheet === undefined ? 'csv' : 'sheet',
      dialect: { ...dialect, quote: dialect.quote === undefined ? '"' : dialect.quote, encoding },
      columns: isNamed ? first.cells : first.cells.map((_, at) => `_${at + 1}`),
      hasAllColumns: true,
      header: isNamed ? first.raw : null,
      lineBreak: first.lineBreak === '' ? '\n' : first.lineBreak,
      hasMark: hasMark(sample.bytes, encoding),
    },
  };
}

async function detectEncoding(
  source: SourceFile,
  { bytes, isWhole }: Sample,
  input: TableInput,
  { looksForLetters = false, signal }: PlanOptions,
): Promise<DetectedEncoding> {
  const detector = createEncodingDetector(input.encoding);
  detector.push(bytes);
  const detected = detector.decide(isWhole);
  const isUndecided = detected.reason === 'valid_utf8' && isAscii(bytes) && !isWhole;
  if (!isUndecided || !looksForLetters || source.dialect !== undefined) return detected;
  const later = createEncodingDetector(input.encoding);
  let looked = 0;
  for await (const chunk of source.open(signal)) {
    if (looked === 0 && isAscii(chunk)) continue;
    later.push(chunk);
    looked += chunk.length;
    if (looked >= LETTER_BYTES) break;
  }
  return looked === 0 ? detected : later.decide(false);
}

function formatOf(start: Buffer): 'csv' | 'ndjson' | 'json' {
  const text = start.toString('utf8', 0, 1024);
  if (JSON_ARRAY.test(text)) return 'json';
  return JSON_OBJECT.test(text) ? 'ndjson' : 'csv';
}

function dialectFor(
  source: SourceFile,
  { bytes, isWhole }: Sample,
  encoding: Encoding,
  { separator, quote, header }: TableInput,
): { readonly dialect: Dialect; readonly preamble: number } {
  if (source.dialect !== undefined) return { dialect: source.dialect, preamble: 0 };
  const { evidence } = detectDialect(bytes, encoding, isWhole);
  const weighed = evidence.find((each) => each.separator === (separator ?? each.separator));
  const found: Dialect = weighed ? dialectOf(weighed, encoding) : { separator: separator ?? ',', encoding };
  const said = quote === undefined ? {} : { quote: quote === 'none' ? null : quote };
  // Without a header nothing tells titles from records.
  return { dialect: { ...found, ...said }, preamble: header === false ? 0 : (weighed?.preamble ?? 0) };
}

interface Start {
  /** The line that names the columns, or the first record; undefined where that is not well-formed. */
  readonly first:
    | {
        readonly cells: readonly string[];
        readonly raw: Buffer;
        readonly lineBreak: TableHead['lineBreak'] | '';
      }
    | undefined;
  readonly rows: readonly (readonly string[])[];
  readonly records: number;
  readonly bytes: number;
}

function readStart(
  { bytes, isWhole }: Sample,
  dialect: Dialect,
  preamble: number,
  limits: IngestionLimits,
): Start {
  const rows: (readonly string[])[] = [];
  let first: Start['first'];
  let records = 0;
  let read = 0;
  const reader = createDelimitedReader({
    dialect,
    limits,
    onRecord(record) {
      if (record.record <= preamble) return;
      if (record.record === preamble + 1) {
        first = { cells: [...record.cells], raw: record.raw(), lineBreak: record.lineBreak() };
      }
      records++;
      read = record.byteEnd;
      if (rows.length <= SHOWN_ROWS) rows.push([...record.cells]);
    },
    onError({ record }) {
      if (record > preamble) records++;
    },
  });
  reader.push(bytes);
  if (isWhole) reader.end();
  return { first, rows, records, bytes: read };
}

function hasMark(start: Buffer, encoding: Encoding): boolean {
  const mark = start.toString('latin1', 0, 3);
  if (encoding === 'utf-16le') return mark.startsWith('\xFF\xFE');
  if (encoding === 'utf-16be') return mark.startsWith('\xFE\xFF');
  return encoding === 'utf-8' && mark === '\xEF\xBB\xBF';
}

function withoutHeader(name: string): AppError {
  const message = `"${name}" does not begin with a well-formed line of column names. Mend it, or say with "input" how the file is to be read.`;
  return new AppError('unprocessable', 'missing_header', message, { file: name });
}

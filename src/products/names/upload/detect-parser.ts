import type { IngestionLimits } from '#engine/ingestion/limits.ts';
import type { Source, SourceFile } from '#engine/ingestion/source-files.ts';
import { AppError } from '#platform/errors.ts';
import type { NameParser } from '../parsers/name-parser.ts';
import { type FileSample, firstRecords, readSample, type SampleRecord, spread } from './sample-files.ts';

/** What speaks for a parser: how many of the first rows of some inner files are in its layout. */
export interface ParserEvidence {
  readonly parser: NameParser;
  readonly fits: boolean;
  readonly rowsLookedAt: number;
  readonly rowsFitting: number;
  /** Names of the inner files that were looked at. */
  readonly files: readonly string[];
}

const MOST_FILES = 16;
const MOST_ROWS = 50;

/** Reads the beginning of each inner file at most once, whoever asks. */
export type Sampler = (file: SourceFile) => Promise<FileSample>;

export function createSampler(): Sampler {
  const samples = new Map<SourceFile, Promise<FileSample>>();
  return (file) => {
    const sample = samples.get(file) ?? readSample(file);
    samples.set(file, sample);
    return sample;
  };
}

/**
 * Whether each of the parsers reads this upload, by the first rows of at most 16 inner files.
 * Throws what reading throws, `not_text`, and `empty_file` where no file holds a row.
 */
export async function weighParsers(
  source: Source,
  parsers: readonly NameParser[],
  sampler: Sampler,
  limits: IngestionLimits,
): Promise<ParserEvidence[]> {
  const evidence: ParserEvidence[] = [];
  for (const parser of parsers) evidence.push(await weighParser(source, parser, sampler, limits));
  return evidence;
}

async function weighParser(
  source: Source,
  parser: NameParser,
  sampler: Sampler,
  limits: IngestionLimits,
): Promise<ParserEvidence> {
  const single = source.files.length === 1;
  const readable = source.files.filter(({ name }) => single || parser.readsFile(name));
  const looked: FileRows[] = [];
  for (const file of spread(readable, MOST_FILES)) {
    const sample = await sampler(file);
    const rows = firstRecords(sample, parser.dialect, limits, MOST_ROWS);
    if (rows.length === 0 && sample.isWhole) continue;
    looked.push(weighRows(sample, rows, parser));
  }
  if (readable.length > 0 && looked.length === 0) {
    throw new AppError('unprocessable', 'empty_file', 'The file holds no row. Send a file with content.');
  }
  return {
    parser,
    fits: looked.length > 0 && looked.every(fits),
    rowsLookedAt: sum(looked, ({ rows }) => rows),
    rowsFitting: sum(looked, ({ fitting }) => fitting),
    files: looked.map(({ name }) => name),
  };
}

interface FileRows {
  readonly name: string;
  readonly rows: number;
  readonly fitting: number;
  /** Rows with the right number of cells, whatever stands in them. */
  readonly shaped: number;
}

function weighRows(sample: FileSample, rows: readonly SampleRecord[], parser: NameParser): FileRows {
  const isUtf16 = sample.encoding.encoding.startsWith('utf-16');
  const readable = isUtf16 ? [] : rows.filter((cells) => cells !== null);
  return {
    name: sample.name,
    rows: rows.length,
    fitting: readable.filter((cells) => parser.fits(cells)).length,
    shaped: readable.filter((cells) => cells.length === parser.columns.length).length,
  };
}

/** Most rows are in the layout, or most have its shape and some prove it: bad rows are a matter of the report. */
function fits({ rows, fitting, shaped }: FileRows): boolean {
  return fitting > 0 && (fitting * 2 >= rows || shaped * 2 >= rows);
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}

import type { Dialect } from '#engine/ingestion/dialect.ts';
import type { IngestionLimits } from '#engine/ingestion/limits.ts';
import type { RowOutcome } from '#engine/ingestion/row-outcome.ts';
import type { Source, SourceFile } from '#engine/ingestion/source-files.ts';
import { AppError } from '#platform/errors.ts';
import { bookOf, dataFiles } from '../import/plan-files.ts';
import type { NameParser, TableFacts, TableLayout } from '../parsers/name-parser.ts';
import {
  dialectOfSample,
  type FileSample,
  readHead,
  sampleFile,
  type TableHead,
} from '../tables/table-head.ts';
import { spread } from './spread.ts';

/** What speaks for a parser: how many of the first rows of some inner files it reads. */
export interface ParserEvidence {
  readonly parser: NameParser;
  readonly fits: boolean;
  readonly rowsLookedAt: number;
  readonly rowsFitting: number;
  /** Share of the rows looked at that it reads or leaves out on purpose, 0 to 1. */
  readonly confidence: number;
  /** What was recognized, in words, by the first table that is in its layout. */
  readonly found: string | null;
  /** Names of the inner files that were looked at. */
  readonly files: readonly string[];
}

const MOST_FILES = 16;

/** The beginning of an inner file, which many parsers look at. */
interface SampledTable {
  readonly sample: FileSample;
  /** Its first rows in the dialect that a parser declares, or in the detected one; each is read once. */
  head(limits: IngestionLimits, declared?: Dialect): TableHead;
}

/** Reads the beginning of each inner file at most once, whoever asks. Throws what `sampleFile` throws. */
export type Sampler = (file: SourceFile) => Promise<SampledTable>;

export function createSampler(): Sampler {
  const samples = new Map<SourceFile, Promise<SampledTable>>();
  return (file) => {
    const sample = samples.get(file) ?? sampleFile(file).then(sampledTable);
    samples.set(file, sample);
    return sample;
  };
}

function sampledTable(sample: FileSample): SampledTable {
  const heads = new Map<string, TableHead>();
  let detected: Dialect | undefined;
  return {
    sample,
    head(limits, declared) {
      const dialect = declared ?? (detected ??= dialectOfSample(sample));
      const key = JSON.stringify(dialect);
      const head = heads.get(key) ?? readHead(sample, dialect, limits);
      heads.set(key, head);
      return head;
    },
  };
}

/**
 * Whether each of the parsers reads this upload, by the first rows of at most 16 inner files (of a workbook: all
 * sheets). Throws what reading throws, `not_text`, and `empty_file` where no file holds a row.
 */
export async function weighParsers(
  source: Source,
  parsers: readonly NameParser[],
  sampler: Sampler,
  limits: IngestionLimits,
): Promise<ParserEvidence[]> {
  const books = [...Map.groupBy(dataFiles(source.files), bookOf).values()];
  const samples: SampledTable[][] = [];
  for (const book of spread(books, MOST_FILES)) {
    const tables = await Promise.all(book.map((file) => sampleText(file, sampler, source.files.length > 1)));
    samples.push(tables.filter((table) => table !== undefined));
  }
  if (samples.flat().every((table) => isEmpty(table, limits))) throw emptyFile();
  return parsers.map((parser) => weighParser(samples, parser, limits));
}

/** One damaged file does not spoil an archive: the import names it among those that were not read. */
async function sampleText(
  file: SourceFile,
  sampler: Sampler,
  isOneOfMany: boolean,
): Promise<SampledTable | undefined> {
  try {
    return await sampler(file);
  } catch (error) {
    if (!isOneOfMany || !(error instanceof AppError) || error.code !== 'not_text') throw error;
    return undefined;
  }
}

function isEmpty({ sample, head }: SampledTable, limits: IngestionLimits): boolean {
  return sample.isWhole && !head(limits).rows.some((cells) => cells.some((cell) => cell !== ''));
}

function emptyFile(): AppError {
  return new AppError('unprocessable', 'empty_file', 'The file holds no row. Send a file with content.');
}

function weighParser(
  books: readonly (readonly SampledTable[])[],
  parser: NameParser,
  limits: IngestionLimits,
): ParserEvidence {
  const looked = books.flatMap((book) => {
    const tables = book
      .map((table) => ({ sample: table.sample, head: table.head(limits, parser.dialect) }))
      .filter(({ sample, head }) => head.rows.length > 0 && !sample.encoding.encoding.startsWith('utf-16'));
    if (tables.length === 0) return [];
    const weighed = tables.map(({ sample, head }) => ({
      name: sample.file.name,
      ...weighTable(head, parser),
    }));
    // Of a workbook, the sheets that are in the layout count; the others may be notes.
    const fitting = weighed.filter(({ layout }) => layout !== undefined);
    return [fitting.length > 0 ? fitting : weighed.slice(0, 1)];
  });
  const tables = looked.flat();
  const rows = sum(tables, (table) => table.rows);
  const fitting = sum(tables, (table) => table.fitting);
  const understood = sum(tables, (table) => (table.fits ? table.understood : 0));
  return {
    parser,
    fits: looked.length > 0 && looked.every((book) => book.some(({ fits }) => fits)),
    rowsLookedAt: rows,
    rowsFitting: fitting,
    confidence: rows === 0 ? 0 : Math.round((understood / rows) * 100) / 100,
    found: tables.find(({ layout }) => layout)?.layout?.evidence ?? null,
    files: tables.map(({ name }) => name),
  };
}

interface WeighedTable {
  readonly layout: TableLayout | undefined;
  readonly rows: number;
  readonly fitting: number;
  /** Fitting ones, and notes and totals that are left out on purpose. */
  readonly understood: number;
  readonly fits: boolean;
}

/** Stands for what the caller would have to say, so that rows can be judged by themselves. */
const ANY_FACTS: TableFacts = { year: 2000, gender: 'F', area: null };

/** A layout fits when it reads some rows, or knows all of them well; bad rows are a matter of the report. */
function weighTable(head: TableHead, parser: NameParser): WeighedTable {
  const layout = parser.recognize(head);
  if (!layout) return { layout, rows: head.rows.length, fitting: 0, understood: 0, fits: false };
  const data = head.rows.slice(layout.skip).filter((cells) => cells.some((cell) => cell !== ''));
  const facts = { ...ANY_FACTS, ...known(layout.facts) };
  const outcomes = data.map((cells) => layout.parseRow(cells, facts));
  const fitting = outcomes.filter(({ kind }) => kind === 'accepted').length;
  const understood = outcomes.filter(({ kind }) => kind !== 'rejected').length;
  const fits = fitting > 0 || (data.length > 0 && outcomes.every(isLeftOutOnPurpose));
  return { layout, rows: data.length, fitting, understood, fits };
}

/** As the ranks are with which a table of ranks and counts begins; notes are left out of any table. */
function isLeftOutOnPurpose(outcome: RowOutcome<unknown>): boolean {
  return outcome.kind === 'skipped' && outcome.reason !== 'note' && outcome.reason !== 'blank';
}

function known(facts: TableFacts): Partial<TableFacts> {
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== null));
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}

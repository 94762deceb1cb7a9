import type { Dialect } from '#engine/ingestion/dialect.ts';
import type { IngestionLimits } from '#engine/ingestion/limits.ts';
import type { SourceFile } from '#engine/ingestion/source-files.ts';
import { AppError } from '#platform/errors.ts';
import type { NameParser, TableFacts, TableLayout } from '../parsers/name-parser.ts';
import { dialectOfSample, readHead, sampleFile } from '../tables/table-head.ts';
import type { UploadOptions } from './upload-options.ts';

/** A table of the upload that will be read. */
export interface PlannedFile {
  readonly source: SourceFile;
  readonly dialect: Dialect;
  readonly layout: TableLayout;
  /** What its titles, its name and the caller say about it. */
  readonly facts: TableFacts;
}

/** What an upload is made of. */
export interface FilePlan {
  readonly files: readonly PlannedFile[];
  /** Names of files that look like data and are in no layout of this parser: not read, and said so. */
  readonly unread: readonly string[];
}

export interface PlanOptions {
  readonly limits: IngestionLimits;
  readonly signal?: AbortSignal;
}

/**
 * The tables that a parser reads, each with what is known about it.
 * Throws `format_mismatch` where there is none, `year_required`, `gender_required` and `area_required` where nobody
 * says them, `year_conflict` and `gender_conflict` where file and caller differ.
 */
export async function planFiles(
  files: readonly SourceFile[],
  parser: NameParser,
  options: UploadOptions,
  { limits, signal }: PlanOptions,
): Promise<FilePlan> {
  const found: Omit<PlannedFile, 'facts'>[] = [];
  const unread: SourceFile[] = [];
  const told = new Map<string, Partial<TableFacts>>();
  for (const source of dataFiles(files)) {
    const table = await lookInto(source, parser, limits, signal).catch((error: unknown) => {
      // One damaged file does not spoil an archive: it is named among those that were not read.
      if (files.length === 1 || !(error instanceof AppError) || error.code !== 'not_text') throw error;
      return undefined;
    });
    if (table?.told) told.set(bookOf(source), table.told);
    if (table?.layout) found.push({ source, layout: table.layout, dialect: table.dialect });
    else unread.push(source);
  }
  if (found.length === 0) throw nothingToRead(files, parser);
  const planned = found.map((file) => ({
    ...file,
    facts: factsOf(file, told.get(bookOf(file.source)), options),
  }));
  // A workbook of which a sheet is read may hold others, such as notes.
  const books = new Set(planned.map(({ source }) => bookOf(source)));
  return {
    files: planned,
    unread: unread.filter((file) => !books.has(bookOf(file))).map(({ name }) => name),
  };
}

/** The files of an upload that can hold rows: in an archive, no READ ME, no description of the data and no picture. */
export function dataFiles(files: readonly SourceFile[]): readonly SourceFile[] {
  if (files.length === 1) return files;
  return files.filter(
    ({ name, sheet }) =>
      sheet !== undefined ||
      (/\.(?:txt|csv|tsv|json|px)(?:#cells)?$/i.test(name) && !/read[\s_-]*me|meta[\s_-]*data/i.test(name)),
  );
}

interface FoundTable {
  readonly layout: TableLayout | undefined;
  readonly dialect: Dialect;
  /** What notes say about the other sheets of their workbook. */
  readonly told?: Partial<TableFacts> | undefined;
}

async function lookInto(
  source: SourceFile,
  parser: NameParser,
  limits: IngestionLimits,
  signal: AbortSignal | undefined,
): Promise<FoundTable> {
  const fixed = parser.fixed?.(source.name);
  if (fixed && parser.dialect) return { layout: fixed, dialect: parser.dialect };
  const sample = await sampleFile(source, signal);
  const dialect = dialectOfSample(sample, parser.dialect);
  const head = readHead(sample, dialect, limits);
  return {
    layout: parser.recognize(head),
    dialect,
    told: head.sheet === null ? undefined : parser.notes?.(head),
  };
}

function factsOf(
  { source, layout: { facts, needs } }: Omit<PlannedFile, 'facts'>,
  told: Partial<TableFacts> = {},
  options: UploadOptions,
): TableFacts {
  const stated = {
    year: facts.year ?? told.year ?? null,
    gender: facts.gender ?? told.gender ?? null,
    area: facts.area ?? told.area ?? null,
  };
  for (const need of needs) {
    if (stated[need] === null && options[need] === null) throw required(source, need);
    if (stated[need] !== null && options[need] !== null && stated[need] !== options[need]) {
      throw conflict(source, need, stated[need], options[need]);
    }
  }
  return {
    year: stated.year ?? options.year,
    gender: stated.gender ?? options.gender,
    area: stated.area ?? options.area,
  };
}

/** The workbook of a sheet; a file that is none stands for itself. */
export function bookOf({ name, sheet }: SourceFile): string {
  return sheet === undefined ? name : name.slice(0, name.length - sheet.length - 1);
}

function nothingToRead(files: readonly SourceFile[], parser: NameParser): AppError {
  const found = files.slice(0, 5).map(({ name }) => name);
  return new AppError(
    'unprocessable',
    'format_mismatch',
    `There is no table that ${parser.id} reads. Expected: ${parser.layout}. Found: ${found.join(', ')}.`,
    { expected: parser.layout, found },
  );
}

const HINTS = {
  year: 'or name the file after its year (yob2020.txt)',
  gender: 'or name the file after it (girls2020.csv)',
  area: 'or name the file after it, as the office does',
};

function required({ name }: SourceFile, field: keyof typeof HINTS): AppError {
  const message = `Neither the rows nor the name of "${name}" tell the ${field}. Send it as the field "${field}", ${HINTS[field]}.`;
  return new AppError('unprocessable', `${field}_required`, message, { file: name });
}

function conflict(
  { name }: SourceFile,
  field: keyof typeof HINTS,
  stated: string | number,
  sent: string | number,
): AppError {
  const message = `The file "${name}" says ${stated}, the field "${field}" says ${sent}. Leave out the wrong one.`;
  const details = { file: name, [`file_name_${field}`]: stated, [`field_${field}`]: sent };
  return new AppError('unprocessable', `${field}_conflict`, message, details);
}

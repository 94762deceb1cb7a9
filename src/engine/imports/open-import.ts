import { AppError } from '#platform/errors.ts';
import type { DetectedEncoding } from '../ingestion/detect-encoding.ts';
import type { Dialect } from '../ingestion/dialect.ts';
import type { IngestionLimits } from '../ingestion/limits.ts';
import type { SourceFile } from '../ingestion/source-file.ts';
import { openSource, type Source } from '../ingestion/source-files.ts';
import { chooseSheets, isSheetOf } from './choose-sheets.ts';
import { type FoundTable, readTable } from './find-table.ts';
import type { ImportFile, ImportFormat, ReadDependencies } from './import-file.ts';
import {
  assertColumns,
  type ColumnMapping,
  type ColumnPlan,
  type FieldFinder,
  fieldFinder,
} from './map-columns.ts';
import type { ReportWarning } from './report.query.ts';
import type { Resource } from './resource.ts';
import { isSecretName, secretNames } from './secret-values.ts';

/** One text of an upload and how it is read. */
export interface PlannedFile {
  readonly source: SourceFile;
  readonly format: ImportFormat;
  readonly encoding: DetectedEncoding;
  /** Of CSV and TSV. */
  readonly dialect: Dialect;
  /** Title lines before the one that names the columns. */
  readonly preamble: number;
  readonly plan: ColumnPlan;
}

/** An upload that can be read as records of a resource. */
export interface OpenedImport {
  /** In the order in which they are read; several for a zip alone. */
  readonly files: readonly PlannedFile[];
  readonly isArchive: boolean;
  readonly find: FieldFinder;
  readonly limits: IngestionLimits;
  /** Some column holds values that must not be kept. */
  readonly hasSecrets: boolean;
  /** What such columns may be called, without case and punctuation. */
  readonly secretNames: readonly string[];
  /** What `import_jobs.detected` takes. */
  readonly detected: Readonly<Record<string, unknown>>;
  readonly warnings: readonly ReportWarning[];
  /** Stored bytes, and how many of them have been read. */
  readonly size: number;
  bytesRead(): number;
  close(): Promise<void>;
}

const MOST_EXAMPLES = 20;

/**
 * Opens an upload (plain, gzip, zip; CSV, TSV, NDJSON, workbooks by content) and finds the column of each field.
 * Of a zip: the files that are called after the resource (`users.csv`, `users-2.ndjson`), or all where none is. Of a
 * workbook: the sheets that are called so, or the one that has the columns.
 * Throws AppError unprocessable: missing_columns, missing_header, duplicate_header, invalid_mapping, format_mismatch,
 * not_text, empty_file, and what `openSource` throws.
 */
export async function openImport(
  { files, limits }: ReadDependencies,
  file: ImportFile,
  resource: Resource,
): Promise<OpenedImport> {
  const find = fieldFinder(resource, file.mapping);
  const secrets = secretNames(resource, file.mapping);
  const source = await openSource(files, file.fileKey, file.filename, limits, { evenRows: true });
  try {
    const found: FoundTable[] = [];
    const wanted = { limits, format: file.format, resource, find };
    for (const part of await chooseSheets(filesOf(source, resource), wanted)) {
      const table = await readTable(part, wanted);
      const expected = expectedColumns(table.plan, file.mapping, secrets);
      if (table.format !== 'ndjson') assertColumns(resource, table.plan, expected, part.name);
      found.push(table);
    }
    return {
      files: found,
      isArchive: source.kind === 'zip',
      find,
      limits,
      hasSecrets: found.some(({ plan }) => plan.header.some((column) => isSecretName(column, secrets))),
      secretNames: secrets,
      detected: describe(source, found, resource),
      warnings: found.flatMap(({ plan, source: { name } }) => unknownColumns(plan, name)),
      size: source.size,
      // What was looked at beforehand is read twice.
      bytesRead: () => Math.min(source.bytesRead(), source.size),
      close: () => source.close(),
    };
  } catch (error) {
    await source.close();
    throw error;
  }
}

/** The files of a source that hold records of the resource. Throws AppError unprocessable `empty_file` for none. */
export function filesOf(source: Source, resource: Resource): readonly [SourceFile, ...SourceFile[]] {
  const named = namedFiles(source, resource);
  const [first, ...others] = named.length > 0 ? named : source.files;
  if (!first) {
    throw new AppError(
      'unprocessable',
      'empty_file',
      'The archive holds no file. Pack at least one into it.',
    );
  }
  return [first, ...others];
}

/** The files of a source that are called after the resource: `users.csv`, `users-2.ndjson`, or the sheet `users`. */
export function namedFiles(source: Source, resource: Resource): readonly SourceFile[] {
  const isNamed = new RegExp(`(^|[/\\\\])${resource.name}([^/\\\\a-z][^/\\\\]*)?$`, 'i');
  return source.files.filter((file) => isNamed.test(file.name) || isSheetOf(file, resource));
}

/** Refused records are given back without their secret columns, and may be sent again with the same mapping. */
function expectedColumns(
  { header }: ColumnPlan,
  mapping: ColumnMapping | null,
  secrets: readonly string[],
): ColumnMapping | null {
  if (mapping === null || !header.includes('_errors')) return mapping;
  return Object.fromEntries(Object.entries(mapping).filter(([column]) => !isSecretName(column, secrets)));
}

function unknownColumns({ unknown }: ColumnPlan, filename: string): ReportWarning[] {
  if (unknown.length === 0) return [];
  return [
    {
      code: 'unknown_column',
      message: `"${filename}" has columns that belong to no field; they were passed over.`,
      count: unknown.length,
      examples: unknown.slice(0, MOST_EXAMPLES),
    },
  ];
}

function describe(source: Source, found: readonly FoundTable[], resource: Resource): Record<string, unknown> {
  return {
    kind: source.kind,
    files: found.map(({ source: { name }, format, dialect, plan, encoding, evidence }) => ({
      name,
      format,
      encoding: encoding.encoding,
      encoding_evidence: encoding.evidence,
      ...(format !== 'ndjson' && { separator: dialect.separator, quote: dialect.quote ?? null, evidence }),
      header: plan.header,
      mapping: Object.fromEntries(
        resource.fields.flatMap(({ name: field }, at) => {
          const column = plan.header[plan.places[at] ?? -1];
          return column === undefined ? [] : [[column, field]];
        }),
      ),
      unknown: plan.unknown,
    })),
  };
}

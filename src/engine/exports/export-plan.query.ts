import { AppError, invalidRequest } from '#platform/errors.ts';
import type { Sql } from '#platform/postgres/sql.ts';
import { type Compression, type ExportFormat, isDelimited, type Preset } from './export-format.ts';
import type { ExportColumn, ExportFilter, ExportSource } from './export-source.query.ts';

/** What a caller asks for; kept with an asynchronous export. */
export interface ExportWish {
  readonly resource_type: string;
  readonly format: ExportFormat;
  /** In this order; absent or empty: the default columns. */
  readonly fields?: readonly string[];
  readonly filters: Readonly<Record<string, string>>;
  readonly compression: Compression;
  readonly escape_formulas: boolean;
  readonly preset: Preset | null;
}

/** A wish that was understood. */
export interface ExportPlan {
  readonly source: ExportSource;
  readonly columns: readonly ExportColumn[];
  readonly conditions: readonly Sql[];
  readonly format: ExportFormat;
  readonly compression: Compression;
  readonly isGuarded: boolean;
  /** A byte order mark first and CRLF between rows. */
  readonly isForExcel: boolean;
}

/** Throws AppError invalid_request for an unknown resource, field or filter, or a value that is none. */
export function planExport(sources: readonly ExportSource[], wish: ExportWish): ExportPlan {
  const { format, compression, preset } = wish;
  const source = sources.find(({ name }) => name === wish.resource_type);
  if (!source) {
    throw invalidRequest('resource', `must be one of ${sources.map(({ name }) => name).join(', ')}`);
  }
  if (preset === 'excel' && !isDelimited(format)) {
    throw invalidRequest('preset', 'is for csv and tsv');
  }
  const columns = chooseColumns(source, wish.fields ?? []);
  if (isDelimited(format)) refuseEmptyLines(columns);
  return {
    source,
    columns,
    conditions: chooseConditions(source, wish.filters),
    format,
    compression,
    isGuarded: wish.escape_formulas && isDelimited(format),
    isForExcel: preset === 'excel',
  };
}

/** A row of one empty cell is an empty line, which readers of CSV pass over. */
function refuseEmptyLines(columns: readonly ExportColumn[]): void {
  const [only] = columns;
  if (columns.length > 1 || only?.isNullable !== true) return;
  const message = `${only.name} alone makes empty lines where it has no value: name a second field, such as id, or take ndjson`;
  throw invalidRequest('fields', message);
}

/** The names of all filters, those of several sources once. */
export function filterNames(sources: readonly ExportSource[]): string[] {
  return [...new Set(sources.flatMap(({ filters }) => filters.map(({ name }) => name)))];
}

function chooseColumns(source: ExportSource, fields: readonly string[]): readonly ExportColumn[] {
  if (fields.length === 0) return source.columns.filter(({ isDefault }) => isDefault);
  if (new Set(fields).size < fields.length) throw invalidRequest('fields', 'must not name a field twice');
  return fields.map((field) => {
    const column = source.columns.find(({ name }) => name === field);
    if (column) return column;
    const known = source.columns.map(({ name }) => name).join(', ');
    throw invalidRequest('fields', `${source.name} have no ${JSON.stringify(field)}, but ${known}`);
  });
}

function chooseConditions(source: ExportSource, asked: Readonly<Record<string, string>>): Sql[] {
  const unasked = source.filters.filter(({ name }) => asked[name] === undefined);
  return [
    ...Object.entries(asked).map(([name, value]) => findFilter(source, name).condition(value)),
    ...unasked.flatMap(({ whenAbsent }) => whenAbsent ?? []),
  ];
}

function findFilter(source: ExportSource, name: string): ExportFilter {
  const filter = source.filters.find((each) => each.name === name);
  if (filter) return filter;
  const known = source.filters.map((each) => each.name).join(', ');
  const message = `The request was not understood: ${source.name} are filtered by ${known}.`;
  throw new AppError('invalid', 'invalid_request', message, [{ field: name, message: 'is no filter of it' }]);
}

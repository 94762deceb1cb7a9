import { detectDialect } from '#engine/ingestion/detect-dialect.ts';
import { createDelimitedReader } from '#engine/ingestion/delimited-reader.ts';
import { DEFAULT_LIMITS } from '#engine/ingestion/limits.ts';
import { AppError } from '#platform/errors.ts';
import type { BirthError, RawTotal } from './check-births.ts';

const BIRTH_COLUMNS = ['area', 'year', 'gender', 'births', 'source', 'attribution'] as const;
type Column = (typeof BIRTH_COLUMNS)[number];

const COLUMN_BY_WORD: Readonly<Record<string, Column>> = {
  area: 'area',
  region: 'area',
  year: 'year',
  gender: 'gender',
  sex: 'gender',
  births: 'births',
  total: 'births',
  count: 'births',
  source: 'source',
  attribution: 'attribution',
};

/**
 * The totals of a CSV text with a header, in any order of columns. Throws AppError unprocessable `missing_columns`.
 */
export function readBirthsCsv(text: string): { lines: RawTotal[]; errors: BirthError[] } {
  const bytes = Buffer.from(text);
  const lines: RawTotal[] = [];
  const errors: BirthError[] = [];
  let places: Map<Column, number> | undefined;
  const reader = createDelimitedReader({
    dialect: detectDialect(bytes, 'utf-8', true).dialect,
    limits: DEFAULT_LIMITS,
    onRecord({ cells, lineStart }) {
      if (places === undefined) places = columnPlaces(cells);
      else lines.push({ line: lineStart, ...cellsByColumn(cells, places) });
    },
    onError: (refused) =>
      errors.push(...refused.errors.map((error) => ({ line: refused.lineStart, ...error }))),
  });
  reader.push(bytes);
  reader.end();
  if (places === undefined) columnPlaces([]);
  return { lines, errors };
}

function columnPlaces(header: readonly string[]): Map<Column, number> {
  const places = new Map<Column, number>();
  for (const [at, cell] of header.entries()) {
    const column = COLUMN_BY_WORD[cell.trim().toLowerCase()];
    if (column !== undefined && !places.has(column)) places.set(column, at);
  }
  const missing = (['year', 'gender', 'births'] as const).filter((column) => !places.has(column));
  if (missing.length === 0) return places;
  throw new AppError(
    'unprocessable',
    'missing_columns',
    `The first line names no column ${missing.join(', ')}. Expected: ${BIRTH_COLUMNS.join(',')}; area, source and attribution may be missing.`,
    { missing, found: header.slice(0, 20) },
  );
}

function cellsByColumn(
  cells: readonly string[],
  places: ReadonlyMap<Column, number>,
): Record<Column, string> {
  const cell = (column: Column): string => cells[places.get(column) ?? -1] ?? '';
  return {
    area: cell('area'),
    year: cell('year').trim(),
    gender: cell('gender'),
    births: cell('births'),
    source: cell('source'),
    attribution: cell('attribution'),
  };
}

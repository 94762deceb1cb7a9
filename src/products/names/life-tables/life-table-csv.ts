import { createDelimitedReader } from '#engine/ingestion/delimited-reader.ts';
import { detectDialect } from '#engine/ingestion/detect-dialect.ts';
import { type FieldError, fieldError } from '#engine/ingestion/field-error.ts';
import { DEFAULT_LIMITS } from '#engine/ingestion/limits.ts';
import { wholeNumber } from '#engine/ingestion/whole-number.ts';
import { AppError } from '#platform/errors.ts';
import { checkGender, genderRefusal } from '../normalize-gender.ts';
import { checkYear, yearRefusal } from '../normalize-number.ts';
import type { Cohort } from './life-table.query.ts';

const COLUMNS = ['cohort', 'gender', 'age', 'survivors', 'source'] as const;
type Column = (typeof COLUMNS)[number];

const COLUMN_BY_WORD: Readonly<Record<string, Column>> = {
  cohort: 'cohort',
  year: 'cohort',
  gender: 'gender',
  sex: 'gender',
  age: 'age',
  x: 'age',
  survivors: 'survivors',
  lx: 'survivors',
  l_x: 'survivors',
  source: 'source',
};

const MAX_AGE = 130;
const MAX_WORDS = 1000;
/** Digits, and at most one point. */
const PLAIN_NUMBER = /^\d{1,12}(?:\.\d{1,20})?$/;

/** What is wrong with a line. */
export interface LifeTableError extends FieldError {
  readonly line: number;
}

/** One line that is right by itself. */
interface Line {
  readonly line: number;
  readonly cohort: number;
  readonly gender: 'F' | 'M';
  readonly age: number;
  readonly survivors: number;
  readonly source: string | null;
}

/** Whole cohorts of a CSV text with a header, in any order. Throws AppError unprocessable `missing_columns`. */
export function readLifeTableCsv(text: string): { cohorts: Cohort[]; errors: LifeTableError[] } {
  const bytes = Buffer.from(text);
  const lines: Line[] = [];
  const errors: LifeTableError[] = [];
  let places: ReadonlyMap<Column, number> | undefined;
  const reader = createDelimitedReader({
    dialect: detectDialect(bytes, 'utf-8', true).dialect,
    limits: DEFAULT_LIMITS,
    onRecord({ cells, lineStart }) {
      if (places === undefined) return void (places = columnPlaces(cells));
      const found = lineOf(lineStart, cells, places);
      if ('faults' in found) errors.push(...found.faults.map((fault) => ({ line: lineStart, ...fault })));
      else lines.push(found);
    },
    onError: (refused) =>
      errors.push(...refused.errors.map((error) => ({ line: refused.lineStart, ...error }))),
  });
  reader.push(bytes);
  reader.end();
  if (places === undefined) columnPlaces([]);
  const groups = Map.groupBy(lines, ({ gender, cohort }) => `${gender} ${cohort}`);
  const found = [...groups.values()].map(cohortOf);
  errors.push(...found.flatMap(({ faults }) => faults));
  return { cohorts: found.map(({ cohort }) => cohort), errors: errors.sort((a, b) => a.line - b.line) };
}

function columnPlaces(header: readonly string[]): Map<Column, number> {
  const places = new Map<Column, number>();
  for (const [at, cell] of header.entries()) {
    const column = COLUMN_BY_WORD[cell.trim().toLowerCase()];
    if (column !== undefined && !places.has(column)) places.set(column, at);
  }
  const missing = COLUMNS.filter((column) => column !== 'source' && !places.has(column));
  if (missing.length === 0) return places;
  throw new AppError(
    'unprocessable',
    'missing_columns',
    `The first line names no column ${missing.join(', ')}. Expected: ${COLUMNS.join(',')}; source may be missing.`,
    { missing, found: header.slice(0, 20) },
  );
}

function lineOf(
  line: number,
  cells: readonly string[],
  places: ReadonlyMap<Column, number>,
): Line | { readonly faults: FieldError[] } {
  const cell = (column: Column): string => cells[places.get(column) ?? -1]?.trim() ?? '';
  const cohort = checkYear(cell('cohort'));
  const gender = checkGender(cell('gender'));
  const age = wholeNumber(cell('age'));
  const source = cell('source');
  const faults: FieldError[] = [];
  const fault = (code: Parameters<typeof fieldError>[0], field: Column, message: string): void =>
    void faults.push(fieldError(code, { field, value: cell(field), message }));
  if (cohort === undefined) fault('invalid_year', 'cohort', yearRefusal(cell('cohort')));
  if (gender === undefined) fault('invalid_gender', 'gender', genderRefusal(cell('gender')));
  if (age === undefined || age > MAX_AGE)
    fault(
      'invalid_count',
      'age',
      `"${cell('age').slice(0, 40)}" is no age: whole years from 0 to ${MAX_AGE}.`,
    );
  if (!PLAIN_NUMBER.test(cell('survivors')))
    fault('invalid_count', 'survivors', `"${cell('survivors').slice(0, 40)}" is no number of survivors.`);
  if (source.length > MAX_WORDS) faults.push(fieldError('length', { field: 'source', value: source }));
  if (faults.length > 0 || cohort === undefined || gender === undefined || age === undefined)
    return { faults };
  return { line, cohort, gender, age, survivors: Number(cell('survivors')), source: source || null };
}

/** The lines of one cohort in order of age: none missing, none twice, and nobody comes back. */
function cohortOf(lines: readonly Line[]): { cohort: Cohort; faults: LifeTableError[] } {
  const rising = lines.toSorted((a, b) => a.age - b.age || a.line - b.line);
  const faults: LifeTableError[] = [];
  for (const [at, { line, age, survivors }] of rising.entries()) {
    const before = rising[at - 1];
    const fault = (
      code: Parameters<typeof fieldError>[0],
      field: Column,
      value: number,
      message: string,
    ): void => void faults.push({ line, ...fieldError(code, { field, value: String(value), message }) });
    if (before?.age === age)
      fault('duplicate_in_file', 'age', age, `Line ${before.line} has this age already.`);
    else if (age !== (before?.age ?? -1) + 1)
      fault(
        'reference_missing',
        'age',
        age,
        `The age before ${age} is missing: a table has every age from 0 on.`,
      );
    else if (before ? survivors > before.survivors : survivors === 0)
      fault(
        'invalid_count',
        'survivors',
        survivors,
        before ? 'More survivors than the year before.' : 'Nobody is born.',
      );
  }
  const [first] = rising as [Line, ...Line[]];
  const { gender, cohort, source } = first;
  return { cohort: { gender, cohort, survivors: rising.map(({ survivors }) => survivors), source }, faults };
}

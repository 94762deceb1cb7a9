import { type FieldError, fieldError } from '#engine/ingestion/field-error.ts';
import { accepted, rejected, skipped } from '#engine/ingestion/row-outcome.ts';
import type { CountStatus, NameCount } from '../name-count.ts';
import { checkName } from '../normalize-name.ts';
import { countRefusal } from '../normalize-number.ts';
import type { Gender, RowGender } from '../normalize-gender.ts';
import type { TableFacts, TableLayout } from '../parsers/name-parser.ts';
import { leftOut, readRank } from './long-table.ts';
import { type CountReader, countReader } from './read-count.ts';
import { nameCell } from './row-checks.ts';

/** Columns that hold one observation of each row: of one year, one gender, or one area. Places from 0. */
export interface ColumnGroup {
  /** Where the name stands: the same for all groups of a wide table, one each where tables stand side by side. */
  readonly name: number;
  /** Absent in a list of ranks. */
  readonly count?: number;
  readonly rank?: number;
  /**
   * What the header says about the group; what is left out, the facts of the table say. A year that is null: the
   * counts are of more years than one, and stand `aside`.
   */
  readonly year?: number | null;
  readonly gender?: Gender;
  readonly area?: string;
}

/** A table whose rows hold several observations: a column a year, or blocks of columns side by side. */
export interface ColumnTable {
  /** The last row of the header in the head of the table, and its cells. */
  readonly header: { readonly row: number; readonly cells: readonly string[] };
  readonly groups: readonly ColumnGroup[];
  readonly facts?: Partial<TableFacts>;
  readonly readCount?: CountReader;
  /** The gender of a row, where a column has it. */
  readonly genderOf?: (cells: readonly string[]) => RowGender | undefined;
  /** The year of a row, where a column has it. */
  readonly yearOf?: (cells: readonly string[]) => number | undefined;
  readonly skips?: (cells: readonly string[]) => string | undefined;
  readonly threshold?: number | null;
  readonly isTop?: boolean;
  readonly listsAllYears?: boolean;
  readonly isRounded?: boolean;
  readonly period?: TableLayout['period'];
  readonly edition?: string;
}

/**
 * The layout of a wide table, or of tables side by side. An empty name or a cell without births is no observation;
 * one bad cell refuses its row, with all that is wrong in it.
 */
export function columnTable(table: ColumnTable): TableLayout {
  const { header, groups, facts } = table;
  const lacks = (field: 'year' | 'gender'): boolean => groups.some((group) => group[field] === undefined);
  return {
    evidence: `header in row ${header.row + 1}: ${groups.length} groups of columns, ${shortened(header.cells)}`,
    skip: header.row + 1,
    columns: header.cells,
    facts: { year: null, gender: null, area: null, ...facts },
    needs: [
      ...(lacks('year') && !table.yearOf ? (['year'] as const) : []),
      ...(lacks('gender') && !table.genderOf ? (['gender'] as const) : []),
    ],
    ...(table.threshold !== undefined && { threshold: table.threshold }),
    ...(table.isTop !== undefined && { isTop: table.isTop }),
    ...(table.listsAllYears !== undefined && { listsAllYears: table.listsAllYears }),
    ...(table.isRounded !== undefined && { isRounded: table.isRounded }),
    ...(table.period && { period: table.period }),
    ...(table.edition !== undefined && { edition: table.edition }),
    parseRow: rowParser(table),
  };
}

function rowParser(table: ColumnTable): TableLayout['parseRow'] {
  const readCount = table.readCount ?? countReader();
  return (cells, facts) => {
    const left = leftOut(cells) ?? table.skips?.(cells);
    if (left !== undefined) return skipped(left);
    const found: NameCount[] = [];
    const errors: FieldError[] = [];
    const rowFacts = factsOfRow(table, cells, facts);
    for (const group of table.groups)
      readGroup(group, { table, cells, facts: rowFacts, readCount }, found, errors);
    if (errors.length > 0) return rejected(errors);
    return found.length > 0 ? accepted(found) : skipped('no_count');
  };
}

function factsOfRow(
  { genderOf, yearOf }: ColumnTable,
  cells: readonly string[],
  facts: TableFacts,
): RowFacts {
  if (!genderOf && !yearOf) return facts;
  return {
    ...facts,
    ...(genderOf && { gender: genderOf(cells) ?? null }),
    ...(yearOf && { year: yearOf(cells) ?? null }),
  };
}

interface RowFacts extends Omit<TableFacts, 'gender'> {
  readonly gender: RowGender | null;
}

interface Row {
  readonly table: ColumnTable;
  readonly cells: readonly string[];
  readonly facts: RowFacts;
  readonly readCount: CountReader;
}

function readGroup(group: ColumnGroup, row: Row, found: NameCount[], errors: FieldError[]): void {
  const { cells, facts } = row;
  const raw = cells[group.name] ?? '';
  const count = group.count === undefined ? 'hidden' : row.readCount(cells[group.count] ?? '');
  // Blocks of unequal length end in empty cells.
  if (raw.trim() === '' && (cells[group.count ?? group.name] ?? '').trim() === '') return;
  const name = checkName(raw);
  if (name === undefined) addOnce(errors, nameCell(raw, group.name + 1, columnName(row, group.name)));
  const gender = group.gender ?? facts.gender;
  const year = group.year === undefined ? facts.year : group.year;
  const isUntold = year === null && group.year !== null;
  if (gender === null || isUntold) errors.push(untold(gender === null ? 'gender' : 'year'));
  if (count === undefined) errors.push(badCount(row, group.count as number));
  if (name === undefined || gender === null || isUntold || count === undefined || count === 'none') return;
  const rank = group.rank === undefined ? null : readRank(cells[group.rank] ?? '');
  if (group.count === undefined && rank === null) return;
  const shown = count === 'hidden' ? null : count;
  const status = year === null || gender === 'X' ? 'aside' : statusOf(group, shown);
  found.push({ name, gender, year, count: shown, area: group.area ?? facts.area, status, rank, variant: 0 });
}

function statusOf(group: ColumnGroup, count: number | null): CountStatus {
  if (count !== null) return 'exact';
  return group.count === undefined ? 'rank_only' : 'below_threshold';
}

/** A wide table has one name for all of its groups. */
function addOnce(errors: FieldError[], error: FieldError | undefined): void {
  if (error && !errors.some(({ column_index }) => column_index === error.column_index)) errors.push(error);
}

function untold(field: 'gender' | 'year'): FieldError {
  return fieldError('missing_cell', { field, message: `Nothing tells the ${field} of this row.` });
}

function badCount(row: Row, at: number): FieldError {
  const value = row.cells[at] ?? '';
  return fieldError('invalid_count', {
    column: at + 1,
    field: columnName(row, at),
    value,
    message: countRefusal(value),
  });
}

function columnName({ table }: Row, at: number): string {
  return table.header.cells[at] ?? '';
}

function shortened(cells: readonly string[]): string {
  return cells
    .filter((cell) => cell !== '')
    .join(', ')
    .slice(0, 80);
}

import { fieldError } from '#engine/ingestion/field-error.ts';
import { accepted, rejected, type RowOutcome, skipped } from '#engine/ingestion/row-outcome.ts';
import type { CountStatus, NameCount } from '../name-count.ts';
import { checkGender, type Gender } from '../normalize-gender.ts';
import { checkName } from '../normalize-name.ts';
import { checkYear, countRefusal, yearRefusal } from '../normalize-number.ts';
import type { TableFacts, TableLayout } from '../parsers/name-parser.ts';
import { type CountReader, countReader, type ReadCount } from './read-count.ts';
import { type CellCheck, genderCell, nameCell, rowErrors, yearCell } from './row-checks.ts';

/** A table with one observation a row. Columns are places in the row, from 0. */
export interface LongTable {
  /** The row of the header in the head of the table, and its cells. */
  readonly header: { readonly row: number; readonly cells: readonly string[] };
  readonly columns: {
    readonly name: number;
    /** Absent in a list of ranks. */
    readonly count?: number;
    readonly gender?: number;
    readonly year?: number;
    readonly area?: number;
    readonly rank?: number;
  };
  /** What titles and names tell. */
  readonly facts?: Partial<TableFacts>;
  readonly readCount?: CountReader;
  /** The office's codes; where absent common words. */
  readonly readGender?: (cell: string) => Gender | undefined;
  /** The code of a region, null for the whole country; undefined for an unknown one. */
  readonly readArea?: (cell: string) => string | null | undefined;
  /** The year of a cell, null where the office does not say it. */
  readonly readYear?: (cell: string) => number | null | undefined;
  /** For rows that are no names, or no part of the ranking. */
  readonly statusOf?: (cells: readonly string[]) => CountStatus | undefined;
  /** A count beside an empty name is of births without a name, no mistake: counted as `aggregate`. */
  readonly keepsNameless?: boolean;
  /** Why a row is left out on purpose, such as `total`. */
  readonly skips?: (cells: readonly string[]) => string | undefined;
  readonly variantOf?: (cells: readonly string[]) => number;
  readonly threshold?: number | null;
  readonly isTop?: boolean;
  readonly isRounded?: boolean;
  readonly edition?: string;
}

const NOWHERE = -1;

/** The layout of a long table whose header was found. Notes after the data are skipped, as `note`. */
export function longTable(table: LongTable): TableLayout {
  const { header, columns, facts } = table;
  return {
    evidence: `header in row ${header.row + 1}: ${header.cells.filter((cell) => cell !== '').join(', ')}`,
    skip: header.row + 1,
    columns: header.cells,
    facts: { year: null, gender: null, area: null, ...facts },
    needs: [
      ...(columns.year === undefined ? (['year'] as const) : []),
      ...(columns.gender === undefined ? (['gender'] as const) : []),
    ],
    ...(table.threshold !== undefined && { threshold: table.threshold }),
    ...(table.isTop !== undefined && { isTop: table.isTop }),
    ...(table.isRounded !== undefined && { isRounded: table.isRounded }),
    ...(table.edition !== undefined && { edition: table.edition }),
    parseRow: rowParser(table),
  };
}

function rowParser(table: LongTable): TableLayout['parseRow'] {
  const { columns, statusOf, skips, variantOf } = table;
  const readCount = table.readCount ?? countReader();
  const readGender = table.readGender ?? checkGender;
  const readYear = table.readYear ?? checkYear;
  const { name: nameAt, gender: genderAt, year: yearAt, area: areaAt, rank: rankAt } = columns;
  const countAt = columns.count ?? NOWHERE;
  const width = table.header.cells.length;
  const errorsOf = refusal(table, readCount);
  // Copyright on the left and a date of release on the right, say.
  const withoutObservation = (cells: readonly string[]): 'note' | undefined =>
    isBlank(cells[nameAt]) && isBlank(cells[countAt]) ? 'note' : undefined;

  return (cells, facts): RowOutcome<NameCount> => {
    const left = leftOut(cells) ?? skips?.(cells) ?? withoutObservation(cells);
    if (left !== undefined) return skipped(left);
    const name = checkName(cells[nameAt] ?? '');
    const gender = genderAt === undefined ? facts.gender : readGender((cells[genderAt] ?? '').trim());
    const year = yearAt === undefined ? facts.year : readYear((cells[yearAt] ?? '').trim());
    const area = areaAt === undefined ? facts.area : table.readArea?.((cells[areaAt] ?? '').trim());
    const count = countAt === NOWHERE ? 'hidden' : readCount(cells[countAt] ?? '');
    const isWhole = cells.length <= width || cells.slice(width).every((cell) => cell.trim() === '');
    if (!isWhole || !gender || year === undefined || area === undefined || count === undefined) {
      return rejected(errorsOf(cells, facts));
    }
    if (count === 'none') return skipped('no_count');
    const isNameless = table.keepsNameless === true && isBlank(cells[nameAt]);
    const status =
      statusOf?.(cells) ?? (isNameless ? 'aggregate' : statusOfCount(count, year, countAt === NOWHERE));
    if (name === undefined && !isNameless && status !== 'aggregate') return rejected(errorsOf(cells, facts));
    const rank = rankAt === undefined ? null : readRank(cells[rankAt] ?? '');
    if (status === 'rank_only' && rank === null) return skipped('no_rank');
    const shown = count === 'hidden' ? null : count;
    const variant = variantOf?.(cells) ?? 0;
    return accepted({ name: name ?? '', gender, year, count: shown, area, status, rank, variant });
  };
}

function statusOfCount(count: ReadCount, year: number | null, isRanked: boolean): CountStatus {
  if (year === null) return 'aside';
  if (count !== 'hidden') return 'exact';
  return isRanked ? 'rank_only' : 'below_threshold';
}

/** Blank rows, and rows that say something in one cell alone, are no data: notes, titles, copyright. */
export function leftOut(cells: readonly string[]): 'blank' | 'note' | undefined {
  let filled = 0;
  for (const cell of cells) {
    if (cell.trim() !== '' && ++filled > 1) return undefined;
  }
  return filled === 0 ? 'blank' : 'note';
}

function isBlank(cell: string | undefined): boolean {
  return cell === undefined || cell.trim() === '';
}

/** A printed rank: `4`, `4=`, `=803`, `4.`; null for all else. */
export function readRank(cell: string): number | null {
  const digits = /^=?\s*([0-9]{1,7})\s*[=.]?$/.exec(cell.trim())?.[1];
  return digits === undefined ? null : Number(digits);
}

function refusal(
  table: LongTable,
  readCount: CountReader,
): (cells: readonly string[], facts: TableFacts) => ReturnType<typeof rowErrors> {
  const { columns, header } = table;
  const checks: (CellCheck | undefined)[] = [];
  checks[columns.name] = nameCell;
  if (columns.count !== undefined) {
    checks[columns.count] = (cell, column, field) =>
      readCount(cell) === undefined
        ? fieldError('invalid_count', { column, field, value: cell, message: countRefusal(cell) })
        : undefined;
  }
  if (columns.gender !== undefined) checks[columns.gender] = genderCheck(table.readGender);
  if (columns.year !== undefined) checks[columns.year] = yearCheck(table.readYear);
  if (columns.area !== undefined) checks[columns.area] = areaCheck(table.readArea);
  const inOrder = Array.from(header.cells, (_, at) => checks[at]);
  const nameless = inOrder.with(columns.name, undefined);
  return (cells, facts) => {
    const isNameless =
      table.statusOf?.(cells) === 'aggregate' || (table.keepsNameless && isBlank(cells[columns.name]));
    const errors = rowErrors(cells, header.cells, isNameless ? nameless : inOrder);
    if (errors.length > 0) return errors;
    const missing = columns.gender === undefined && facts.gender === null ? 'gender' : 'year';
    return [
      fieldError('missing_cell', { field: missing, message: `Nothing tells the ${missing} of this row.` }),
    ];
  };
}

function genderCheck(read: LongTable['readGender']): CellCheck {
  if (!read) return genderCell;
  return (cell, column, field) =>
    read(cell.trim()) === undefined
      ? fieldError('invalid_gender', {
          column,
          field,
          value: cell,
          message: `"${cell.slice(0, 40)}" is not a code for sex that this office uses.`,
        })
      : undefined;
}

function yearCheck(read: LongTable['readYear']): CellCheck {
  if (!read) return yearCell;
  return (cell, column, field) =>
    read(cell.trim()) === undefined
      ? fieldError('invalid_year', { column, field, value: cell, message: yearRefusal(cell) })
      : undefined;
}

function areaCheck(read: LongTable['readArea']): CellCheck {
  return (cell, column, field) =>
    read?.(cell.trim()) === undefined
      ? fieldError('enum', {
          column,
          field,
          value: cell,
          message: `"${cell.slice(0, 40)}" is not an area that this office reports on.`,
        })
      : undefined;
}

import { AppError } from '#platform/errors.ts';
import type { CellWriter } from '../../table/cell-writer.ts';
import type { TableHead } from '../../table/task-table.ts';
import type { NameFound } from './asked-names.ts';

/** What is added to a row, by name and in order. */
const COLUMNS: Readonly<Record<string, (found: NameFound) => string | number | null | undefined>> = {
  gender: ({ gender }) => gender,
  gender_label: ({ label }) => label,
  female_probability: ({ femaleProbability }) => femaleProbability,
  interval_low: ({ interval }) => interval?.low,
  interval_high: ({ interval }) => interval?.high,
  sample_size: ({ sampleSize }) => sampleSize,
  peak_year: ({ peakYear }) => peakYear,
  rank: ({ rank }) => rank,
  match_type: ({ match }) => match,
};

/** What the columns are called in this table, by their own names: `rank_2` where the table has a column `rank`. */
export function addedColumns({ columns }: Pick<TableHead, 'columns'>, prefix: string): Map<string, string> {
  const taken = new Set(columns);
  return new Map(
    Object.keys(COLUMNS).map((column) => {
      const wanted = prefix + column;
      let name = wanted;
      for (let next = 2; taken.has(name); next++) name = `${wanted}_${next}`;
      taken.add(name);
      return [column, name];
    }),
  );
}

/** The cells of an answer as they follow a row, the first separator included. All of it is ASCII. */
export function renderAnswer(writer: CellWriter, separator: string, found: NameFound): string {
  return renderCells(
    writer,
    separator,
    Object.values(COLUMNS).map((of) => String(of(found) ?? '')),
  );
}

/** Throws AppError unprocessable: not_writable. */
export function renderCells(writer: CellWriter, separator: string, cells: readonly string[]): string {
  const line = writer.cells(cells);
  if (line !== undefined) return separator + line;
  const message = `The added cells contain ${JSON.stringify(separator)}, and the table has no quotes. Use another separator, or quotes.`;
  throw new AppError('unprocessable', 'not_writable', message);
}

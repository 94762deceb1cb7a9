import { accepted, rejected, skipped } from '#engine/ingestion/row-outcome.ts';
import { fieldError } from '#engine/ingestion/field-error.ts';
import type { Gender } from '../normalize-gender.ts';
import { checkName } from '../normalize-name.ts';
import { checkYear, countRefusal } from '../normalize-number.ts';
import { fixedRows } from '../tables/fixed-rows.ts';
import { countReader } from '../tables/read-count.ts';
import { type CellCheck, nameCell, rowErrors, yearCell } from '../tables/row-checks.ts';
import type { TableHead } from '../tables/table-head.ts';
import { CSO, GENDER_OF_TABLE, NOT_LISTED, rankStatistic, STATISTIC } from './ie-facts.ts';
import type { NameParser, TableLayout } from './name-parser.ts';

const COLUMNS = ['statistic', 'label', 'year_code', 'year', 'name_code', 'name', 'unit', 'value'];
const readCount = countReader(NOT_LISTED);
const rows = fixedRows({
  columns: COLUMNS,
  needs: [],
  factsOf: () => ({ year: null, gender: null, area: null }),
  fits: ([statistic = '', , code = '', year = '', ...more]) =>
    more.length === 4 && STATISTIC.test(statistic) && /^\d{4}$/.test(code) && code === year,
  parseRow,
});

/**
 * The same office's CSV files of former years, tables VSA10 (boys) and VSA11 (girls): the columns of `ie_cso` without
 * their header. The statistic of each row tells the table and with it the sex; the name of a file was seen to be wrong.
 */
export const ieCsoOld: NameParser = {
  id: 'ie_cso_old',
  name: 'Central Statistics Office, Ireland, CSV without header',
  version: '1.0.0',
  description:
    'Most frequent names registered in Ireland since 1998: CSV of VSA10 or VSA11 without a header.',
  sampleFormat: '"VSA10C02","Registered Births in Ireland","2016","2016","0005","James","Number","688"',
  ...CSO,
  threshold: null,
  layout: 'no header; statistic code, statistic, year, year, name code, name, unit, value',
  recognize(table: TableHead): TableLayout | undefined {
    // With a header it is the present form.
    if (table.rows.some((cells) => /^statistic$/i.test(cells[0] ?? ''))) return undefined;
    return rows.recognize(table);
  },
};

function parseRow(cells: readonly string[]): ReturnType<TableLayout['parseRow']> {
  const [statistic = '', label = '', , rawYear = '', , rawName = '', , rawCount] = cells;
  const gender = genderOf(statistic);
  if (cells.length !== COLUMNS.length || !gender || rawCount === undefined) return rejected(errorsOf(cells));
  const left = rankStatistic(label);
  if (left !== undefined) return skipped(left);
  const year = checkYear(rawYear);
  const name = checkName(rawName);
  const count = readCount(rawCount);
  if (year === undefined || name === undefined || count === undefined) return rejected(errorsOf(cells));
  if (typeof count !== 'number') return skipped('no_count');
  return accepted({ name, gender, year, count, area: null, status: 'exact', rank: null, variant: 0 });
}

function genderOf(statistic: string): Gender | undefined {
  return GENDER_OF_TABLE[STATISTIC.exec(statistic.trim())?.[1] ?? ''];
}

const statisticCell: CellCheck = (cell, column, field) =>
  genderOf(cell) === undefined
    ? fieldError('invalid_gender', {
        column,
        field,
        value: cell,
        message: `"${cell.slice(0, 40)}" is no statistic of a table of boys' or girls' names: VSA10, VSA11, VSA50, VSA60.`,
      })
    : undefined;

const valueCell: CellCheck = (cell, column, field) =>
  readCount(cell) === undefined
    ? fieldError('invalid_count', { column, field, value: cell, message: countRefusal(cell) })
    : undefined;

const CHECKS = [statisticCell, undefined, undefined, yearCell, undefined, nameCell, undefined, valueCell];

function errorsOf(cells: readonly string[]): ReturnType<typeof rowErrors> {
  return rowErrors(cells, COLUMNS, CHECKS);
}

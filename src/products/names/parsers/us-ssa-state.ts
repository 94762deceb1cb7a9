import { type FieldError, fieldError } from '#engine/ingestion/field-error.ts';
import { accepted, rejected, type RowOutcome } from '#engine/ingestion/row-outcome.ts';
import type { NameCount } from '../name-count.ts';
import { checkGender } from '../normalize-gender.ts';
import { checkName } from '../normalize-name.ts';
import { checkCount, checkYear } from '../normalize-number.ts';
import { fixedRows } from '../tables/fixed-rows.ts';
import { countCell, genderCell, nameCell, rowErrors, yearCell } from '../tables/row-checks.ts';
import type { NameParser } from './name-parser.ts';
import { US_STATE_CODES, US_STATES } from './us-states.ts';

const COLUMNS = ['state', 'sex', 'year', 'name', 'count'];
const CHECKS = [stateCell, genderCell, yearCell, nameCell, countCell];

/**
 * Social Security Administration, births by state: `namesbystate.zip` of `SS.TXT`. No header; counts below 5 in a
 * state are left out, so the states add up to less than the nation. Layout: StateReadMe.pdf in the same archive.
 */
export const usSsaState: NameParser = {
  id: 'us_ssa_state',
  country: 'US',
  name: 'US Social Security Administration, by state',
  version: '1.0.0',
  description:
    'Births by state, sex, year and first name, one file per state (AK.TXT) or the zip of all states.',
  sampleFormat: 'CA,F,1910,Mary,295\nCA,F,1910,Helen,239',
  office: 'Social Security Administration',
  licence: 'Public domain (U.S. Government work)',
  licenceUrl: null,
  attribution: 'Social Security Administration',
  measure: 'births',
  threshold: 5,
  dialect: { separator: ',', quote: null, encoding: 'utf-8' },
  layout: 'no header; state (two letters),sex (F or M),year,name,count',
  repeats: 'reject',
  areas: US_STATES,
  ...fixedRows({
    columns: COLUMNS,
    needs: [],
    // The rows say everything; a year in the name of the file is that of the release.
    factsOf: () => ({ year: null, gender: null, area: null }),
    fits: (cells) =>
      cells.length === 5 &&
      /^[A-Z]{2}$/.test(cells[0] ?? '') &&
      /^[FM]$/.test(cells[1] ?? '') &&
      checkYear(cells[2] ?? '') !== undefined &&
      checkCount(cells[4] ?? '') !== undefined,
    parseRow,
  }),
};

function parseRow(cells: readonly string[]): RowOutcome<NameCount> {
  const area = US_STATE_CODES.get(cells[0] ?? '');
  const gender = checkGender(cells[1] ?? '');
  const year = checkYear(cells[2] ?? '');
  const name = checkName(cells[3] ?? '');
  const count = checkCount(cells[4] ?? '');
  if (
    cells.length !== 5 ||
    !area ||
    !gender ||
    year === undefined ||
    name === undefined ||
    count === undefined
  ) {
    return rejected(rowErrors(cells, COLUMNS, CHECKS));
  }
  return accepted({ name, gender, year, count, area, status: 'exact', rank: null, variant: 0 });
}

function stateCell(cell: string, column: number, field: string): FieldError | undefined {
  if (US_STATE_CODES.has(cell)) return undefined;
  const message = `"${cell.slice(0, 40)}" is not the postal code of a state, of DC or of a territory.`;
  return fieldError('enum', {
    column,
    field,
    value: cell,
    message,
    expected: 'two capital letters, e.g. CA',
  });
}

import { accepted, rejected, type RowOutcome } from '#engine/ingestion/row-outcome.ts';
import type { NameCount } from '../name-count.ts';
import { checkGender } from '../normalize-gender.ts';
import { checkName } from '../normalize-name.ts';
import { checkCount } from '../normalize-number.ts';
import { fixedRows } from '../tables/fixed-rows.ts';
import { yearInFileName } from '../tables/read-facts.ts';
import { countCell, genderCell, nameCell, rowErrors } from '../tables/row-checks.ts';
import type { NameParser, TableFacts } from './name-parser.ts';

const COLUMNS = ['name', 'sex', 'count'];
const CHECKS = [nameCell, genderCell, countCell];

/**
 * Social Security Administration, births in the United States by first name: `names.zip` of `yobYYYY.txt`.
 * No header; counts below 5 are left out. Layout: NationalReadMe.pdf in the same archive.
 */
export const usSsa: NameParser = {
  id: 'us_ssa',
  country: 'US',
  name: 'US Social Security Administration, national',
  version: '1.0.0',
  description: 'Births by first name and sex, one file per year (yobYYYY.txt) or the zip of all years.',
  sampleFormat: 'Emma,F,15581\nLiam,M,19659',
  office: 'Social Security Administration',
  licence: 'Public domain (U.S. Government work)',
  licenceUrl: null,
  attribution: 'Social Security Administration',
  measure: 'births',
  threshold: 5,
  dialect: { separator: ',', quote: null, encoding: 'utf-8' },
  layout: 'no header; name,sex (F or M),count; the year in the file name (yob1880.txt)',
  repeats: 'reject',
  areas: {},
  ...fixedRows({
    columns: COLUMNS,
    needs: ['year'],
    factsOf: (file) => ({ year: yearInFileName(file), gender: null, area: null }),
    fits: (cells) =>
      cells.length === 3 && /^[FM]$/.test(cells[1] ?? '') && checkCount(cells[2] ?? '') !== undefined,
    parseRow,
  }),
};

function parseRow(cells: readonly string[], facts: TableFacts): RowOutcome<NameCount> {
  const name = checkName(cells[0] ?? '');
  const gender = checkGender(cells[1] ?? '');
  const count = checkCount(cells[2] ?? '');
  if (cells.length !== 3 || name === undefined || !gender || count === undefined || facts.year === null) {
    return rejected(rowErrors(cells, COLUMNS, CHECKS));
  }
  return accepted({
    name,
    gender,
    year: facts.year,
    count,
    area: null,
    status: 'exact',
    rank: null,
    variant: 0,
  });
}

import { checkYear } from '../normalize-number.ts';
import type { RowGender } from '../normalize-gender.ts';
import { columnTable } from '../tables/column-table.ts';
import { headerWord } from '../tables/find-header.ts';
import { countReader } from '../tables/read-count.ts';
import type { TableHead } from '../tables/table-head.ts';
import type { NameParser, TableLayout } from './name-parser.ts';

/** `x` is a name of both; `delete` marks words for a stillbirth, which are no names. */
const GENDERS: Readonly<Record<string, RowGender>> = { b: 'M', g: 'F', x: 'X', delete: 'X', '': 'X' };

/**
 * Public Service Development Agency of Georgia, a column a year. The office does not tell the sex: the column `gender`
 * was filled by those who reworked the file, for the thousand most frequent names. These are boys' and girls' names;
 * all others are read, counted and stand aside.
 */
export const gePsda: NameParser = {
  id: 'ge_psda',
  country: 'GE',
  name: 'Public Service Development Agency, as reworked by ForSet',
  version: '1.0.0',
  description:
    'Names of newborns in Georgia, 2008 to 2017, in Georgian (baby_names_2008_2017.csv). The sex was added to frequent names by others than the office.',
  sampleFormat: 'სახელი,gender,2008,2009,2017\nანდრია,b,,,1888\nბარბარე,g,,,1481\nაანა,,,,1',
  office: 'Public Service Development Agency',
  licence: 'unknown',
  licenceUrl: null,
  attribution: 'Source: Public Service Development Agency of Georgia; sex of names by ForSet',
  measure: 'registrations',
  threshold: null,
  layout: 'header სახელი,gender, then a column a year; gender b, g or empty',
  repeats: 'sum',
  areas: {},
  recognize,
};

function recognize({ rows }: TableHead): TableLayout | undefined {
  const row = rows.findIndex(
    ([name = '', gender = '']) => headerWord(name) === 'სახელი' && headerWord(gender) === 'gender',
  );
  const cells = rows[row];
  if (!cells) return undefined;
  const groups = cells.flatMap((cell, count) => {
    const year = checkYear(cell);
    return year === undefined ? [] : [{ name: 0, count, year }];
  });
  if (groups.length === 0) return undefined;
  return columnTable({
    header: { row, cells },
    groups,
    genderOf: ([, gender = '']) => GENDERS[gender.trim()],
    readCount: countReader({ '': 'none' }),
  });
}

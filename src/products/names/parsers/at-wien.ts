import { findHeader, headerWord } from '../tables/find-header.ts';
import { longTable } from '../tables/long-table.ts';
import type { TableHead } from '../tables/table-head.ts';
import { AT_AREAS, AT_GENDERS, CC_BY_4, VIENNA } from './at-facts.ts';
import type { NameParser, TableLayout } from './name-parser.ts';

/** The code of the whole city; all others are of parts of it. */
const WHOLE_CITY = '90000';

/**
 * City of Vienna, first names of newborns since 2010, in two files of one layout: by spelling, and by sound, where
 * `NAME` is the commonest spelling and `NAME_ALL` lists those that were counted together (David was given 169 times in
 * 2010 by spelling, 171 times by sound). By spelling the list ends with the five hundred most frequent names. A row of each sex and year may lack the name: children without one.
 */
export const atWien: NameParser = {
  id: 'at_wien',
  country: 'AT',
  name: 'City of Vienna, newborns',
  version: '1.0.0',
  description:
    'First names of newborns in Vienna since 2010, by sound (…-name-phon-2010f.csv) or by spelling; the file uploaded last supplies a year.',
  sampleFormat:
    'Vornamen Neugeborene Wien nach Geschlecht und Aussprache seit 2010\n"NUTS";"DISTRICT_CODE";"SUB_DISTRICT_CODE";"REF_YEAR";"REF_DATE";"SEX";"RANK";"NAME";"NAME_ALL";"N";"PERC_SEX"\n"AT13";"90000";"90000";"2010";"2010";"1";"1";"Alexander";"Alexander";"198";"2,1"\n"AT13";"90000";"90000";"2010";"2010";"1";"2";"David";"David";"171";"1,8"',
  office: 'Stadt Wien',
  ...CC_BY_4,
  attribution: 'Datenquelle: Stadt Wien – data.wien.gv.at',
  measure: 'births',
  threshold: null,
  layout:
    'title line; header NUTS;DISTRICT_CODE;SUB_DISTRICT_CODE;REF_YEAR;REF_DATE;SEX;RANK;NAME;[NAME_ALL;]N;PERC_SEX, sex 1 (boys) or 2 (girls)',
  // The city tells Sıla from Sila, which are one name here.
  repeats: 'sum',
  keeps: 'rank',
  areas: AT_AREAS,
  recognize,
};

function recognize(table: TableHead): TableLayout | undefined {
  const header = findHeader(table, {
    area: /^district_code$/,
    year: /^ref_year$/,
    gender: /^sex$/,
    rank: /^rank$/,
    name: /^name$/,
    count: /^n$/,
    share: /^perc_sex$/,
  });
  if (!header) return undefined;
  const { share: _, ...columns } = header.columns;
  return longTable({
    header,
    columns,
    readGender: (cell) => AT_GENDERS[cell],
    readArea: (cell) => (cell === WHOLE_CITY ? VIENNA : undefined),
    keepsNameless: true,
    // By sound all names are listed, by spelling the first five hundred.
    isTop: !header.cells.some((cell) => headerWord(cell) === 'name_all'),
  });
}

import { columnTable } from '../tables/column-table.ts';
import { findHeader, isWholeHeader } from '../tables/find-header.ts';
import { longTable } from '../tables/long-table.ts';
import { yearInFileName } from '../tables/read-facts.ts';
import type { TableHead } from '../tables/table-head.ts';
import { AU_AREAS, CC_BY_AU } from './au-facts.ts';
import type { NameParser, TableLayout } from './name-parser.ts';

const SIDE_BY_SIDE = {
  girls: /^girl names$/,
  girlCount: /^count of girl names$/,
  boys: /^boy names$/,
  boyCount: /^count of boy names$/,
};

/**
 * Queensland, the hundred most frequent names of each sex and year, ties at the end included: 1960 to 2005 in one long
 * file, from 2006 on a file a year, girls and boys side by side in columns of unequal length.
 */
export const auQld: NameParser = {
  id: 'au_qld',
  country: 'AU',
  name: 'Queensland, top 100 baby names',
  version: '1.0.0',
  description:
    'The 100 most frequent names of each sex and year in Queensland: 1960 to 2005 in one file, then one file a year.',
  sampleFormat:
    'Girl Names,Count of Girl Names,Boy Names,Count of Boy Names\nCharlotte,319,Oliver,445\nIsla,260,Theodore,344',
  office: 'State of Queensland',
  ...CC_BY_AU,
  attribution: 'Source: State of Queensland, data.qld.gov.au',
  measure: 'births',
  threshold: null,
  layout:
    'header Name,Sex,Year,Count; or Girl Names,Count of Girl Names,Boy Names,Count of Boy Names with the year in the file name',
  repeats: 'reject',
  areas: AU_AREAS,
  recognize,
};

function recognize(table: TableHead): TableLayout | undefined {
  const long = findHeader(table, { name: /^name$/, gender: /^sex$/, year: /^year$/, count: /^count$/ });
  if (long && isWholeHeader(long) && saysMaleAndFemale(table, long.columns.gender)) {
    return longTable({ header: long, columns: long.columns, facts: { area: 'AU-QLD' }, isTop: true });
  }
  const header = findHeader(table, SIDE_BY_SIDE);
  if (!header || !isWholeHeader(header)) return undefined;
  const { girls, girlCount, boys, boyCount } = header.columns;
  return columnTable({
    header,
    groups: [
      { name: girls, count: girlCount, gender: 'F' },
      { name: boys, count: boyCount, gender: 'M' },
    ],
    facts: { year: yearInFileName(table.file), area: 'AU-QLD' },
    isTop: true,
  });
}

/** The header of the long file is a common one; the words for sex are this office's. */
function saysMaleAndFemale({ rows }: TableHead, gender: number): boolean {
  return rows.slice(1).some((cells) => /^(?:fe)?male$/i.test(cells[gender] ?? ''));
}

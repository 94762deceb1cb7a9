import { columnTable } from '../tables/column-table.ts';
import { headerWord, titleText } from '../tables/find-header.ts';
import { genderIn } from '../tables/read-facts.ts';
import type { TableHead } from '../tables/table-head.ts';
import { GB_AREAS, OGL_3 } from './gb-facts.ts';
import type { NameParser, TableLayout } from './name-parser.ts';

/** The first year of each decade's list: 1904, 1914, … */
const YEAR_OF_LIST = /^(?:19|20)\d4$/;

/**
 * Office for National Statistics, top 100 of England and Wales every ten years since 1904: ranks, no counts. The rank
 * is the first cell of a row, followed by a name for each year; a shared last rank is a row more.
 */
export const gbOnsHistoric: NameParser = {
  id: 'gb_ons_historic',
  country: 'GB',
  name: 'Office for National Statistics, England and Wales, historic ranks',
  version: '1.0.0',
  description: 'The hundred most frequent baby names of every tenth year from 1904 on, by rank alone.',
  sampleFormat:
    '"Table 1: Top 100 names for baby girls at 10-yearly intervals, 1904 to 2024"\nRank,1904,1914,1924\n1,Mary,Mary,Margaret\n2,Florence,Margaret,Mary',
  office: 'Office for National Statistics',
  ...OGL_3,
  attribution: 'Source: Office for National Statistics licensed under the Open Government Licence v.3.0',
  measure: 'births',
  threshold: null,
  layout: 'a title with "Top 100" and the sex, then the header Rank, 1904, 1914, …; names in the cells',
  repeats: 'reject',
  keeps: 'rank',
  areas: GB_AREAS,
  recognize,
};

function recognize(table: TableHead): TableLayout | undefined {
  const row = table.rows.findIndex(isHeader);
  const cells = table.rows[row];
  const title = titleText(table, row);
  if (!cells || !/\btop 100\b/i.test(title) || !/\bbaby\b/i.test(title)) return undefined;
  return columnTable({
    header: { row, cells },
    groups: cells.flatMap((cell, at) =>
      YEAR_OF_LIST.test(cell) ? [{ name: at, rank: 0, year: Number(cell) }] : [],
    ),
    facts: { gender: genderIn(title), area: 'GB-EAW' },
  });
}

function isHeader([first = '', ...years]: readonly string[]): boolean {
  const filled = years.filter((cell) => cell !== '');
  return headerWord(first) === 'rank' && filled.length > 1 && filled.every((cell) => YEAR_OF_LIST.test(cell));
}

import { findHeader, titleText } from '../tables/find-header.ts';
import { longTable } from '../tables/long-table.ts';
import { genderIn, yearIn } from '../tables/read-facts.ts';
import type { TableHead } from '../tables/table-head.ts';
import { GB_AREAS, OGL_3 } from './gb-facts.ts';
import type { NameParser, TableLayout } from './name-parser.ts';

/**
 * Office for National Statistics, baby names in England and Wales: one workbook a year and sex. The full list is the
 * sheet whose header is Rank, Name, Count alone (`Table 3 - …` in 1996, `Table 6 …`, `6`, `Table_6`); the others are
 * lists by region, month and age with two ranges side by side. Names with one or two births are left out.
 */
export const gbOns: NameParser = {
  id: 'gb_ons',
  country: 'GB',
  name: 'Office for National Statistics, England and Wales',
  version: '1.0.0',
  description:
    'Baby names in England and Wales: the full list of a workbook of one year and sex, from 1996 on.',
  sampleFormat:
    '"Top names for baby girls in England and Wales, 2013"\nRank,Name,Count\n1,AMELIA,5570\n2,OLIVIA,4598',
  office: 'Office for National Statistics',
  ...OGL_3,
  attribution: 'Source: Office for National Statistics licensed under the Open Government Licence v.3.0',
  measure: 'births',
  threshold: 3,
  layout: 'titles with year, sex and "England and Wales", then the header Rank, Name, Count',
  repeats: 'reject',
  keeps: 'rank',
  areas: GB_AREAS,
  recognize,
};

function recognize(table: TableHead): TableLayout | undefined {
  const header = findHeader(table, { rank: /^rank$/, name: /^name$/, count: /^count\d?$/ });
  if (!header || header.cells.filter((cell) => cell !== '').length !== 3) return undefined;
  // A footnote mark may follow the year: "Wales, 20081".
  const title = titleText(table, header.row).replaceAll(/\b((?:19|20)\d\d)\d\b/g, '$1');
  if (!/England and Wales/i.test(title) || /\btop \d+\b/i.test(title)) return undefined;
  return longTable({
    header,
    columns: header.columns,
    facts: { year: yearIn(title), gender: genderIn(title), area: 'GB-EAW' },
  });
}

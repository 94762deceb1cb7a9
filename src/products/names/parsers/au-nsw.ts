import { findHeader, isWholeHeader } from '../tables/find-header.ts';
import { longTable } from '../tables/long-table.ts';
import type { TableHead } from '../tables/table-head.ts';
import { AU_AREAS } from './au-facts.ts';
import type { NameParser, TableLayout } from './name-parser.ts';

/**
 * New South Wales, the hundred most frequent names of each sex and year since 1952, in 2024 with the ties at the end;
 * upper case in early years, title case in late ones. Ranks go from 1 to 100 whatever ties.
 */
export const auNsw: NameParser = {
  id: 'au_nsw',
  country: 'AU',
  name: 'New South Wales, popular baby names',
  version: '1.0.0',
  description:
    'The 100 most frequent names of each sex and year in New South Wales since 1952, one file of all years.',
  sampleFormat: 'Rank,Name,Number,Gender,Year\n1,Noah,496,Male,2024\n1,JOHN,2205,Male,1952',
  office: 'State of New South Wales',
  licence: 'CC BY 4.0',
  licenceUrl: 'https://creativecommons.org/licenses/by/4.0/',
  attribution: 'Source: State of New South Wales, data.nsw.gov.au',
  measure: 'births',
  threshold: null,
  layout: 'header Rank,Name,Number,Gender,Year',
  repeats: 'reject',
  keeps: 'rank',
  areas: AU_AREAS,
  recognize,
};

function recognize(table: TableHead): TableLayout | undefined {
  const header = findHeader(table, {
    rank: /^rank$/,
    name: /^name$/,
    count: /^number$/,
    gender: /^gender$/,
    year: /^year$/,
  });
  if (!header || !isWholeHeader(header)) return undefined;
  return longTable({ header, columns: header.columns, facts: { area: 'AU-NSW' }, isTop: true });
}

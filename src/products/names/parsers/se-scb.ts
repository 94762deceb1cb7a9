import { columnTable } from '../tables/column-table.ts';
import { findHeader, titleText } from '../tables/find-header.ts';
import { countReader } from '../tables/read-count.ts';
import { genderIn } from '../tables/read-facts.ts';
import type { TableHead } from '../tables/table-head.ts';
import type { NameParser, TableLayout } from './name-parser.ts';

/**
 * Statistics Sweden, names by which newborns are called since 1998: one workbook a sex, a column a year, every spelling
 * a name of its own. The table lists what was given to ten children in any year; `-` says "fewer than 10" of a year,
 * which may be none: the name is listed for that year, its count hidden.
 */
export const seScb: NameParser = {
  id: 'se_scb',
  country: 'SE',
  name: 'Statistics Sweden, given names of newborns',
  version: '1.0.0',
  description:
    'Names (tilltalsnamn) given to at least 10 newborn boys or girls in Sweden, all years since 1998.',
  sampleFormat:
    '"Pojkars tilltalsnamn 1998-2021"\n"Boys\' first names 1998-2021"\nNamn / Name,1998,1999\nSimon,1154,1143\nZion,-,-',
  office: 'Statistiska centralbyrån (SCB), Statistics Sweden',
  licence: 'CC0 1.0',
  licenceUrl: 'https://creativecommons.org/publicdomain/zero/1.0/',
  attribution: 'Source: Statistics Sweden (SCB)',
  measure: 'births',
  threshold: 10,
  layout: 'titles with the sex; header Namn / Name and a column a year; "-" for fewer than 10',
  repeats: 'reject',
  areas: {},
  recognize,
};

function recognize(table: TableHead): TableLayout | undefined {
  const header = findHeader(table, { name: /^namn ?\/ ?name$/, year: /^(?:19|20)\d\d$/ });
  if (!header) return undefined;
  const { name } = header.columns;
  const groups = header.cells.flatMap((cell, count) =>
    /^(?:19|20)\d\d$/.test(cell) ? [{ name, count, year: Number(cell) }] : [],
  );
  return columnTable({
    header,
    groups,
    facts: { gender: genderIn(titleText(table, header.row)) },
    readCount: countReader({ '-': 'hidden' }),
    listsAllYears: true,
  });
}

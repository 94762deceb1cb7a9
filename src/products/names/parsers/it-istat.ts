import { columnTable } from '../tables/column-table.ts';
import { findHeader, headerWord, titleText } from '../tables/find-header.ts';
import { yearIn } from '../tables/read-facts.ts';
import type { TableHead } from '../tables/table-head.ts';
import type { NameParser, TableLayout } from './name-parser.ts';

/**
 * Istituto nazionale di statistica, Tavola 2.9: the 30 most frequent names of the children of a year, boys and girls
 * side by side under one rank, the year at the end of the title. An apostrophe at the end of a name stands for an
 * accent (`NICOLO'`) and is kept, as is the one row in which two names share the last rank (`MARIA / MARTA`, 2015).
 */
export const itIstat: NameParser = {
  id: 'it_istat',
  country: 'IT',
  name: 'Istat, Tavola 2.9',
  version: '1.0.0',
  description: 'The 30 most frequent names of boys and girls born resident in Italy, one workbook a year.',
  sampleFormat:
    'Tavola 2.9 - I 30 nomi più frequenti tra i nati residenti in Italia - Anno di iscrizione 2018\n,Nomi maschili,Nati con quel nome,,,,Nomi femminili,Nati con quel nome,,\n,,v.a.,%,%cumulate,,,v.a.,%,%cumulate\n1,LEONARDO,7690,3.39,3.39,,SOFIA,6400,2.99,2.99',
  office: 'Istituto nazionale di statistica (Istat)',
  licence: 'CC BY 3.0 IT or later',
  licenceUrl: 'https://creativecommons.org/licenses/by/3.0/it/',
  attribution: 'Fonte: Istat',
  measure: 'births',
  // What is not among the thirty may have any smaller number of births.
  threshold: null,
  layout:
    'title with "nati residenti" and the year; header Nomi maschili, …, Nomi femminili, …; then v.a., %, %cumulate',
  repeats: 'reject',
  keeps: 'rank',
  areas: {},
  recognize,
};

function recognize(table: TableHead): TableLayout | undefined {
  const header = findHeader(table, { M: /^nomi maschili$/, F: /^nomi femminili$/ });
  const row = (header?.row ?? 0) + 1;
  const cells = table.rows[row];
  if (!header || !cells) return undefined;
  const groups = (['M', 'F'] as const).map((gender) => {
    const name = header.columns[gender];
    return { name, count: name + 1, rank: 0, gender };
  });
  if (groups.some(({ count }) => headerWord(cells[count] ?? '') !== 'v.a.')) return undefined;
  return columnTable({
    header: { row, cells },
    groups,
    facts: { year: yearIn(titleText(table, header.row)) },
    isTop: true,
  });
}

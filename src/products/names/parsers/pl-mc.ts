import { findHeader } from '../tables/find-header.ts';
import { longTable } from '../tables/long-table.ts';
import type { TableHead } from '../tables/table-head.ts';
import type { NameParser, TableLayout } from './name-parser.ts';

const GENDERS: Readonly<Record<string, 'F' | 'M'>> = { K: 'F', M: 'M' };
/** Names given once are left out since then, before it those given fewer than five times. */
const YEAR_OF_SMALL_COUNTS = 2013;

/**
 * Ministerstwo Cyfryzacji, first names given to children in Poland since 2000, from the register PESEL (dane.gov.pl,
 * dataset 219): one row a year, name and sex; K is female, M male.
 */
export const plMc: NameParser = {
  id: 'pl_mc',
  country: 'PL',
  name: 'Ministerstwo Cyfryzacji, Poland',
  version: '1.0.0',
  description: 'First names given to children in Poland since 2000, one CSV of all years.',
  sampleFormat: 'Rok,Imię,Liczba,Płeć\n2013,LENA,13,K\n2013,JAKUB,11,M',
  office: 'Ministerstwo Cyfryzacji',
  licence: 'CC0 1.0',
  licenceUrl: 'https://creativecommons.org/publicdomain/zero/1.0/',
  attribution: 'Ministerstwo Cyfryzacji, dane.gov.pl',
  measure: 'births',
  threshold: 2,
  layout: 'header Rok, Imię, Liczba, Płeć (K or M)',
  repeats: 'reject',
  areas: {},
  recognize,
};

function recognize(table: TableHead): TableLayout | undefined {
  const header = findHeader(table, { year: /^rok$/, name: /^imię$/, count: /^liczba$/, gender: /^płeć$/ });
  if (!header) return undefined;
  const { columns, row } = header;
  const first = Number(table.rows[row + 1]?.[columns.year]);
  return longTable({
    header,
    columns,
    readGender: (cell) => GENDERS[cell],
    // A file of all years begins with the oldest; the larger threshold holds for all of them.
    ...(first < YEAR_OF_SMALL_COUNTS && { threshold: 5 }),
  });
}

import { findHeader } from '../tables/find-header.ts';
import { longTable } from '../tables/long-table.ts';
import { yearInFileName } from '../tables/read-facts.ts';
import type { TableHead } from '../tables/table-head.ts';
import type { NameParser, TableLayout } from './name-parser.ts';

/**
 * Instituto dos Registos e do Notariado, names registered in Portugal in a year, which only the name of the file tells:
 * all given names of a child as one (`Ana Carolina`), down to a single registration. The file of 2014 counts more
 * registrations than there were births, and does not say why. Later files are rows without a header that look like
 * those of other offices; they are not read.
 */
export const ptIrn: NameParser = {
  id: 'pt_irn',
  country: 'PT',
  name: 'Instituto dos Registos e do Notariado',
  version: '1.0.0',
  description: 'Names registered in Portugal in a year, every name (nomes-registados-2014.csv).',
  sampleFormat: 'nome,numero,genero\nMaria,4810,F\nMatilde,2062,F',
  office: 'Instituto dos Registos e do Notariado',
  licence: 'CC BY 4.0',
  licenceUrl: 'https://creativecommons.org/licenses/by/4.0/',
  attribution: 'Fonte: Instituto dos Registos e do Notariado (dados.gov.pt)',
  measure: 'registrations',
  threshold: null,
  layout: 'header nome,numero,genero, gender F or M; the year in the file name (nomes-registados-2014.csv)',
  // The same name with a slip of capitals (Clara, CLara) or of blanks.
  repeats: 'sum',
  areas: {},
  recognize,
};

function recognize(table: TableHead): TableLayout | undefined {
  const header = findHeader(table, { name: /^nome$/, count: /^n[uú]mero$/, gender: /^g[eé]nero$/ });
  if (header?.cells.length !== 3) return undefined;
  return longTable({ header, columns: header.columns, facts: { year: yearInFileName(table.file) } });
}

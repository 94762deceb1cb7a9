import { findHeader, titleText } from '../tables/find-header.ts';
import { longTable } from '../tables/long-table.ts';
import { genderIn } from '../tables/read-facts.ts';
import type { TableHead } from '../tables/table-head.ts';
import type { NameParser, TableLayout } from './name-parser.ts';

/**
 * ServiceOntario: one table a sex with a title in English and French above a header in both. Upper case, counts below
 * 5 left out; initials occur as names. 2019 has a row without a name, whose births count as such.
 */
export const caOn: NameParser = {
  id: 'ca_on',
  country: 'CA',
  name: 'Ontario, ServiceOntario',
  version: '1.0.0',
  description: 'Births in Ontario by year and first name since 1917, one file a sex.',
  sampleFormat:
    '"Ontario Top Baby Names (Male) / Noms de nouveau-né les plus répandus en Ontario (Homme)",,\nYear/Année,Name/Nom,Frequency/Fréquence\n1917,AARON,7\n1917,ABE,5',
  office: 'ServiceOntario',
  licence: 'Open Government Licence – Ontario',
  licenceUrl: 'https://www.ontario.ca/page/open-government-licence-ontario',
  attribution: 'Contains information licensed under the Open Government Licence – Ontario.',
  measure: 'births',
  threshold: 5,
  layout: 'header Year/Année, Name/Nom, Frequency/Fréquence; the sex in the title or the name of the file',
  repeats: 'reject',
  areas: { 'CA-ON': 'Ontario' },
  recognize,
};

function recognize(table: TableHead): TableLayout | undefined {
  const header = findHeader(table, {
    year: /^year\/année$/,
    name: /^name\/nom$/,
    count: /^frequency\/fréquence$/,
  });
  if (!header) return undefined;
  return longTable({
    header,
    columns: header.columns,
    facts: { gender: genderIn(titleText(table, header.row)) ?? genderIn(table.file), area: 'CA-ON' },
    statusOf: (cells) => (cells[header.columns.name]?.trim() === '' ? 'aggregate' : undefined),
  });
}

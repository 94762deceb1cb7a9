import { findHeader, titleText } from '../tables/find-header.ts';
import { longTable } from '../tables/long-table.ts';
import { genderIn, yearIn } from '../tables/read-facts.ts';
import type { TableHead } from '../tables/table-head.ts';
import type { NameParser, TableLayout } from './name-parser.ts';

/**
 * Instituto Nacional de Estadística, names by how many residents of Spain bear them at the 1st of January: people of all
 * ages, not births. One table a sex, upper case without accents, compound names as one. The mean age beside the
 * frequency is not read.
 */
export const esIne: NameParser = {
  id: 'es_ine',
  country: 'ES',
  name: 'INE, frequency of names',
  version: '1.0.0',
  description:
    'Names borne by 20 or more residents of Spain, by sex, from the population register of one day.',
  sampleFormat:
    'Frecuencias de nombres femeninos,,,\nDatos procedentes de la Estadística del Padrón Continuo a fecha 01/01/2021,,,\nOrden,Nombre,Frecuencia,Edad Media (*)\n1,MARIA CARMEN,641875,"59,5"',
  office: 'Instituto Nacional de Estadística (INE)',
  licence: 'CC BY 4.0',
  licenceUrl: 'https://creativecommons.org/licenses/by/4.0/',
  attribution: 'Fuente: INE',
  measure: 'living_bearers',
  threshold: 20,
  layout: 'titles with sex and date; header Orden, Nombre, Frecuencia, Edad Media (*)',
  repeats: 'reject',
  keeps: 'rank',
  areas: {},
  recognize,
};

function recognize(table: TableHead): TableLayout | undefined {
  const header = findHeader(table, {
    rank: /^orden$/,
    name: /^nombre$/,
    count: /^frecuencia$/,
    age: /^edad media/,
  });
  if (!header) return undefined;
  const { rank, name, count } = header.columns;
  const title = titleText(table, header.row);
  return longTable({
    header,
    columns: { rank, name, count },
    facts: { year: yearIn(title), gender: genderIn(title) ?? genderIn(table.sheet ?? '') },
  });
}

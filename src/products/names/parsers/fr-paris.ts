import { findHeader } from '../tables/find-header.ts';
import { longTable } from '../tables/long-table.ts';
import type { TableHead } from '../tables/table-head.ts';
import type { NameParser, TableLayout } from './name-parser.ts';

const PARIS = 'FR-75C';

/**
 * Ville de Paris, first names declared to its registries since 2004: one row a sex, name and year in no order, names
 * declared fewer than 5 times a year left out. The last column adds up the sexes of a name and is not read. These are
 * registrations in the city: they never meet the births of the national office in one series.
 */
export const frParis: NameParser = {
  id: 'fr_paris',
  country: 'FR',
  name: 'Ville de Paris, liste des prénoms',
  version: '1.0.0',
  description: 'First names declared in Paris by sex and year since 2004, names declared 5 times or more.',
  sampleFormat:
    'Nombre prénoms déclarés;Sexe;Annee;Prenoms;Nombre total cumule par annee\n77;F;2012;Alix;84\n357;M;2021;Gabriel;357',
  office: 'Ville de Paris',
  licence: 'Open Database License (ODbL) 1.0',
  licenceUrl: 'https://opendatacommons.org/licenses/odbl/1-0/',
  attribution: 'Source : Ville de Paris, Paris Data, liste des prénoms déclarés (ODbL)',
  measure: 'registrations',
  threshold: 5,
  layout: 'header Nombre prénoms déclarés;Sexe;Annee;Prenoms;Nombre total cumule par annee',
  repeats: 'reject',
  areas: { [PARIS]: 'Paris' },
  recognize,
};

function recognize(table: TableHead): TableLayout | undefined {
  const header = findHeader(table, {
    count: /^nombre pr[eé]noms d[eé]clar[eé]s$/,
    gender: /^sexe$/,
    year: /^ann[eé]e$/,
    name: /^pr[eé]noms$/,
  });
  return header && longTable({ header, columns: header.columns, facts: { area: PARIS } });
}

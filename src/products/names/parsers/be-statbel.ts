import { findHeader, titleText } from '../tables/find-header.ts';
import { longTable } from '../tables/long-table.ts';
import { genderIn, yearIn } from '../tables/read-facts.ts';
import type { TableHead } from '../tables/table-head.ts';
import type { NameParser, TableLayout } from './name-parser.ts';

/** By code of NUTS 2, which is the same in every language and year; numbers of places lose their zero in some sheets. */
const AREA_OF_NUTS: Readonly<Record<string, string>> = {
  BE10: 'BE-BRU',
  BE21: 'BE-VAN',
  BE22: 'BE-VLI',
  BE23: 'BE-VOV',
  BE24: 'BE-VBR',
  BE25: 'BE-VWV',
  BE31: 'BE-WBR',
  BE32: 'BE-WHT',
  BE33: 'BE-WLG',
  BE34: 'BE-WLX',
  BE35: 'BE-WNA',
};

/**
 * Statbel, names of newborns since 2017 by the ten provinces and the region of Brussels, which lies in none: a sheet a
 * year and sex. Areas have their codes of ISO 3166-2. These eleven are side by side and make up the country; Flanders and
 * Wallonia, in which the provinces lie, are not in the file and no areas here, so that a sum never takes a child with
 * its parent. Names with fewer than 5 births in a province are left out there: sums of areas stay below the country.
 */
export const beStatbel: NameParser = {
  id: 'be_statbel',
  country: 'BE',
  name: 'Statbel, names by province',
  version: '1.0.0',
  description:
    'Names of newborns in the provinces of Belgium and in Brussels since 2017, a sheet a year and sex.',
  sampleFormat:
    'Prénoms des filles nouveau-nés par province/région 2017,,,,,Contenu\nRang,Refnis,NUTS2,Province/région,Prénom,Nombre\n1,4000,BE10,Région de Bruxelles-Capitale,Lina,113',
  office: 'Statbel (Direction générale Statistique - Statistics Belgium)',
  licence: 'Open data Statbel, CC BY 4.0',
  licenceUrl: 'https://creativecommons.org/licenses/by/4.0/',
  attribution: 'Source : Statbel (Direction générale Statistique - Statistics Belgium)',
  measure: 'births',
  threshold: 5,
  layout: 'title with year and sex; header Rang, Refnis, NUTS2, Province/région, Prénom, Nombre',
  repeats: 'reject',
  keeps: 'rank',
  areas: {
    'BE-BRU': 'Région de Bruxelles-Capitale',
    'BE-VAN': 'Province d’Anvers',
    'BE-VBR': 'Province de Brabant flamand',
    'BE-VLI': 'Province de Limbourg',
    'BE-VOV': 'Province de Flandre orientale',
    'BE-VWV': 'Province de Flandre occidentale',
    'BE-WBR': 'Province de Brabant wallon',
    'BE-WHT': 'Province de Hainaut',
    'BE-WLG': 'Province de Liège',
    'BE-WLX': 'Province de Luxembourg',
    'BE-WNA': 'Province de Namur',
  },
  recognize,
};

function recognize(table: TableHead): TableLayout | undefined {
  const header = findHeader(table, {
    rank: /^rang$/,
    refnis: /^refnis$/,
    area: /^nuts2$/,
    name: /^prénom$/,
    count: /^nombre$/,
  });
  if (!header) return undefined;
  const { rank, area, name, count } = header.columns;
  const title = titleText(table, header.row);
  return longTable({
    header,
    columns: { rank, area, name, count },
    facts: { year: yearIn(title), gender: genderIn(title) },
    readArea: (cell) => AREA_OF_NUTS[cell],
  });
}

import { findHeader } from '../tables/find-header.ts';
import { longTable } from '../tables/long-table.ts';
import type { TableHead } from '../tables/table-head.ts';
import { INSEE, inseeGender, inseeYear, RARE_NAMES } from './fr-facts.ts';
import type { NameParser, TableLayout } from './name-parser.ts';

/**
 * Institut national de la statistique et des études économiques, fichier des prénoms, France since 1900: one row a sex,
 * name and year; sex 1 is male. Rare names of a year stand together as `_PRENOMS_RARES`; births of a name in years with
 * fewer than 3 of them stand under the year `XXXX`. From the 2024 edition on the columns are called otherwise and
 * counts are rounded to 5.
 */
export const frInsee: NameParser = {
  id: 'fr_insee',
  name: 'INSEE, fichier des prénoms, national',
  version: '1.0.0',
  description: 'Births in France by sex, first name and year since 1900 (nat2021.csv; prenoms-2025-nat.csv).',
  sampleFormat: 'sexe;preusuel;annais;nombre\n2;MARIE;1900;48713\n1;LÉO;2021;4358',
  ...INSEE,
  layout: 'header sexe;preusuel;annais;nombre, or sexe;prenom;periode;valeur[;rang] from the 2024 edition on',
  areas: {},
  recognize,
};

function recognize(table: TableHead): TableLayout | undefined {
  const old = findHeader(table, {
    gender: /^sexe$/,
    name: /^preusuel$/,
    year: /^annais$/,
    count: /^nombre$/,
  });
  const rounded = findHeader(table, {
    gender: /^sexe$/,
    name: /^prenom$/,
    year: /^periode$/,
    count: /^valeur$/,
  });
  const header = old ?? rounded;
  // A column of departments makes it another file of the same office.
  if (!header || header.cells.some((cell) => /^dpt$/i.test(cell))) return undefined;
  const rank = header.cells.findIndex((cell) => /^rang$/i.test(cell));
  const nameAt = header.columns.name;
  return longTable({
    header,
    columns: rank < 0 ? header.columns : { ...header.columns, rank },
    readGender: inseeGender,
    readYear: inseeYear,
    statusOf: (cells) => (cells[nameAt] === RARE_NAMES ? 'aggregate' : undefined),
    ...(rounded && { isRounded: true, threshold: 5 }),
  });
}

import { findHeader } from '../tables/find-header.ts';
import { longTable } from '../tables/long-table.ts';
import type { TableHead } from '../tables/table-head.ts';
import { AT_GENDERS, CC_BY_4 } from './at-facts.ts';
import type { NameParser, TableLayout } from './name-parser.ts';

/**
 * Statistik Austria, open data `OGDEXT_VORNAMEN_1`: births by year, district of residence, sex and name since 1984. A
 * name that fewer than four children were given in a year has no district; so all rows of a name together are its
 * births in the country, and districts by themselves would lack rare names: they are added up.
 */
export const atOgd: NameParser = {
  id: 'at_ogd',
  country: 'AT',
  name: 'Statistik Austria, open data',
  version: '1.0.0',
  description:
    'Births in Austria by normalised first name and sex since 1984 (OGDEXT_VORNAMEN_1.csv); the rows of all districts are added up.',
  sampleFormat:
    'C-JAHR-0;C-WOHNBEZIRK-0;C-GESCHLECHT-0;F-VORNAME_NORMALISIERT;F-ANZAHL_LGEB\n2020;101;1;Jakob;6\n2020;102;1;Jakob;2',
  office: 'Statistik Austria',
  ...CC_BY_4,
  attribution: 'Datenquelle: Statistik Austria',
  measure: 'births',
  threshold: null,
  layout:
    'header C-JAHR-0;C-WOHNBEZIRK-0;C-GESCHLECHT-0;F-VORNAME_NORMALISIERT;F-ANZAHL_LGEB, sex 1 (boys) or 2 (girls)',
  repeats: 'sum',
  keeps: 'variant',
  areas: {},
  methodBreaks: [{ year: 2010, what: 'Until 2009 births of Austrian citizens alone are counted.' }],
  recognize,
};

function recognize(table: TableHead): TableLayout | undefined {
  const header = findHeader(table, {
    year: /^c-jahr-0$/,
    district: /^c-wohnbezirk-0$/,
    gender: /^c-geschlecht-0$/,
    name: /^f-vorname_normalisiert$/,
    count: /^f-anzahl_lgeb$/,
  });
  if (!header) return undefined;
  const { district, ...columns } = header.columns;
  return longTable({
    header,
    columns,
    readGender: (cell) => AT_GENDERS[cell],
    // The same count of a name in two districts is no repetition.
    variantOf: (cells) => Number.parseInt(cells[district] ?? '', 10) || 0,
  });
}

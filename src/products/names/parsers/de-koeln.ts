import type { TableHead } from '../tables/table-head.ts';
import { districtOf } from './de-berlin.ts';
import { DE_STATES, FIRST_NAMES_ALONE, germanNames, plainFileName } from './de-facts.ts';
import type { NameParser, TableLayout } from './name-parser.ts';

const KOELN = 'DE-NW-KOELN';

/** Stadt Köln, names that its registry office recorded in a year, which only the name of the file tells. */
export const deKoeln: NameParser = {
  id: 'de_koeln',
  country: 'DE',
  name: 'Stadt Köln',
  version: '1.0.0',
  description: 'Given names recorded in Köln, every name, one file a year (Vornamen_2020_Koeln.csv).',
  sampleFormat: 'anzahl;vorname;geschlecht;position\n207;Marie;w;2\n120;Emilia;w;1\n105;Noah;m;1',
  office: 'Stadt Köln',
  licence: 'dl-de/zero-2.0 or CC BY 3.0 DE, by year',
  licenceUrl: 'https://www.govdata.de/dl-de/zero-2-0',
  attribution: 'Stadt Köln, Offene Daten Köln',
  measure: 'registrations',
  threshold: null,
  layout:
    'header vorname, anzahl, geschlecht[, position] in any order, comma or semicolon, gender w or m; the year in the name of the file (Vornamen_2020_Koeln.csv)',
  // Slips: the same name with other capitals.
  repeats: 'sum',
  areas: { ...DE_STATES, [KOELN]: 'Köln' },
  methodBreaks: [FIRST_NAMES_ALONE],
  recognize,
};

function recognize(table: TableHead): TableLayout | undefined {
  const file = plainFileName(table.file);
  // Berlin publishes the same columns; only names tell the two cities apart.
  if (file.includes('berlin') || districtOf(file)) return undefined;
  return germanNames(table, KOELN);
}

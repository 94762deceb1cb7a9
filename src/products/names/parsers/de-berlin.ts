import type { TableHead } from '../tables/table-head.ts';
import { DE_STATES, FIRST_NAMES_ALONE, germanNames, plainFileName } from './de-facts.ts';
import type { NameParser, TableLayout } from './name-parser.ts';

interface District {
  readonly code: string;
  readonly name: string;
  /** How the files of the years are called, abbreviations included. */
  readonly files: RegExp;
}

const DISTRICTS: readonly District[] = [
  district('CHARLOTTENBURGWILMERSDORF', 'Charlottenburg-Wilmersdorf', /charlottenburg|\bc\.-w\./),
  district('FRIEDRICHSHAINKREUZBERG', 'Friedrichshain-Kreuzberg', /friedrichshain|\bf\.-k\./),
  district('LICHTENBERG', 'Lichtenberg', /lichtenberg|\blibg\b/),
  district('MARZAHNHELLERSDORF', 'Marzahn-Hellersdorf', /marzahn|\bm\.-h\./),
  district('MITTE', 'Mitte', /\bmitte\b/),
  district('NEUKOELLN', 'Neukölln', /neukoelln|\bnkn\b/),
  district('PANKOW', 'Pankow', /pankow/),
  district('REINICKENDORF', 'Reinickendorf', /reinickendorf|\brdf\b/),
  district('SPANDAU', 'Spandau', /spandau/),
  district('STEGLITZZEHLENDORF', 'Steglitz-Zehlendorf', /steglitz|\bs\.-z\./),
  district('TEMPELHOFSCHOENEBERG', 'Tempelhof-Schöneberg', /tempelhof|\bt\.-s\./),
  district('TREPTOWKOEPENICK', 'Treptow-Köpenick', /treptow|\bt\.-k\./),
  // No district: births of Germans abroad, for one.
  district('STANDESAMT1', 'Standesamt I in Berlin', /standesamt[ -]i\b|\bi in berlin/),
];

/**
 * Berlin, names that the registry offices of its districts recorded: a file for each district and year, which nothing
 * but its name tells. There is no list of the whole city; districts are not added up.
 */
export const deBerlin: NameParser = {
  id: 'de_berlin',
  country: 'DE',
  name: 'Berlin, by district',
  version: '1.0.0',
  description:
    'Given names recorded in the districts of Berlin, every name, one file for each district and year (2015/mitte.csv).',
  sampleFormat: 'anzahl;vorname;geschlecht;position\n50;Marie;w;2\n45;Sophie;w;2\n36;Adam;m;1',
  office: 'Landesamt für Bürger- und Ordnungsangelegenheiten (LABO)',
  licence: 'CC BY 3.0 DE',
  licenceUrl: 'https://creativecommons.org/licenses/by/3.0/de/',
  attribution:
    'Berliner Landesamt für Bürger- und Ordnungsangelegenheiten (LABO), https://github.com/berlinonline/haeufige-vornamen-berlin',
  measure: 'registrations',
  threshold: null,
  layout:
    'header anzahl;vorname;geschlecht[;position] in any order, gender w or m; district and year in the name of the file (2015/mitte.csv, "C.-W. Vornamenstatistik_2022-01-01_2022-12-31.csv")',
  // Slips: the same name twice, or with other capitals.
  repeats: 'sum',
  areas: {
    ...DE_STATES,
    ...Object.fromEntries(DISTRICTS.map(({ code, name }) => [code, name])),
  },
  methodBreaks: [FIRST_NAMES_ALONE],
  recognize,
};

function recognize(table: TableHead): TableLayout | undefined {
  const file = plainFileName(table.file);
  // Köln publishes the same columns; only names tell the two cities apart.
  if (file.includes('koeln')) return undefined;
  const found = districtOf(file);
  const layout = germanNames(table, found?.code ?? null);
  return layout && found
    ? { ...layout, evidence: `${layout.evidence}; ${found.name} by the name of the file` }
    : layout;
}

/** The district that the name of a file tells, be it called after its office or folder. */
export function districtOf(file: string): District | undefined {
  const plain = plainFileName(file);
  const words = plain.slice(plain.lastIndexOf('/') + 1).replaceAll('_', ' ');
  return DISTRICTS.find(({ files }) => files.test(words));
}

function district(code: string, name: string, files: RegExp): District {
  return { code: `DE-BE-${code}`, name, files };
}

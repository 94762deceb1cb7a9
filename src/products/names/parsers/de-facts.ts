import type { Gender } from '../normalize-gender.ts';
import { findHeader } from '../tables/find-header.ts';
import { longTable } from '../tables/long-table.ts';
import { yearIn, yearInFileName } from '../tables/read-facts.ts';
import type { TableHead } from '../tables/table-head.ts';
import type { MethodBreak, NameParser, TableLayout } from './name-parser.ts';

/** Both cities changed the count of 2017: before, it is of all given names of the children. */
export const FIRST_NAMES_ALONE: MethodBreak = {
  year: 2017,
  what: 'Until 2016 all given names of a child are counted, from 2017 on the first ones are told apart and ranked alone.',
};

/** All states, so that a sum of cities says which of them it lacks. */
export const DE_STATES: NameParser['areas'] = {
  'DE-BB': 'Brandenburg',
  'DE-BE': 'Berlin',
  'DE-BW': 'Baden-Württemberg',
  'DE-BY': 'Bayern',
  'DE-HB': 'Bremen',
  'DE-HE': 'Hessen',
  'DE-HH': 'Hamburg',
  'DE-MV': 'Mecklenburg-Vorpommern',
  'DE-NI': 'Niedersachsen',
  'DE-NW': 'Nordrhein-Westfalen',
  'DE-RP': 'Rheinland-Pfalz',
  'DE-SH': 'Schleswig-Holstein',
  'DE-SL': 'Saarland',
  'DE-SN': 'Sachsen',
  'DE-ST': 'Sachsen-Anhalt',
  'DE-TH': 'Thüringen',
};

const GENDERS: Readonly<Record<string, Gender>> = { w: 'F', m: 'M' };

/**
 * The lists of German registry offices: `vorname`, `anzahl`, `geschlecht` in any order, from 2017 on `position` too.
 * Names at a position after the first are read and stand aside. Rows without a name are counted; they are of children
 * whose name was not settled. City and year are told by the names of file and folder, where anything tells them.
 */
export function germanNames(table: TableHead, area: string | null): TableLayout | undefined {
  const header = findHeader(table, { name: /^vorname$/, count: /^anzahl$/, gender: /^geschlecht$/ });
  if (!header) return undefined;
  const more = header.cells.filter((cell) => !/^(?:vorname|anzahl|geschlecht|position)$/i.test(cell));
  if (more.length > 0) return undefined;
  const position = header.cells.findIndex((cell) => /^position$/i.test(cell));
  const layout = longTable({
    header,
    columns: header.columns,
    facts: { area, year: yearInFileName(table.file) ?? yearIn(table.file) },
    readGender: (cell) => GENDERS[cell],
    keepsNameless: true,
    ...(position >= 0 && { statusOf: (cells) => (isFirst(cells[position]) ? undefined : 'aside') }),
  });
  return area === null ? { ...layout, needs: [...layout.needs, 'area'] } : layout;
}

function isFirst(position: string | undefined): boolean {
  return position === undefined || position.trim() === '1';
}

/** The name of a file for a search of words: lower case, umlauts in two letters. */
export function plainFileName(file: string): string {
  return file
    .normalize('NFC')
    .toLowerCase()
    .replaceAll('ä', 'ae')
    .replaceAll('ö', 'oe')
    .replaceAll('ü', 'ue');
}

import { findHeader } from '../tables/find-header.ts';
import { longTable } from '../tables/long-table.ts';
import { genderIn, yearIn, yearInFileName } from '../tables/read-facts.ts';
import type { TableHead } from '../tables/table-head.ts';
import type { NameParser, TableLayout } from './name-parser.ts';

/**
 * Digital and Population Data Services Agency of Finland, given names of living citizens: six sheets, of men and women
 * each all given names together (`kaikki`), the first ones (`ens`) and the further ones (`muut`).
 * The list of first names is the ranking: it has every person once. All names together are read and summed beside it
 * and belong to no ranking, since most people are in it two or three times; further names are what is left of them and
 * are not read. The three are never added up. A seventh sheet, of notes, tells the day of the register.
 */
export const fiDvv: NameParser = {
  id: 'fi_dvv',
  country: 'FI',
  name: 'Digital and Population Data Services Agency, Finland',
  version: '1.0.0',
  description:
    'First names of living Finnish citizens with 5 or more bearers, from the population register of one day.',
  sampleFormat: 'Etunimi,Lukumäärä\nJuha,44438\nTimo,43936',
  office: 'Digi- ja väestötietovirasto (DVV)',
  licence: 'CC BY 4.0',
  licenceUrl: 'https://creativecommons.org/licenses/by/4.0/',
  attribution: 'Source: Digital and Population Data Services Agency (DVV), CC BY 4.0',
  measure: 'living_bearers',
  threshold: 5,
  layout: 'sheets "Miehet ens" and "Naiset ens" with the header Etunimi, Lukumäärä',
  // "Md" and "MD" are one name.
  repeats: 'sum',
  areas: {},
  notes({ rows }) {
    const day = rows.find(([word = '']) => /^poimintapäivä$/i.test(word))?.[1];
    return day === undefined ? undefined : { year: yearIn(day) };
  },
  recognize,
};

function recognize(table: TableHead): TableLayout | undefined {
  const header = findHeader(table, { name: /^etunimi$/, count: /^lukumäärä$/ });
  // Which of the lists a sheet is, only its name says.
  const list = table.sheet ?? table.file;
  if (!header || header.cells.filter((cell) => cell !== '').length !== 2 || /\bmuut\b/i.test(list))
    return undefined;
  const layout = longTable({
    header,
    columns: header.columns,
    facts: { gender: genderIn(list), year: table.sheet === null ? yearInFileName(table.file) : null },
  });
  if (!/\bkaikki\b/i.test(list)) return layout;
  // Without a year an observation is in no ranking, and competes with no list of the same year.
  return {
    ...layout,
    needs: ['gender'],
    facts: { ...layout.facts, year: null },
    parseRow: (cells, facts) => layout.parseRow(cells, { ...facts, year: null }),
  };
}

import { headerWord, titleText } from '../tables/find-header.ts';
import { columnTable } from '../tables/column-table.ts';
import { countReader } from '../tables/read-count.ts';
import type { TableHead } from '../tables/table-head.ts';
import { AT_AREAS, CC_BY_4, VIENNA } from './at-facts.ts';
import type { NameParser, TableLayout } from './name-parser.ts';

const COUNT_OF_YEAR = /^((?:19|20)\d\d) anzahl$/;

/**
 * City of Vienna, background tables to an article about first names: of its sheets two are lists, the names of all men
 * and of all women in the register on 1 January since 2010, the commonest spelling for all that sound the same. -99 is a
 * name of fewer than 100 people: listed, its count withheld. The other sheets are extracts, shares and totals.
 */
export const atWienBearers: NameParser = {
  id: 'at_wien_bearers',
  country: 'AT',
  name: 'City of Vienna, population register',
  version: '1.0.0',
  description:
    'First names of the people of Vienna on 1 January since 2010, from 100 bearers on, all spellings of a sound together (babyvornamen.xlsx).',
  sampleFormat:
    'Häufigkeit der Namen aller Wiener (mind. 100 Personen pro Name)\nName (häufigste Schreibweise),alle Schreibweisen des Namens,2010 Anzahl,2010 Median-Geburtsjahr,2011 Anzahl,2011 Median-Geburtsjahr\nAaron,Aaron Aarón Aharon Aron Áron,300,1996,327,1996\nAbdulkadir,Abdulkadir,-99,-99,-99,-99',
  office: 'Stadt Wien',
  ...CC_BY_4,
  attribution: 'Quelle: Land Wien, Wiener Bevölkerungsregister',
  measure: 'living_bearers',
  threshold: 100,
  layout:
    'title with Wiener or Wienerinnen; header "Name (häufigste Schreibweise)", "alle Schreibweisen des Namens", then "<year> Anzahl", "<year> Median-Geburtsjahr" for each year',
  repeats: 'sum',
  areas: AT_AREAS,
  recognize,
};

function recognize(table: TableHead): TableLayout | undefined {
  const row = table.rows.findIndex(
    ([first = '', second = '']) =>
      headerWord(first).startsWith('name (häufigste schreibweise)') &&
      headerWord(second).startsWith('alle schreibweisen'),
  );
  const cells = table.rows[row];
  if (!cells) return undefined;
  const groups = cells.flatMap((cell, count) => {
    const year = COUNT_OF_YEAR.exec(headerWord(cell))?.[1];
    return year === undefined ? [] : [{ name: 0, count, year: Number(year) }];
  });
  if (groups.length === 0) return undefined;
  return columnTable({
    header: { row, cells },
    groups,
    facts: { gender: genderOf(titleText(table, row)), area: VIENNA },
    readCount: countReader({ '-99': 'hidden' }),
    listsAllYears: true,
    skips: ([name = '']) => (/^gesamtzahl personen/i.test(name) ? 'total' : undefined),
  });
}

function genderOf(title: string): 'F' | 'M' | null {
  if (/\bWienerinnen\b/.test(title)) return /\bWiener\b(?! Bevölkerungsregister)/.test(title) ? null : 'F';
  return /\baller Wiener\b/.test(title) ? 'M' : null;
}

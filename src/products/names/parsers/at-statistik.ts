import { headerWord, titleText } from '../tables/find-header.ts';
import { columnTable, type ColumnGroup } from '../tables/column-table.ts';
import { countReader } from '../tables/read-count.ts';
import { yearIn } from '../tables/read-facts.ts';
import type { TableHead } from '../tables/table-head.ts';
import { CC_BY_4 } from './at-facts.ts';
import type { NameParser, TableLayout } from './name-parser.ts';

/**
 * Statistik Austria, list of all first given names ever given since 1984: a sheet of boys and one of girls, the header
 * in two rows. Each name has the number of children of all these years together, which is no year's and stands aside,
 * and that of the last year, which is a slice of its own; 0 is a name that nobody was given that year.
 */
export const atStatistik: NameParser = {
  id: 'at_statistik',
  country: 'AT',
  name: 'Statistik Austria, all first names since 1984',
  version: '1.0.0',
  description:
    'First given names in Austria, every name and spelling: the last year of the list; the sum since 1984 is read and not ranked.',
  sampleFormat:
    'Liste aller jemals vergebenen ersten Bubennamen 1984-2020\nVorname,,Anzahl,Rang,Anzahl,Rang\nOriginal-Schreibweise,häufigste Schreibweise 1984-2020*),1984-2020,,2020,\nJakob,Jakob,18223,23,794,1\nAaron,Aaron,1737,123,100,83',
  office: 'Statistik Austria',
  ...CC_BY_4,
  attribution: 'Datenquelle: Statistik Austria',
  measure: 'births',
  threshold: null,
  layout:
    'title; header in two rows: Vorname, Anzahl, Rang over Original-Schreibweise, häufigste Schreibweise, 1984-2020, 2020',
  repeats: 'sum',
  keeps: 'rank',
  areas: {},
  recognize,
};

function recognize(table: TableHead): TableLayout | undefined {
  const row = table.rows.findIndex(
    ([first = '', second = '']) =>
      headerWord(first).startsWith('original-schreibweise') &&
      headerWord(second).startsWith('häufigste schreibweise'),
  );
  const below = table.rows[row];
  const above = table.rows[row - 1];
  if (!below || !above) return undefined;
  const groups = above.flatMap((word, at): ColumnGroup[] => {
    const years = below[at] ?? '';
    if (headerWord(word) !== 'anzahl' || !/^\d{4}/.test(years)) return [];
    return [{ name: 0, count: at, rank: at + 1, year: yearIn(years) }];
  });
  const period = periodIn(below);
  if (groups.length === 0 || !period) return undefined;
  const cells = above.map((word, at) => `${word} ${below[at] ?? ''}`.trim());
  return columnTable({
    header: { row, cells },
    groups,
    facts: { gender: genderOf(titleText(table, row)) },
    readCount: countReader({ '0': 'none' }),
    period,
  });
}

/** The years whose sum a column has, by its heading: `1984-2020`. */
function periodIn(headings: readonly string[]): TableLayout['period'] {
  const [, first, last] = headings.map((cell) => /^(\d{4})-(\d{4})$/.exec(cell)).find((found) => found) ?? [];
  return first === undefined ? undefined : { first: Number(first), last: Number(last) };
}

function genderOf(title: string): 'F' | 'M' | null {
  if (/Mädchennamen/i.test(title)) return /Bubennamen/i.test(title) ? null : 'F';
  return /Bubennamen/i.test(title) ? 'M' : null;
}

import { type ColumnGroup, columnTable } from '../tables/column-table.ts';
import { headerWord, titleText } from '../tables/find-header.ts';
import { genderIn, yearIn, yearInFileName } from '../tables/read-facts.ts';
import type { TableHead } from '../tables/table-head.ts';
import type { Gender } from '../normalize-gender.ts';
import { checkYear } from '../normalize-number.ts';
import { AU_AREAS, CC_BY_AU } from './au-facts.ts';
import type { NameParser, TableLayout } from './name-parser.ts';

const NAME = /^(?:given )?name(?: - (?:fe)?male)?$/;
const RANK = /^(?:rank|position)$/;

/**
 * Victoria, the hundred most frequent names of each sex, one workbook a year since 2008, boys and girls side by side.
 * The sex stands in the header or in a row above it; the rank before each name, or once for both; the year in the
 * title, in a column, or in the name of sheet or file. Ties are printed as such from 2024 on.
 */
export const auVic: NameParser = {
  id: 'au_vic',
  country: 'AU',
  name: 'Victoria, top 100 baby names',
  version: '1.0.0',
  description: 'The 100 most frequent names of each sex in Victoria, one workbook a year since 2008.',
  sampleFormat:
    'Rank,Name - Male,Count,Rank,Name - Female,Count\n1,Oliver,570,1,Isla,389\n2,Noah,462,2,Charlotte,382',
  office: 'State of Victoria',
  ...CC_BY_AU,
  attribution: 'Source: State of Victoria, Births, Deaths and Marriages Victoria',
  measure: 'births',
  threshold: null,
  layout:
    'Rank or Position, Name or Given Name, Count for both sexes side by side; the sex in the header or the row above',
  repeats: 'reject',
  keeps: 'rank',
  areas: AU_AREAS,
  recognize,
};

function recognize(table: TableHead): TableLayout | undefined {
  const row = table.rows.findIndex((cells) => groupsOf(cells, []).length === 2);
  const cells = table.rows[row];
  if (!cells) return undefined;
  const groups = groupsOf(cells, table.rows[row - 1] ?? []);
  const genders = new Set(groups.map(({ gender }) => gender));
  if (!genders.has('F') || !genders.has('M')) return undefined;
  const yearAt = cells.findIndex((cell) => headerWord(cell) === 'year');
  return columnTable({
    header: { row, cells },
    groups,
    facts: {
      year: yearIn(titleText(table, row)) ?? yearIn(table.sheet ?? '') ?? yearInFileName(table.file),
      area: 'AU-VIC',
    },
    isTop: true,
    ...(yearAt >= 0 && { yearOf: (row: readonly string[]) => checkYear(row[yearAt] ?? '') }),
  });
}

/** Each name with a count after it, with the rank that stands last before it. */
function groupsOf(cells: readonly string[], above: readonly string[]): ColumnGroup[] {
  const words = cells.map(headerWord);
  return words.flatMap((word, name) => {
    const rank = words.findLastIndex((other, at) => at < name && RANK.test(other));
    if (!NAME.test(word) || words[name + 1] !== 'count' || rank < 0) return [];
    const gender = genderIn(word) ?? genderAbove(above, name);
    return [{ name, count: name + 1, rank, ...(gender && { gender }) }];
  });
}

/** The last word of a row that stands over a column or, cells being merged, before it. */
function genderAbove(above: readonly string[], at: number): Gender | null {
  return genderIn(above.slice(0, at + 1).findLast((cell) => cell !== '') ?? '');
}

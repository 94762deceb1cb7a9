import { withTotal } from '../tables/check-total.ts';
import { columnTable } from '../tables/column-table.ts';
import { headerWord, titleText } from '../tables/find-header.ts';
import { countReader } from '../tables/read-count.ts';
import { genderIn } from '../tables/read-facts.ts';
import type { TableHead } from '../tables/table-head.ts';
import { GB_AREAS, OGL_3 } from './gb-facts.ts';
import type { NameParser, TableLayout } from './name-parser.ts';

/** The office's list of all names begins here. */
const FIRST_YEAR = '1974';

/**
 * The list of all names of National Records of Scotland turned into a pivot table by others: a row a name, a column a
 * year from 1974 on, `Grand Total` at the end; blank stands for none. Nothing inside need tell the sex.
 */
export const gbNrsPivot: NameParser = {
  id: 'gb_nrs_pivot',
  country: 'GB',
  name: 'National Records of Scotland, as a pivot table',
  version: '1.0.0',
  description:
    'First forenames registered in Scotland since 1974, a column a year; reworked from the office’s list.',
  sampleFormat: 'Row Labels,1974,1975,1976,Grand Total\nJack,18,18,14,50\nNoah,1,1,,2',
  office: 'National Records of Scotland',
  ...OGL_3,
  attribution:
    'Source: National Records of Scotland. © Crown copyright. Contains public sector information licensed under the Open Government Licence v3.0',
  measure: 'registrations',
  threshold: null,
  layout: 'header Row Labels, 1974, 1975, …, Grand Total; one sex a table, told by title, sheet or file name',
  repeats: 'reject',
  areas: GB_AREAS,
  recognize,
};

function recognize(table: TableHead): TableLayout | undefined {
  const row = table.rows.findIndex(
    ([labels = '', first]) => headerWord(labels) === 'row labels' && first === FIRST_YEAR,
  );
  const cells = table.rows[row];
  if (!cells) return undefined;
  const total = cells.findIndex((cell) => headerWord(cell) === 'grand total');
  const layout = columnTable({
    header: { row, cells },
    groups: cells.flatMap((cell, at) =>
      /^(?:19|20)\d\d$/.test(cell) ? [{ name: 0, count: at, year: Number(cell) }] : [],
    ),
    facts: {
      gender: genderIn(titleText(table, row)) ?? genderIn(table.sheet ?? '') ?? genderIn(table.file),
      area: 'GB-SCT',
    },
    readCount: countReader({ '': 'none' }),
    skips: ([label = '']) => (/^grand total$/i.test(label.trim()) ? 'total' : undefined),
  });
  return total < 0 ? layout : withTotal(layout, total);
}

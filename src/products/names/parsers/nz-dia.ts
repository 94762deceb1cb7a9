import { type ColumnGroup, columnTable } from '../tables/column-table.ts';
import { titleText } from '../tables/find-header.ts';
import { genderIn, lastYearIn } from '../tables/read-facts.ts';
import type { TableHead } from '../tables/table-head.ts';
import { checkCount, checkYear } from '../normalize-number.ts';
import type { NameParser, TableLayout } from './name-parser.ts';
import { NZ_DIA } from './nz-facts.ts';

/**
 * Department of Internal Affairs, the hundred most frequent names of each sex since 1954: a sheet a sex, a block of
 * name and number for each year side by side, one rank for all. Cells of the header are merged, so that it does not
 * stand over its columns: blocks are found in the rows, and are in the order of the years.
 */
export const nzDia: NameParser = {
  id: 'nz_dia',
  country: 'NZ',
  name: 'New Zealand, top 100 names since 1954',
  version: '1.0.0',
  description:
    'The 100 most frequent names of each sex registered in New Zealand in each year since 1954, one workbook.',
  sampleFormat:
    "Table 1,,Top 100 Baby Girls' Names in New Zealand\nRank,,1954,,1955\n,,Name,No.,Name,,No.\n,1,Christine,779,,Susan,743\n,2,Susan,735,,Christine,689",
  ...NZ_DIA,
  threshold: null,
  layout:
    'title "Top 100 Baby Girls\' Names in New Zealand", a row of years, below it blocks of name and number',
  keeps: 'rank',
  recognize,
};

function recognize(table: TableHead): TableLayout | undefined {
  const row = table.rows.findIndex((cells) => yearsOf(cells).length > 0);
  const title = titleText(table, Math.max(row, 0));
  if (!/\bnames in new zealand\b/i.test(title)) return undefined;
  const years = yearsOf(table.rows[row] ?? []);
  const first = table.rows.findIndex((cells, at) => at > row && blocksOf(cells).length > 0);
  const blocks = blocksOf(table.rows[first] ?? []);
  if (blocks.length !== years.length) return undefined;
  const rank = (blocks[0]?.name ?? 0) - 1;
  return columnTable({
    header: { row: first - 1, cells: headerOver(blocks, years) },
    groups: blocks.map((block, at) => ({ ...block, rank, year: years[at] as number })),
    facts: { gender: genderIn(title) },
    skips: (cells) => (checkCount(cells[rank] ?? '') === undefined ? 'note' : undefined),
    isTop: true,
    edition: String(lastYearIn(title) ?? years.at(-1)),
  });
}

/** The years of a row that begins with "Rank"; a merged cell may repeat one. */
function yearsOf([first = '', ...cells]: readonly string[]): number[] {
  if (!/^rank$/i.test(first)) return [];
  return [...new Set(cells.flatMap((cell) => checkYear(cell) ?? []))];
}

/** Each number with a name before it. */
function blocksOf(cells: readonly string[]): Required<Pick<ColumnGroup, 'name' | 'count'>>[] {
  return cells.flatMap((cell, count) => {
    const before = cells[count - 1] ?? '';
    return checkCount(cell) !== undefined && /\p{L}/u.test(before) ? [{ name: count - 1, count }] : [];
  });
}

/** For reports: what a header would say if it stood over its columns. */
function headerOver(
  blocks: readonly { readonly name: number; readonly count: number }[],
  years: readonly number[],
): string[] {
  const cells: string[] = Array.from({ length: (blocks.at(-1)?.count ?? 0) + 1 }, () => '');
  for (const [at, { name, count }] of blocks.entries()) {
    cells[name] = `Name ${years[at]}`;
    cells[count] = `No. ${years[at]}`;
  }
  return cells;
}

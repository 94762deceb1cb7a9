import { skipped } from '#engine/ingestion/row-outcome.ts';
import type { TableFacts, TableLayout } from '../parsers/name-parser.ts';

/**
 * A table in sections, each under a title of its own that tells what the rows below it do not say, such as their sex.
 * What the last title told is remembered from row to row; since the first row that is read has to be a title, a layout
 * begins anew each time it is read.
 * @param rows how the rows of all sections are read; its `skip` ends before the first title
 * @param factsOf what a row tells if it is a title
 */
export function sectionTable(
  rows: TableLayout,
  factsOf: (cells: readonly string[]) => Partial<TableFacts> | undefined,
): TableLayout {
  let section: Partial<TableFacts> = {};
  return {
    ...rows,
    needs: [],
    parseRow(cells, facts) {
      const told = factsOf(cells);
      if (!told) return rows.parseRow(cells, { ...facts, ...section });
      section = told;
      return skipped('title');
    },
  };
}

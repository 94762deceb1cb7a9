import type { NameParser, TableFacts, TableLayout } from '../parsers/name-parser.ts';

/** Rows without any header, known by what stands in their cells. */
export interface FixedRows {
  readonly columns: readonly string[];
  readonly needs: TableLayout['needs'];
  /** What the name of a file tells. */
  readonly factsOf: (file: string) => TableFacts;
  /** Whether a row is in this layout. */
  readonly fits: (cells: readonly string[]) => boolean;
  readonly parseRow: TableLayout['parseRow'];
}

/**
 * The two ways in which a parser of fixed rows finds its layout: by the name of a file, once the upload is known to
 * be its office's, and by the first rows. Bad rows are a matter of the report: most rows are in the layout, or most
 * have its shape and some prove it.
 */
export function fixedRows(rows: FixedRows): Pick<NameParser, 'fixed' | 'recognize'> {
  const { columns, needs, factsOf, fits, parseRow } = rows;
  const layout = (file: string, evidence: string): TableLayout => ({
    evidence,
    skip: 0,
    columns,
    facts: factsOf(file),
    needs,
    parseRow,
  });
  return {
    fixed: (file) => layout(file, `rows of ${columns.join(', ')}`),
    recognize({ file, rows: found }) {
      const fitting = found.filter(fits).length;
      const shaped = found.filter((cells) => cells.length === columns.length).length;
      if (fitting === 0 || (fitting * 2 < found.length && shaped * 2 < found.length)) return undefined;
      return layout(file, `${fitting} of the first ${found.length} rows are ${columns.join(', ')}`);
    },
  };
}

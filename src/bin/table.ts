type Cell = string | number | boolean | null | undefined;

/** Rows under their headings, numbers to the right; the columns are the properties of the first row. */
export function formatTable(rows: readonly Readonly<Record<string, Cell>>[]): string {
  const columns = Object.keys(rows[0] ?? {});
  const texts = rows.map((row) => columns.map((column) => formatCell(row[column])));
  const widths = columns.map((column, at) =>
    Math.max(...[column, ...texts.map((row) => row[at] ?? '')].map(width)),
  );
  const isNumber = columns.map((column) => rows.every((row) => typeof (row[column] ?? 0) === 'number'));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, at) => pad(cell, widths[at] ?? 0, isNumber[at] ?? false))
      .join('  ')
      .trimEnd();
  return [columns, ...texts].map(line).join('\n');
}

function formatCell(cell: Cell): string {
  if (cell === null || cell === undefined) return '–';
  return typeof cell === 'number' ? cell.toLocaleString('en-US', { maximumFractionDigits: 6 }) : String(cell);
}

function pad(text: string, to: number, right: boolean): string {
  const blanks = ' '.repeat(Math.max(0, to - width(text)));
  return right ? blanks + text : text + blanks;
}

/** In characters as they are seen: accents that stand by themselves take no place. */
function width(text: string): number {
  return [...new Intl.Segmenter().segment(text)].length;
}

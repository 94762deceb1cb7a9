import type { TableHead } from './table-head.ts';

/** Where a header stands, and in which column each wanted word was found. */
export interface FoundHeader<Field extends string> {
  /** Place in `head.rows`, from 0. */
  readonly row: number;
  readonly cells: readonly string[];
  readonly columns: Readonly<Record<Field, number>>;
}

/**
 * The first row in which every wanted pattern matches a cell of its own, wherever it stands: titles and notes before
 * it are passed over. Patterns see cells in lower case with single blanks.
 */
export function findHeader<Field extends string>(
  head: TableHead,
  wanted: Readonly<Record<Field, RegExp>>,
): FoundHeader<Field> | undefined {
  for (const [row, cells] of head.rows.entries()) {
    const columns = matchColumns(cells, wanted);
    if (columns) return { row, cells, columns };
  }
  return undefined;
}

/** The columns of a row by pattern; undefined where one is missing. The first cell that fits and is free is taken. */
function matchColumns<Field extends string>(
  cells: readonly string[],
  wanted: Readonly<Record<Field, RegExp>>,
): Record<Field, number> | undefined {
  const words = cells.map(headerWord);
  const taken = new Set<number>();
  const columns: Partial<Record<Field, number>> = {};
  for (const field of Object.keys(wanted) as Field[]) {
    const at = words.findIndex((word, place) => !taken.has(place) && wanted[field].test(word));
    if (at < 0) return undefined;
    taken.add(at);
    columns[field] = at;
  }
  return columns as Record<Field, number>;
}

/** Whether a header consists of the wanted cells alone, in the order in which they were wanted. */
export function isWholeHeader({ cells, columns }: FoundHeader<string>): boolean {
  const places = Object.values(columns);
  return places.every((place, at) => place === at) && cells.slice(places.length).every((cell) => cell === '');
}

/** A header cell as patterns see it. */
export function headerWord(cell: string): string {
  return cell
    .replaceAll(/[\s\u00A0\uFEFF]+/g, ' ')
    .trim()
    .toLowerCase();
}

/** Everything that stands before a row, as one text. */
export function titleText(head: TableHead, row: number): string {
  return head.rows
    .slice(0, row)
    .flat()
    .filter((cell) => cell !== '')
    .join(' ');
}

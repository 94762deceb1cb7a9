import type { Separator } from '#engine/ingestion/dialect.ts';
import { inspectText } from '#engine/ingestion/inspect-text.ts';
import type { IngestionLimits } from '#engine/ingestion/limits.ts';
import type { SourceFile } from '#engine/ingestion/source-files.ts';

/** What the beginning of a file looks like to somebody who knows no parser. */
export interface FoundLayout {
  readonly file: string;
  readonly encoding: string;
  readonly encoding_evidence: string;
  readonly delimiter: Separator | null;
  readonly quote: string | null;
  readonly columns: number;
  /** Null where the first row holds values. */
  readonly header: readonly string[] | null;
  readonly first_rows: readonly (readonly string[])[];
}

const WORDS: Readonly<Record<Separator, string>> = {
  ',': 'comma',
  ';': 'semicolon',
  '\t': 'tab',
  '|': 'bar',
};
const MOST_ROWS = 5;
const MOST_CELLS = 50;
const MOST_CHARACTERS = 100;

/** Throws `not_text`, and what reading the file throws. */
export async function describeFound(file: SourceFile, limits: IngestionLimits): Promise<FoundLayout> {
  const { encoding, dialect, isTable, rows } = await inspectText(file, { limits });
  const [first = [], second] = rows;
  const hasHeader = looksLikeHeader(first, second);
  return {
    file: file.name,
    encoding: encoding.encoding,
    encoding_evidence: encoding.evidence,
    delimiter: isTable ? dialect.separator : null,
    quote: dialect.quote,
    columns: first.length,
    header: hasHeader ? shortened(first) : null,
    first_rows: rows
      .slice(hasHeader ? 1 : 0)
      .slice(0, MOST_ROWS)
      .map(shortened),
  };
}

/** One sentence for people: `"a.csv": 4 columns separated by semicolon, first row "1; Olivia; 2000; x"`. */
export function foundInWords({
  file,
  encoding,
  delimiter,
  columns,
  header,
  first_rows,
}: FoundLayout): string {
  const shape = delimiter === null ? 'one column' : `${columns} columns separated by ${WORDS[delimiter]}`;
  const row = header ?? first_rows[0] ?? [];
  const shown = row
    .slice(0, 8)
    .join(`${delimiter ?? ''} `)
    .slice(0, 160);
  const kind = header ? 'header' : 'first row';
  return `"${file}": ${shape}, ${kind} "${shown}"${encoding === 'utf-8' ? '' : `, ${encoding}`}`;
}

/** Words without any digit over a row that has digits. */
function looksLikeHeader(first: readonly string[], second: readonly string[] | undefined): boolean {
  if (!second || first.length < 2) return false;
  const isWordy = first.every((cell) => cell.trim() !== '' && !/^[\d.,\s-]+$/.test(cell));
  return isWordy && second.some((cell, at) => /^[\d.,\s-]+$/.test(cell) && cell !== first[at]);
}

function shortened(cells: readonly string[]): string[] {
  return cells
    .slice(0, MOST_CELLS)
    .map((cell) => cell.slice(0, MOST_CHARACTERS).toWellFormed().replaceAll('\0', '\u2400'));
}

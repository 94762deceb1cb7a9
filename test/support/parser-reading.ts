import { createDelimitedReader } from '#engine/ingestion/delimited-reader.ts';
import { DEFAULT_LIMITS } from '#engine/ingestion/limits.ts';
import type { RowOutcome } from '#engine/ingestion/row-outcome.ts';
import type { SourceFile } from '#engine/ingestion/source-files.ts';
import { type PlannedFile, planFiles } from '#products/names/import/plan-files.ts';
import type { UploadOptions } from '#products/names/import/upload-options.ts';
import type { NameCount } from '#products/names/name-count.ts';
import type { NameParser } from '#products/names/parsers/name-parser.ts';

/** A text or a sheet as a test writes it: lines, or the bytes themselves. */
export interface TableText {
  readonly file?: string;
  readonly sheet?: string;
  readonly text: string | Buffer;
}

export const NO_OPTIONS: UploadOptions = {
  year: null,
  gender: null,
  area: null,
  mode: 'partial',
  max_errors: null,
  max_error_ratio: 1,
  dry_run: false,
};

/**
 * What a parser makes of a table, a line a record or observation: `Mary F 1880 7065`, then area, status and rank where
 * they say something; `- note` for skipped rows; `! invalid_count 3 count 0` for each error.
 */
export async function readTable(
  parser: NameParser,
  table: TableText,
  options: Partial<UploadOptions> = {},
): Promise<string[]> {
  const { files } = await planFiles(
    [sourceOf(table)],
    parser,
    { ...NO_OPTIONS, ...options },
    {
      limits: DEFAULT_LIMITS,
    },
  );
  const lines: string[] = [];
  for (const file of files) await readPlanned(file, (outcome) => lines.push(...inWords(outcome)));
  return lines;
}

/** Reads a planned table to its end. */
export async function readPlanned(
  { source, dialect, layout, facts }: PlannedFile,
  onOutcome: (outcome: RowOutcome<NameCount | readonly NameCount[]>) => void,
): Promise<void> {
  let toSkip = layout.skip;
  const reader = createDelimitedReader({
    dialect,
    limits: DEFAULT_LIMITS,
    onRecord({ cells }) {
      if (toSkip > 0) toSkip--;
      else onOutcome(layout.parseRow(cells, facts));
    },
    onError({ errors }) {
      if (toSkip > 0) toSkip--;
      else onOutcome({ kind: 'rejected', errors });
    },
  });
  for await (const chunk of source.open()) reader.push(chunk);
  reader.end();
}

/** An inner file in memory. */
export function sourceOf({ file = 'data.csv', sheet, text }: TableText): SourceFile {
  const bytes = Buffer.from(text as string);
  return {
    name: sheet === undefined ? file : `${file}#${sheet}`,
    size: bytes.length,
    ...(sheet !== undefined && { sheet, dialect: { separator: ',' } }),
    async *open() {
      yield await Promise.resolve(bytes);
    },
  };
}

function inWords(outcome: RowOutcome<NameCount | readonly NameCount[]>): string[] {
  if (outcome.kind === 'skipped') return [`- ${outcome.reason}`];
  if (outcome.kind === 'rejected') {
    return outcome.errors.map(({ code, column_index, field, value }) =>
      `! ${code} ${column_index} ${field} ${value}`.trimEnd(),
    );
  }
  const { record } = outcome;
  return (Array.isArray(record) ? (record as readonly NameCount[]) : [record as NameCount]).map(inOneLine);
}

function inOneLine({ name, gender, year, count, area, status, rank }: NameCount): string {
  const parts = [name, gender, year ?? 'XXXX', count ?? '..'];
  if (area !== null) parts.push(area);
  if (status !== 'exact') parts.push(status);
  if (rank !== null) parts.push(`#${rank}`);
  return parts.join(' ');
}

/** A column of a list as text: its heading and the property that fills it. */
type CsvRow = Readonly<Record<string, unknown>>;

const MUST_QUOTE = /[",\r\n]/;
/** Spreadsheets run cells that begin so; an apostrophe in front makes them text. */
const FORMULA = /^[=+\-@\t\r]/;

/** RFC 4180 with CRLF; the heading line first. Text that a spreadsheet would run as a formula gets an apostrophe. */
export function toCsv(columns: readonly string[], rows: readonly CsvRow[]): string {
  const lines = [columns.map(csvCell).join(',')];
  for (const row of rows) lines.push(columns.map((column) => csvCell(row[column])).join(','));
  return `${lines.join('\r\n')}\r\n`;
}

function csvCell(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint')
    return String(value);
  if (value instanceof Date) return value.toISOString();
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const guarded = FORMULA.test(text) ? `'${text}` : text;
  return MUST_QUOTE.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded;
}

/** One JSON object a line. */
export function toNdjson(rows: readonly CsvRow[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join('');
}

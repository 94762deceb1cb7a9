import { findHeader, isWholeHeader } from '../tables/find-header.ts';
import { longTable } from '../tables/long-table.ts';
import type { TableHead } from '../tables/table-head.ts';
import { checkCount } from '../normalize-number.ts';
import type { NameParser, TableLayout } from './name-parser.ts';
import { NZ_DIA } from './nz-facts.ts';

const THRESHOLD = 10;

/**
 * Department of Internal Affairs, all names with ten registrations or more in a year since 1900. The bytes of the file
 * are windows-1252 for the most part and of an old DOS page in some names: those keep an odd sign in place of an
 * accent, with a warning.
 */
export const nzDiaFull: NameParser = {
  id: 'nz_dia_full',
  country: 'NZ',
  name: 'New Zealand, all names since 1900',
  version: '1.0.0',
  description:
    'Names registered in New Zealand ten times or more in a year since 1900 (baby-names-1900-to-2025.csv).',
  sampleFormat: 'Year,Sex,Name,Count\n1900,F,Mary,431\n1900,M,John,470',
  ...NZ_DIA,
  threshold: THRESHOLD,
  layout: 'header Year,Sex,Name,Count; sex F or M',
  recognize,
};

function recognize(table: TableHead): TableLayout | undefined {
  const header = findHeader(table, { year: /^year$/, gender: /^sex$/, name: /^name$/, count: /^count$/ });
  if (!header || header.row > 0 || !isWholeHeader(header)) return undefined;
  const { gender, count } = header.columns;
  const rows = table.rows.slice(1);
  // The header is a common one: letters for sex and no count below ten are this office's.
  const isItsOwn = rows.every((cells) => (checkCount(cells[count] ?? '') ?? THRESHOLD) >= THRESHOLD);
  if (!isItsOwn || !rows.some((cells) => /^[FM]$/.test(cells[gender] ?? ''))) return undefined;
  return longTable({ header, columns: header.columns });
}

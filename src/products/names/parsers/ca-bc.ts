import { checkCount } from '../normalize-number.ts';
import { withTotal } from '../tables/check-total.ts';
import { columnTable } from '../tables/column-table.ts';
import { headerWord } from '../tables/find-header.ts';
import { countReader } from '../tables/read-count.ts';
import { genderIn } from '../tables/read-facts.ts';
import type { TableHead } from '../tables/table-head.ts';
import type { NameParser, TableLayout } from './name-parser.ts';

const THRESHOLD = 5;

/**
 * British Columbia, Vital Statistics Agency: a row a name in upper case, a column a year, `Total` at the end. 0 stands
 * for no birth or for fewer than five. Nothing but the name of the file tells the sex. In the file of 1915 to 2014 each
 * `É` has become `…`, as a wrong encoding makes of it; such names are kept as they are.
 */
export const caBc: NameParser = {
  id: 'ca_bc',
  country: 'CA',
  name: 'British Columbia, Vital Statistics Agency',
  version: '1.0.0',
  description: 'Popular baby names of British Columbia since 1915, a column a year, one file a sex.',
  sampleFormat: 'Name,1915,1916,1917,Total\nALBERT,25,21,0,46\nETHAN,0,0,5,5',
  office: 'British Columbia Vital Statistics Agency',
  licence: 'Open Government Licence – British Columbia',
  licenceUrl: 'https://www2.gov.bc.ca/gov/content/data/open-data/open-government-licence-bc',
  attribution: 'Contains information licensed under the Open Government Licence – British Columbia.',
  measure: 'births',
  threshold: THRESHOLD,
  layout:
    'header Name, a column for each year, Total; names in upper case, 0 for none; the sex in the name of the file',
  repeats: 'reject',
  areas: { 'CA-BC': 'British Columbia' },
  recognize,
};

function recognize({ file, rows }: TableHead): TableLayout | undefined {
  const [cells = [], ...data] = rows;
  const total = cells.length - 1;
  const years = cells.slice(1, total).map(Number);
  const isHeader = headerWord(cells[0] ?? '') === 'name' && headerWord(cells[total] ?? '') === 'total';
  const areYears =
    years.length > 1 && years.every((year, at) => year === (years[0] as number) + at && year > 1900);
  if (!isHeader || !areYears || !isOfOffice(data)) return undefined;
  const layout = columnTable({
    header: { row: 0, cells },
    groups: years.map((year, at) => ({ name: 0, count: at + 1, year })),
    facts: { gender: genderIn(file), area: 'CA-BC' },
    readCount: countReader({ '0': 'none' }),
  });
  return withTotal(layout, total);
}

/** Any office may write such a header; most rows of this one have a shouted name, zeros, and no count below five. */
function isOfOffice(rows: readonly (readonly string[])[]): boolean {
  const named = rows.filter(([name]) => name);
  const fitting = named.filter(
    ([name = '', ...cells]) =>
      name === name.toUpperCase() &&
      cells.includes('0') &&
      cells.every((cell) => (checkCount(cell) ?? THRESHOLD) >= THRESHOLD),
  );
  return fitting.length * 2 > named.length;
}

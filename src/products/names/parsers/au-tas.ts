import { findHeader, isWholeHeader } from '../tables/find-header.ts';
import { longTable } from '../tables/long-table.ts';
import { genderIn, yearIn } from '../tables/read-facts.ts';
import { sectionTable } from '../tables/section-table.ts';
import type { TableHead } from '../tables/table-head.ts';
import { AU_AREAS, CC_BY_AU } from './au-facts.ts';
import type { NameParser, TableFacts, TableLayout } from './name-parser.ts';

const TITLE = /^most popular (?:fe)?male baby names for (?:19|20)\d\d\b/i;

/**
 * Tasmania, names with 5 births or more, in lower case: 2010 to 2015 in one workbook with a sheet a sex, then a
 * workbook a year whose titles tell sex and year. In that of 2016 both sexes stand in one sheet, the second title in
 * the middle of it.
 */
export const auTas: NameParser = {
  id: 'au_tas',
  country: 'AU',
  name: 'Tasmania, top baby names',
  version: '1.0.0',
  description:
    'The most frequent names of each sex in Tasmania since 2010, workbooks of several years or of one.',
  sampleFormat:
    'MOST POPULAR female BABY NAMES FOR 2016 IN DESCENDING ORDER:\ncharlotte,55\nMOST POPULAR male BABY NAMES FOR 2016 IN DESCENDING ORDER:\noliver,61',
  office: 'Tasmanian Government',
  ...CC_BY_AU,
  attribution: 'Source: Tasmanian Government, Births, Deaths and Marriages',
  measure: 'births',
  // As no list goes further: all fourteen end with 5.
  threshold: 5,
  layout:
    'header Year,Name,Number with the sex in the name of the sheet; or name and number below "MOST POPULAR female BABY NAMES FOR 2016"',
  repeats: 'reject',
  areas: AU_AREAS,
  recognize,
};

function recognize(table: TableHead): TableLayout | undefined {
  return yearsOfOneSex(table) ?? titledYear(table);
}

function yearsOfOneSex(table: TableHead): TableLayout | undefined {
  const header = findHeader(table, { year: /^year$/, name: /^name$/, count: /^number$/ });
  if (!header || !isWholeHeader(header)) return undefined;
  // The header is a common one; names in lower case are this office's.
  const names = table.rows.slice(header.row + 1).map((cells) => cells[header.columns.name] ?? '');
  if (names.some((name) => name !== name.toLowerCase())) return undefined;
  const gender = genderIn(table.sheet ?? table.file);
  return longTable({ header, columns: header.columns, facts: { gender, area: 'AU-TAS' } });
}

function titledYear({ rows }: TableHead): TableLayout | undefined {
  const row = rows.findIndex((cells) => factsOfTitle(cells) !== undefined);
  if (row < 0) return undefined;
  const layout = longTable({
    header: { row, cells: ['Name', 'Number'] },
    columns: { name: 0, count: 1 },
    facts: { area: 'AU-TAS' },
  });
  return sectionTable(
    { ...layout, evidence: `title in row ${row + 1}: ${rows[row]?.[0]}`, skip: row },
    factsOfTitle,
  );
}

function factsOfTitle([title = '', ...rest]: readonly string[]): Partial<TableFacts> | undefined {
  if (!TITLE.test(title.trim()) || rest.some((cell) => cell !== '')) return undefined;
  return { year: yearIn(title), gender: genderIn(title) };
}

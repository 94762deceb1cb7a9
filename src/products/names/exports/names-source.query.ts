import type { ExportColumn, ExportFilter, ExportSource } from '#engine/exports/index.ts';
import { invalidRequest } from '#platform/errors.ts';
import { rawSql, type Sql, sql } from '#platform/postgres/sql.ts';
import { checkGender } from '../normalize-gender.ts';
import { findTerms } from './export-terms.query.ts';

const FIRST_YEAR = 1800;
const LAST_YEAR = 2100;

/** Of one year: written with >= for the planner's sake, as in the view `names`. */
const ofOneYear = rawSql(`slices.from_year >= slices.to_year AND slices.gender IN ('F', 'M')
                          AND slices.measure IN ('births', 'registrations')`);

const columns: readonly ExportColumn[] = [
  column('name', 'text', 's.name', 'In the form in which it is shown'),
  column('gender', 'plain', 'slices.gender', 'F or M: sex recorded at birth'),
  column('year', 'plain', 'slices.to_year', 'Year of birth'),
  column('count', 'plain', 'item.count', 'Empty where the office hides it'),
  column('country', 'text', 'c.code::text', 'ISO 3166-1 alpha-2'),
  column('area', 'text', 'a.code', 'ISO 3166-2, or the country itself'),
  { ...column('published', 'text', 's.published', 'As in the file of the office'), isDefault: false },
  { ...column('dataset_id', 'plain', 'r.dataset_id', 'The dataset that supplies the row'), isDefault: false },
];

const filters: readonly ExportFilter[] = [
  {
    name: 'country',
    description: 'Of these countries: codes, comma-separated',
    condition: (value) => sql`c.code = ANY(string_to_array(${countryCodes(value)}, ','))`,
  },
  {
    name: 'area',
    description: 'Of this area by its ISO 3166-2 code, or `all`; whole countries unless given',
    condition: (value) => (value === 'all' ? rawSql('true') : sql`a.code = ${value.toUpperCase()}`),
    whenAbsent: rawSql('a.level = 0'),
  },
  {
    name: 'parser',
    description: 'Of this source alone: the id of its parser, as GET /v1/parsers lists them',
    condition: (value) => sql`r.dataset_id IN (SELECT id FROM datasets WHERE parser = ${parserId(value)})`,
  },
  { name: 'gender', description: 'F or M', condition: (value) => sql`slices.gender = ${gender(value)}` },
  yearFilter('year', 'Of this year', (year) => sql`slices.to_year = ${year}`),
  yearFilter('year_from', 'Of this year and later ones', (year) => sql`slices.to_year >= ${year}`),
  yearFilter('year_to', 'Of this year and earlier ones', (year) => sql`slices.to_year <= ${year}`),
];

/** The published counts, one row for each name of a year: whole countries by year and gender, the most frequent first. */
export const namesSource: ExportSource = {
  name: 'names',
  columns,
  filters,
  from: rawSql(`
    slices
    JOIN areas a ON a.no = slices.area_no
    JOIN countries c ON c.no = a.country_no
    JOIN releases r ON r.no = slices.release_no
    JOIN ranking_pages p ON (p.area_no, p.gender, p.to_year, p.release_no)
                          = (slices.area_no, slices.gender, slices.to_year, slices.release_no)
                        AND p.from_year >= p.to_year
    CROSS JOIN LATERAL unnest(p.names, p.counts) WITH ORDINALITY AS item (name_no, count, position)
    JOIN name_spellings s ON s.no = item.name_no`),
  always: ofOneYear,
  order: rawSql(
    'c.code, a.level, a.code COLLATE "C", slices.to_year, slices.gender, p.page, item.position, slices.measure',
  ),
  terms: (tx, conditions) => findTerms(tx, [ofOneYear, ...conditions]),
};

function column(name: string, type: 'text' | 'plain', value: string, description: string): ExportColumn {
  return { name, type, value: rawSql(value), isDefault: true, description };
}

function yearFilter(name: string, description: string, condition: (year: number) => Sql): ExportFilter {
  return {
    name,
    description,
    condition(value) {
      const year = /^\d{4}$/.test(value) ? Number(value) : 0;
      if (year >= FIRST_YEAR && year <= LAST_YEAR) return condition(year);
      throw invalidRequest(name, `must be a year from ${FIRST_YEAR} to ${LAST_YEAR}`);
    },
  };
}

function countryCodes(value: string): string {
  const codes = value.toUpperCase();
  if (/^[A-Z]{2}(?:,[A-Z]{2})*$/.test(codes)) return codes;
  throw invalidRequest('country', 'must be ISO 3166-1 alpha-2 codes such as US,GB');
}

function parserId(value: string): string {
  if (/^[a-z_0-9]+$/.test(value)) return value;
  throw invalidRequest('parser', 'must be an id such as gb_ons');
}

function gender(value: string): string {
  const letter = checkGender(value);
  if (letter === undefined) throw invalidRequest('gender', 'must be F or M');
  return letter;
}

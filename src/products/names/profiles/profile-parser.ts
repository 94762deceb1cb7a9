import { checkGender } from '../normalize-gender.ts';
import type { NameParser, TableFacts, TableLayout } from '../parsers/name-parser.ts';
import { columnTable } from '../tables/column-table.ts';
import { headerWord, titleText } from '../tables/find-header.ts';
import { type LongTable, longTable } from '../tables/long-table.ts';
import { countReader } from '../tables/read-count.ts';
import { genderIn, yearInFileName } from '../tables/read-facts.ts';
import type { TableHead } from '../tables/table-head.ts';
import type { ColumnProfile } from './column-profile.ts';

/** The parser of all files that are read by a profile; the profile is kept with each dataset. */
export const GENERIC = 'generic';

type Field = keyof ColumnProfile['columns'];

interface Header {
  /** Place in the head of the table; -1 where data begin at once. */
  readonly row: number;
  readonly cells: readonly string[];
  /** Places from 0. */
  readonly places: Readonly<Partial<Record<Field, number>>> & { readonly name: number };
  /** Of a wide table. */
  readonly years: readonly { readonly count: number; readonly year: number }[];
}

/** A parser for the files of one country that a saved profile describes. */
export function profileParser(profile: ColumnProfile, country: string): NameParser {
  const { measure, threshold = null, repeats } = profile;
  return {
    id: GENERIC,
    country,
    name: profile.name,
    version: '1.0.0',
    description: `Files in the columns of the profile "${profile.name}".`,
    sampleFormat: '',
    office: profile.office ?? '',
    licence: profile.licence ?? '',
    licenceUrl: profile.licence_url ?? null,
    attribution: profile.attribution ?? '',
    measure,
    threshold,
    layout: inWords(profile),
    repeats,
    ...(profile.columns.rank !== undefined && { keeps: 'rank' as const }),
    areas: Object.fromEntries(Object.entries(profile.areas).map(([cell, code]) => [code, cell])),
    recognize: (table) => recognize(profile, country, table),
  };
}

function recognize(profile: ColumnProfile, country: string, table: TableHead): TableLayout | undefined {
  const header = findColumns(profile, table);
  if (!header) return undefined;
  const { row, cells, places, years } = header;
  const readCount = countReader(profile.markers, profile.thousands ?? undefined);
  const readGender = (cell: string) => profile.genders[cell] ?? checkGender(cell);
  const shared = {
    header: { row, cells },
    readCount,
    facts: factsOf(table, row),
    threshold: profile.threshold ?? null,
    isRounded: profile.rounded,
  };
  const { name, gender } = places;
  if (years.length > 0) {
    return columnTable({
      ...shared,
      groups: years.map((group) => ({ ...group, name })),
      ...(gender !== undefined && { genderOf: (found) => readGender((found[gender] ?? '').trim()) }),
    });
  }
  return longTable({ ...shared, columns: places, readGender, readArea: areaReader(profile, country) });
}

/** The first row after those to be skipped that has all words; without words the data begin there. */
function findColumns(profile: ColumnProfile, { rows }: TableHead): Header | undefined {
  const { columns, wide_years: wide, skip_rows: skip } = profile;
  const wanted = Object.entries(columns) as [Field, string | number][];
  const words = wanted.filter(([, place]) => typeof place === 'string');
  if (words.length === 0 && !wide) {
    const width = Math.max(0, ...rows.slice(skip).map((cells) => cells.length));
    const places = placesIn(wanted, []);
    const names = new Map(Object.entries(places ?? {}).map(([field, place]) => [place, field]));
    const cells = Array.from({ length: width }, (_, at) => names.get(at) ?? `column ${at + 1}`);
    return places && { row: skip - 1, cells, places, years: [] };
  }
  for (const [row, cells] of rows.entries()) {
    const places = row < skip ? undefined : placesIn(wanted, cells);
    const years = wide ? yearColumns(cells, wide) : [];
    if (places && (!wide || years.length > 0)) return { row, cells, places, years };
  }
  return undefined;
}

function placesIn(
  wanted: readonly (readonly [Field, string | number])[],
  cells: readonly string[],
): Header['places'] | undefined {
  const words = cells.map(headerWord);
  const places: Partial<Record<Field, number>> = {};
  for (const [field, place] of wanted) {
    const at = typeof place === 'number' ? place - 1 : words.indexOf(headerWord(place));
    if (at < 0) return undefined;
    places[field] = at;
  }
  return { ...places, name: places.name as number };
}

/** Columns whose header is the pattern with a year in it. */
function yearColumns(cells: readonly string[], pattern: string): Header['years'] {
  const [before = '', after = ''] = headerWord(pattern).split('{year}');
  return cells.flatMap((cell, count) => {
    const word = headerWord(cell);
    const year = word.slice(before.length, word.length - after.length);
    const fits = word.startsWith(before) && word.endsWith(after) && /^(?:1[89]|20)[0-9]{2}$/.test(year);
    return fits ? [{ count, year: Number(year) }] : [];
  });
}

/** What the file says of itself outside of its rows. */
function factsOf(table: TableHead, row: number): Partial<TableFacts> {
  const told = `${table.sheet ?? ''} ${titleText(table, Math.max(row, 0))}`;
  const ofName = table.file.slice(table.file.lastIndexOf('/') + 1);
  return { year: yearInFileName(table.file), gender: genderIn(told) ?? genderIn(ofName) };
}

/** Codes of other countries are none of this file's; the country itself is the whole. */
function areaReader({ areas }: ColumnProfile, country: string): NonNullable<LongTable['readArea']> {
  return (cell) => {
    const code = areas[cell] ?? cell;
    if (code === country) return null;
    return code.startsWith(`${country}-`) && /^[A-Z]{2}(?:-[A-Z0-9]{1,20})+$/.test(code) ? code : undefined;
  };
}

function inWords({ columns, wide_years: wide }: ColumnProfile): string {
  const places = Object.entries(columns).map(([field, place]) => {
    return typeof place === 'number' ? `${field} in column ${place}` : `${field} under "${place}"`;
  });
  return [...places, ...(wide ? [`a column a year under "${wide}"`] : [])].join(', ');
}

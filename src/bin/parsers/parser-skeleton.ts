/** What a new parser is called. */
export interface NewParser {
  /** Country and office: `no_ssb`. */
  readonly id: string;
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  readonly office: string;
}

/** The name of its files, without ending, and of the constant in them. */
export function namesOf({ id }: NewParser): { readonly file: string; readonly constant: string } {
  const words = id.split('_');
  const constant = words.map((word, at) => (at === 0 ? word : word.charAt(0).toUpperCase() + word.slice(1)));
  return { file: words.join('-'), constant: constant.join('') };
}

/** A parser that reads a plain table already; its author changes words, columns and facts. */
export function parserText(parser: NewParser): string {
  const { id, country, office } = parser;
  return `import { findHeader } from '../tables/find-header.ts';
import { longTable } from '../tables/long-table.ts';
import type { TableHead } from '../tables/table-head.ts';
import type { NameParser, TableLayout } from './name-parser.ts';

/** ${office}: say here what the file is, what its rows are, and what the office leaves out. */
export const ${namesOf(parser).constant}: NameParser = {
  id: '${id}',
  country: '${country}',
  name: '${quoted(office)}',
  version: '1.0.0',
  description: 'Births by first name, sex and year.',
  sampleFormat: 'Year,Sex,First name,Births\\n2020,F,Maria,12\\n2020,M,Jakub,9',
  office: '${quoted(office)}',
  licence: 'unknown',
  licenceUrl: null,
  attribution: '${quoted(office)}',
  measure: 'births',
  threshold: null,
  layout: 'header Year, Sex, First name, Births',
  repeats: 'reject',
  areas: {},
  recognize,
};

function recognize(table: TableHead): TableLayout | undefined {
  const header = findHeader(table, {
    year: /^year$/,
    gender: /^sex$/,
    name: /^first name$/,
    count: /^births$/,
  });
  return header && longTable({ header, columns: header.columns });
}
`;
}

/** Its test: a fixture in the office's layout, and what is to come of each row. */
export function testText(parser: NewParser): string {
  const { file, constant } = namesOf(parser);
  return `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readTable } from '#test/support/parser-reading.ts';
import { ${constant} } from './${file}.ts';

// Written by us in the layout of the office: titles, oddities and the last line included.
const FIXTURE = \`Title of the table
Year,Sex,First name,Births
2020,F,Maria,12
2020,M,Jakub,9
2020,M,Jan,x
Source: the office
\`;

test('a file is read: titles and notes are no names, what is no count is refused', async () => {
  assert.deepEqual(await readTable(${constant}, { file: 'names.csv', text: FIXTURE }), [
    'Maria F 2020 12',
    'Jakub M 2020 9',
    '! invalid_count 4 Births x',
    '- note',
  ]);
});

test('a table with other columns is in another layout', async () => {
  const table = { file: 'names.csv', text: 'Year,First name\\n2020,Maria\\n' };
  await assert.rejects(readTable(${constant}, table), { code: 'format_mismatch' });
});
`;
}

/** The list of parsers with one more in its place. */
export function listed(index: string, parser: NewParser): string {
  const { file, constant } = namesOf(parser);
  const lines = index.split('\n');
  const others = lines.flatMap((line) => {
    const [, name = '', path = ''] = /^import \{ (\w+) \} from '\.\/(.+)\.ts';$/.exec(line) ?? [];
    return path === '' ? [] : [{ line, name, path }];
  });
  const next = others.find(({ path }) => path > file);
  const importAt = next ? lines.indexOf(next.line) : lines.indexOf(others.at(-1)?.line ?? '') + 1;
  lines.splice(importAt, 0, `import { ${constant} } from './${file}.ts';`);
  const listAt = next ? lines.indexOf(`  ${next.name},`) : lines.indexOf('];');
  lines.splice(listAt, 0, `  ${constant},`);
  return lines.join('\n');
}

function quoted(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll("'", "\\'");
}

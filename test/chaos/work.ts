import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeArticles, writeComments, writeNames, writeTable, writeTowns, writeUsers } from './tables.ts';

const TASKS = 200;
const SMALL_ROWS = 120;
const MEDIUM_ROWS = 2_000;
/** More than 8 MiB: uploads in several parts, and seconds at work. */
const LARGE_ROWS = 160_000;
/** One that sorts, deduplicates, splits and enriches. */
const LARGE = new Set([28, 51, 99, 143]);
const SAMPLES = join(import.meta.dirname, '../../samples');

/** A request that makes something, known by its name in both runs: its Idempotency-Key, and that of its file. */
export interface Item {
  readonly name: string;
  readonly path: '/v1/tasks' | '/v1/datasets' | '/v1/imports';
  readonly file: string;
  readonly file2?: string;
  readonly fields: Readonly<Record<string, string>>;
}

export interface Work {
  /** What is there before anything is disturbed: the names that `enrich` looks up. */
  readonly base: readonly Item[];
  readonly tasks: readonly Item[];
  /** Those of one list depend on one another: each begins after the one before it has ended. */
  readonly imports: readonly (readonly Item[])[];
}

const VARIANTS: readonly (readonly [operation: string, options: object])[] = [
  ['select', { columns: ['id', 'town'], where: [{ column: 'year', is: 'at_least', value: '2000' }] }],
  ['clean', { trim: true, case: 'upper', ragged_rows: 'mend' }],
  ['convert', { to: 'ndjson' }],
  ['convert', { to: 'parquet' }],
  ['convert', { to: 'tsv', encoding: 'utf-16le' }],
  ['profile', {}],
  ['profile', { as: 'html' }],
  ['sort', { by: [{ column: 'town' }, { column: 'id', order: 'descending' }] }],
  ['sort', { by: [{ column: 'amount', compare: 'number' }] }],
  ['deduplicate', { by: ['name', 'town', 'year'], keep: 'last' }],
  ['deduplicate', {}],
  [
    'aggregate',
    {
      by: ['town', 'year'],
      compute: [{ function: 'count' }, { function: 'sum', column: 'amount' }],
    },
  ],
  ['join', { on: [{ column: 'town' }], kind: 'left' }],
  ['join', { on: [{ column: 'town' }], kind: 'anti' }],
  ['split', { rows: 1_000 }],
  ['split', { column: 'year' }],
  [
    'validate',
    {
      table_schema: {
        fields: [
          { name: 'id', type: 'string', constraints: { unique: true } },
          { name: 'name', type: 'string' },
          { name: 'town', type: 'string', constraints: { required: true } },
          { name: 'year', type: 'integer', constraints: { minimum: 1995 } },
          { name: 'amount', type: 'number' },
          { name: 'note', type: 'string' },
        ],
      },
    },
  ],
  ['enrich', { name_column: 'name', country: 'GB' }],
  ['sample', { records: 50, seed: 'chaos' }],
  ['sample', { fraction: 0.3, seed: 'chaos' }],
  // Ends as failed, whatever happens: more parts than are allowed.
  ['split', { column: 'id', max_parts: 10 }],
];

/** Writes the files into `folder`; `scale` times the rows of the larger ones. */
export function planWork(folder: string, scale: number): Work {
  const at = (name: string): string => join(folder, name);
  const towns = at('towns.csv');
  writeTowns(towns);
  const tasks = Array.from({ length: TASKS }, (_, n): Item => {
    const [operation, options] = VARIANTS[n % VARIANTS.length] as (typeof VARIANTS)[number];
    const name = `task-${String(n).padStart(3, '0')}`;
    const file = at(`${name}.csv`);
    writeTable(file, rowsOf(n, scale), n);
    const fields = { operation, options: JSON.stringify(options) };
    return { name, path: '/v1/tasks', file, fields, ...(operation === 'join' && { file2: towns }) };
  });
  const base = ['gb-scotland-boys-2020.csv', 'gb-scotland-girls-2020.csv'].map((file): Item => {
    copyFileSync(join(SAMPLES, file), at(file));
    return { name: file, path: '/v1/datasets', file: at(file), fields: {} };
  });
  return { base, tasks, imports: [...nameImports(at, scale), ...contentImports(at, scale)] };
}

/** One in six is larger; no two files are the same. */
function rowsOf(n: number, scale: number): number {
  if (LARGE.has(n)) return LARGE_ROWS * scale + n;
  return n % 6 === 0 ? MEDIUM_ROWS * scale + n : SMALL_ROWS + n;
}

/** Eleven files of three offices, no two of which supply the same slice. */
function nameImports(at: (name: string) => string, scale: number): Item[][] {
  const dataset = (name: string, file: string, fields: Item['fields'] = {}): Item[] => [
    { name, path: '/v1/datasets', file, fields },
  ];
  const national = Array.from({ length: 6 }, (_, n) => {
    const year = 2001 + n;
    const file = at(`yob${year}.txt`);
    writeNames(file, { rows: 6_000 * scale + n, seed: n, years: [year, year], isByState: false });
    return dataset(`names-${year}`, file, { country_id: 'US' });
  });
  const states = [1960, 1980, 2000].map((year) => {
    const file = at(`states-${year}.csv`);
    const years = [year, year + 19] as const;
    writeNames(file, { rows: 40_000 * scale, seed: year, years, isByState: true });
    return dataset(`names-states-${year}`, file, { country_id: 'US' });
  });
  for (const file of ['au-new-south-wales.csv', 'ca-ontario-boys.csv'])
    copyFileSync(join(SAMPLES, file), at(file));
  return [
    ...national,
    ...states,
    dataset('names-nsw', at('au-new-south-wales.csv'), { country_id: 'AU' }),
    dataset('names-ontario', at('ca-ontario-boys.csv'), { country_id: 'CA', gender: 'M' }),
  ];
}

/** Three lists of three: users, articles and comments; in the last one users that are changed in between. */
function contentImports(at: (name: string) => string, scale: number): Item[][] {
  const rows = 2_000 * scale;
  return [1, 2, 3].map((chain) => {
    const item = (word: string, extension: string, fields: Item['fields']): Item => {
      const name = `content-${chain}-${word}`;
      return { name, path: '/v1/imports', file: at(`${name}.${extension}`), fields };
    };
    const users = item('users', 'csv', { resource_type: 'users' });
    writeUsers(users.file, chain, rows, 'Bio');
    const articles = item('articles', 'ndjson', { resource_type: 'articles' });
    writeArticles(articles.file, chain, rows, rows);
    if (chain === 3) {
      const changed = item('changed', 'csv', { resource_type: 'users', on_conflict: 'update' });
      writeUsers(changed.file, chain, rows + 200, 'Other');
      return [users, changed, articles];
    }
    const comments = item('comments', 'csv', { resource_type: 'comments' });
    writeComments(comments.file, chain, rows * 2, rows);
    return [users, articles, comments];
  });
}

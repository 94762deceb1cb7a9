import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'csv-parse/sync';
import { sql } from '#platform/postgres/sql.ts';
import { openNames } from '#products/names/index.ts';
import { taskOperations } from '#products/tasks/operations/index.ts';
import { testDatabase } from '#test/support/database.ts';
import { loadRows, sliceRows } from '#test/support/names-data.ts';
import { type RunEnd, runOver } from '#test/support/operation-run.ts';
import { startTaskServer } from './tasks-scene.ts';

const database = await testDatabase();
const { pool } = database;
await loadRows(pool, 'US', sliceRows(null, 'F', 2000, 'Ada 50, Zoe 40'));
const server = await startTaskServer(database);
await server.startWorker();
const operations = taskOperations({ openNames: () => openNames(pool) });

/** What would do harm where a text is taken for something else: a statement, a formula, a path, a program, a page. */
const HOSTILE = [
  `x'); DROP TABLE tasks; --`,
  `"; DROP TABLE "tasks"; --`,
  `' OR '1'='1`,
  `read_text('/etc/passwd')`,
  '$1 ${process.exit(1)} {{7*7}} %s %n',
  `=cmd|' /C calc'!A0`,
  '@SUM(1+1)*cmd',
  '+1-2',
  'line\nbreak\r\n"quoted"',
  '__proto__',
  'constructor',
  '../../../etc/passwd',
  '\u202Egnp.exe',
  'e\u0301\u{1F468}\u200D\u{1F469}\u200D\u{1F467}',
  '\uFF1D1+1',
  '<script>alert(1)</script>',
  ' ',
  'x'.repeat(5000),
];

/** Options of each operation that name a column; a new operation needs a line here. */
const OPTIONS: Readonly<Record<string, (column: string) => object>> = {
  profile: () => ({ as: 'html' }),
  select: (column) => ({ columns: HOSTILE, where: [{ column, is: 'in', values: HOSTILE }] }),
  clean: (column) => ({ columns: [column] }),
  convert: () => ({ to: 'ndjson' }),
  sort: (column) => ({ by: [{ column }] }),
  deduplicate: (column) => ({ by: [column] }),
  aggregate: (column) => ({ by: [column], compute: [{ function: 'count', as: `${column}!` }] }),
  join: (column) => ({ on: [{ column }], columns: [column], prefix: `'";--` }),
  split: (column) => ({ column }),
  sample: () => ({ records: 1000, seed: `' OR 1=1 --` }),
  validate: (column) => ({
    table_schema: { fields: [{ name: column, constraints: { unique: true, enum: HOSTILE } }] },
  }),
  enrich: (column) => ({ name_column: column, country_column: column, birth_year_column: column }),
};

const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
/** Each column has each hostile text once, each row all of them. */
const ROWS = HOSTILE.map((_, at) => [...HOSTILE.slice(at), ...HOSTILE.slice(0, at)]);
const LINES = ROWS.map((cells) => cells.map(quoted).join(','));
const HEADER = HOSTILE.map(quoted).join(',');
const input = { format: 'csv', separator: ',', quote: '"', encoding: 'utf-8' } as const;
const file = { content: `${[HEADER, ...LINES].join('\n')}\n`, input, filename: HOSTILE[0] as string };

/** What must be left of the table in the result. */
const KEEPS: Readonly<Record<string, (end: RunEnd, column: string) => void>> = {
  profile({ bytes }) {
    assert.ok(!bytes.toString().includes('<script>alert'));
  },
  convert({ bytes }) {
    const objects = bytes
      .toString()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    assert.deepEqual(
      objects.map((object) => Object.values(object)),
      ROWS,
    );
    assert.ok(objects.every((object) => Object.hasOwn(object, '__proto__')));
  },
  aggregate({ bytes }) {
    const [, ...groups] = cellsOf(bytes);
    assert.deepEqual(new Set(groups.map(([group]) => group)), new Set(HOSTILE));
  },
  split({ bytes }) {
    // Behind the mark of an entry in the directory: 42 bytes, then its name.
    const entries = bytes.toString('latin1').split('PK\x01\x02').slice(1);
    const names = entries.map((entry) =>
      entry.slice(42, 42 + entry.charCodeAt(24) + 256 * entry.charCodeAt(25)),
    );
    assert.equal(names.length, HOSTILE.length);
    for (const name of names) assert.doesNotMatch(name, /[/\\]|^\.{0,2}$/);
  },
  validate({ bytes }) {
    assert.deepEqual(JSON.parse(bytes.toString()).records, { checked: 18, valid: 18, invalid: 0 });
  },
  enrich({ bytes }) {
    const rows = cellsOf(bytes).slice(1);
    assert.deepEqual(
      rows.map((cells) => cells.slice(0, HOSTILE.length)),
      ROWS,
    );
    for (const line of LINES) assert.ok(bytes.includes(`\n${line},`));
  },
  join({ bytes }, column) {
    const [header = [], ...rows] = cellsOf(bytes);
    assert.deepEqual([header.at(-1), rows.length], [`'";--${column}`, HOSTILE.length]);
    assert.deepEqual(new Set(rows.map((cells) => cells.at(-1))), new Set(HOSTILE));
  },
};

function cellsOf(bytes: Buffer): string[][] {
  return parse(bytes);
}

/** Of all others: the lines as they were sent, in whatever order. */
function keepsLines({ bytes }: RunEnd): void {
  const text = bytes.toString();
  assert.equal(text.length, file.content.length);
  for (const line of [HEADER, ...LINES]) assert.ok(text.includes(`${line}\n`));
}

/** Each operation has its turn of them, and each of them meets several operations. */
function someOf(texts: readonly string[], turn: number): string[] {
  return texts.filter((_, at) => at % 4 === turn % 4);
}

async function tablesAreThere(): Promise<void> {
  const [row] = await pool.many<{ tables: number; names: number }>(
    'tablesAreThere',
    sql`SELECT (SELECT count(*)::int FROM pg_tables WHERE tablename IN ('tasks', 'jobs')) AS tables,
               (SELECT count(*)::int FROM name_spellings) AS names`,
  );
  assert.deepEqual(row, { tables: 2, names: 2 });
}

test('every operation is tried', () => {
  assert.deepEqual(Object.keys(OPTIONS).toSorted(), operations.map(({ id }) => id).toSorted());
});

for (const [turn, operation] of operations.entries()) {
  test(`${operation.id}: column names and cells are texts, whatever they say`, async () => {
    for (const column of someOf(HOSTILE, turn)) {
      const options = { ...OPTIONS[operation.id]?.(column) };
      const other = operation.secondFile === undefined ? undefined : file;
      const end = await runOver(operation, options, file, other);
      assert.equal(end.report.rejected, 0, JSON.stringify(end.errors.slice(0, 3)));
      (KEEPS[operation.id] ?? keepsLines)(end, column);
    }
    await tablesAreThere();
  });
}

test('options that name what is not there are refused with a list of what is, and change nothing', async () => {
  for (const [turn, operation] of operations.entries()) {
    const second = operation.secondFile === undefined ? {} : { file2: 'a,name\n1,x\n' };
    for (const column of [...someOf(HOSTILE, turn + 1), 'a\u0000b', '\uD800']) {
      const options = OPTIONS[operation.id]?.(column) ?? {};
      if (!JSON.stringify(options).includes(JSON.stringify(column))) continue;
      const response = await server.send('/v1/tasks', 'a,name\n1,Ada\n', {
        operation: operation.id,
        options,
        ...second,
      });
      const { error } = (await response.json()) as { error: { code: string; details: object } };
      assert.ok(
        response.status >= 400 && response.status < 500,
        `${operation.id} ${column}: ${response.status}`,
      );
      assert.match(error.code, /^(unknown_column|invalid_options|invalid_schema)$/);
      if (error.code === 'unknown_column')
        assert.deepEqual((error.details as { columns: string[] }).columns, ['a', 'name']);
    }
  }
  await tablesAreThere();
});

test('operations and fields that are none are refused, and no object learns from them', async () => {
  const bodies = [
    ...HOSTILE.slice(0, 12).map((operation) => ({ operation, options: {} })),
    ...[
      '{"__proto__": {"polluted": 1}}',
      '{"constructor": {"prototype": {"polluted": 1}}}',
      '[]',
      'null',
      '{',
      '"x"',
      '['.repeat(50_000),
    ].map((options) => ({ operation: 'select', options: options as unknown as object })),
  ];
  for (const fields of bodies) {
    const response = await server.send('/v1/tasks', 'a,name\n1,Ada\n', fields);
    assert.equal(response.status, 400, `${JSON.stringify(fields).slice(0, 200)} ${await response.text()}`);
  }
  assert.equal(({} as { polluted?: number }).polluted, undefined);
});

test('a file name is a text too: it comes back, and leads nowhere', async () => {
  for (const name of [
    '../../etc/passwd',
    `x'); DROP TABLE tasks; --.csv`,
    '<script>.csv',
    '\u202Egnp.csv',
    `${'n'.repeat(300)}.csv`,
  ]) {
    const task = await server.done(
      'a,name\n1,Ada\n',
      { operation: 'sample', options: { records: 1 } },
      { name },
    );
    assert.equal(task.bytes.toString(), 'a,name\n1,Ada\n');
    const answer = await server.get(task.result_url as string);
    const disposition = answer.headers.get('content-disposition') ?? '';
    await answer.arrayBuffer();
    assert.doesNotMatch(disposition, /\.\.\/|[\r\n]|filename="[^"]*"[^;]*"/);
  }
  await tablesAreThere();
});

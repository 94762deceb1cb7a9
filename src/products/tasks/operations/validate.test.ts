import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { AppError } from '#platform/errors.ts';
import { runOver } from '#test/support/operation-run.ts';
import { validate } from './validate.ts';

const FIELDS = [
  { name: 'id', type: 'integer', constraints: { required: true, unique: true, minimum: 1, maximum: '99' } },
  {
    name: 'name',
    constraints: { minLength: 2, maxLength: 4, pattern: '[A-Z]\\p{L}*', enum: ['Ann', 'Zoë', 'Bo', 'x'] },
  },
  { name: 'born', type: 'date', constraints: { minimum: '1900-01-01' } },
];

// oxlint-disable-next-line typescript/no-explicit-any
async function check(options: Record<string, unknown>, content: string): Promise<any> {
  const end = await runOver(validate, options, { content });
  return { end, report: JSON.parse(end.bytes.toString()) };
}

function codes(
  errors: readonly { line?: number; line_start?: number; code: string; field: string | null }[],
): string[] {
  return errors.map(({ line, line_start: start, code, field }) => `${line ?? start} ${field} ${code}`);
}

test('every error of every record is counted by field and code, and listed; the records are in the rejects', async () => {
  const content =
    'id,name,born,more\n1,Ann,2001-02-03,\n0,Zoë,,x\n01,Ann,2001-02-30,\n,x,1899-12-31,\n100,Annabel,,\nzwei,,,\n';
  const { end, report } = await check({ table_schema: { fields: FIELDS } }, content);
  assert.deepEqual(report.records, { checked: 6, valid: 1, invalid: 5 });
  const errors = [
    '3 id number_out_of_range',
    '4 born type_error',
    '4 id duplicate_in_file',
    '5 id required',
    '5 name length',
    '5 name pattern',
    '5 born number_out_of_range',
    '6 id number_out_of_range',
    '6 name length',
    '6 name enum',
    '7 id type_error',
  ];
  assert.deepEqual(codes(report.first_errors), errors);
  assert.deepEqual(codes(end.errors), errors);
  assert.deepEqual(report.fields[0], {
    name: 'id',
    type: 'integer',
    errors: { number_out_of_range: 2, duplicate_in_file: 1, required: 1, type_error: 1 },
  });
  assert.deepEqual(report.columns_without_field, ['more']);
  assert.equal(report.valid, false);
  assert.match(end.refused, /01,Ann,2001-02-30,/);
  assert.deepEqual([end.report.accepted, end.report.rejected, end.recordsRead], [1, 5, 6]);
});

test('a primary key of several fields is required and unique, as values and not as texts', async () => {
  const schema = {
    fields: [{ name: 'a', type: 'number' }, { name: 'b' }],
    primaryKey: ['a', 'b'],
    missingValues: ['', '-'],
  };
  const { report } = await check({ table_schema: schema }, 'a,b\n1,x\n1.0,y\n1e0,x\n-,x\n2,-\n-,x\n');
  assert.deepEqual(codes(report.first_errors), [
    '4 a, b duplicate_in_file',
    '5 a required',
    '6 b required',
    '7 a required',
  ]);
});

test('unique finds exactly the records that repeat an earlier one', async () => {
  const value = fc.oneof(
    fc.nat(6).map(String),
    fc.constantFrom('', 'long '.repeat(20), `${'long '.repeat(20)}x`),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(value, value), { maxLength: 40 }), async (rows) => {
      const fields = ['a', 'b'].map((name) => ({ name, constraints: { unique: true } }));
      const content = `a,b\n${rows.map((row) => `${row.join(',')}\n`).join('')}`;
      const { report } = await check({ table_schema: { fields } }, content);
      const expected = rows.flatMap((row, at) =>
        row.flatMap((text, column) =>
          text !== '' && rows.slice(0, at).some((earlier) => earlier[column] === text)
            ? [`${at + 2} ${'ab'.charAt(column)} duplicate_in_file`]
            : [],
        ),
      );
      assert.deepEqual(codes(report.first_errors), expected);
    }),
    { numRuns: 20 },
  );
});

test('a JSON Schema looks at each row as an object of texts, and at each object as it is', async () => {
  const schema = {
    type: 'object',
    properties: {
      n: { $ref: '#/$defs/count' },
      mail: { type: 'string', format: 'email' },
      code: { pattern: '^(a+)+$' },
    },
    required: ['n'],
    additionalProperties: false,
    $defs: { count: { type: 'integer', minimum: 1 } },
  };
  const rows = await check(
    { json_schema: schema },
    `n,mail,code\n5,a@b.example,aa\n,,\n0,x,${'a'.repeat(40_000)}b\n1.5,,\n`,
  );
  assert.deepEqual(codes(rows.report.first_errors), [
    '3 n required',
    '4 n number_out_of_range',
    '4 mail pattern',
    '4 code pattern',
    '5 n type_error',
  ]);
  const objects = await check(
    { json_schema: schema },
    '{"n": 5}\n{"n": "5"}\n{"n": 1, "other": {"deep": [1]}}\n',
  );
  assert.deepEqual(codes(objects.report.first_errors), ['2 n type_error', '3 other unknown_column']);
});

test('schemas that are none, reach outside or take too long are refused with the place in them', async () => {
  const field = (more: object): object => ({ table_schema: { fields: [{ name: 'a', ...more }] } });
  const cases: [options: object, code: string, place: string][] = [
    [{}, 'options_contradict', 'options'],
    [{ table_schema: { fields: [{ name: 'a' }] }, json_schema: {} }, 'options_contradict', 'options'],
    [{ table_schema: {} }, 'invalid_schema', 'options.table_schema'],
    [{ table_schema: { fields: [{ name: 'b' }] } }, 'unknown_column', 'options.table_schema.fields[0].name'],
    [
      { table_schema: { fields: [{ name: 'a' }, { name: 'a' }] } },
      'invalid_schema',
      'options.table_schema.fields',
    ],
    [
      { table_schema: { fields: [{ name: 'a' }], primaryKey: 'b' } },
      'invalid_schema',
      'options.table_schema.primaryKey',
    ],
    [field({ type: 'text' }), 'invalid_schema', 'options.table_schema.fields[0]'],
    [
      field({ constraints: { pattern: '(a)\\1' } }),
      'invalid_schema',
      'options.table_schema.fields[0].constraints.pattern',
    ],
    [
      field({ type: 'date', constraints: { minLength: 1 } }),
      'invalid_schema',
      'options.table_schema.fields[0].constraints.minLength',
    ],
    [
      field({ type: 'integer', constraints: { minimum: 'x' } }),
      'invalid_schema',
      'options.table_schema.fields[0].constraints.minimum',
    ],
    [
      field({ type: 'integer', constraints: { enum: ['x'] } }),
      'invalid_schema',
      'options.table_schema.fields[0].constraints.enum',
    ],
    [
      { json_schema: { $ref: 'https://a.example/schema.json' } },
      'invalid_schema',
      'options.json_schema.$ref',
    ],
    [
      { json_schema: { properties: { a: { $ref: 'file:///etc/passwd' } } } },
      'invalid_schema',
      'options.json_schema.properties.a.$ref',
    ],
    [{ json_schema: { $id: 'x' } }, 'invalid_schema', 'options.json_schema.$id'],
    [
      { json_schema: { $schema: 'http://json-schema.org/draft-04/schema#' } },
      'invalid_schema',
      'options.json_schema.$schema',
    ],
    [{ json_schema: { type: 'number or so' } }, 'invalid_schema', 'options.json_schema'],
    [{ json_schema: { propertis: {} } }, 'invalid_schema', 'options.json_schema'],
    [{ json_schema: { properties: { a: { pattern: '(?=a)' } } } }, 'invalid_schema', 'options.json_schema'],
    [{ json_schema: { title: 'x'.repeat(70_000) } }, 'invalid_schema', 'options.json_schema'],
    [
      { json_schema: JSON.parse(`${'{"not":'.repeat(200)}{}${'}'.repeat(200)}`) as object },
      'invalid_schema',
      'options.json_schema',
    ],
  ];
  for (const [options, code, place] of cases) {
    await assert.rejects(runOver(validate, { ...options }, { content: 'a\n1\n' }), (error: unknown) => {
      assert.ok(error instanceof AppError, JSON.stringify(options).slice(0, 200) + String(error));
      const { field: found } = error.details as { field: string };
      assert.deepEqual([error.kind, error.code, found], ['unprocessable', code, place], error.message);
      return true;
    });
  }
});

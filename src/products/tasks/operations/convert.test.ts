import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { runOver } from '#test/support/operation-run.ts';
import { convert } from './convert.ts';

test('numbers keep their digits, objects their order, and what is absent is empty', async () => {
  const content =
    '{"id":1e5,"big":12345678901234567890,"x":1.50,"deep":{"a":[1.0,null]}}\n{"no":null,"id":"007","ok":true}\n';
  const { bytes } = await runOver(convert, { to: 'csv' }, { content });
  assert.equal(
    bytes.toString(),
    'id,big,x,deep,no,ok\n1e5,12345678901234567890,1.50,"{""a"":[1.0,null]}",,\n007,,,,,true\n',
  );
});

test('objects pass from lines to an array and back without a change', async () => {
  const lines = '{"b":1.0, "a":"x,]}[{\\"\\\\"}\n{}\n{"c":[{"d":[]}]}\n';
  const array = await runOver(convert, { to: 'json' }, { content: lines });
  assert.deepEqual(JSON.parse(array.bytes.toString()), [{ b: 1, a: 'x,]}[{"\\' }, {}, { c: [{ d: [] }] }]);
  const back = await runOver(convert, { to: 'ndjson' }, { content: array.bytes });
  assert.equal(back.bytes.toString(), lines);
});

test('a broken object is refused with its line, in an array too, and the others stay', async () => {
  const { bytes, refused, report } = await runOver(
    convert,
    { to: 'csv' },
    { content: '{"a":1}\n{"a":\n{"a":3}\n' },
  );
  assert.equal(bytes.toString(), 'a\n1\n3\n');
  assert.match(refused, /^\{"_line":2,"_errors":\[".*"\],"_raw":"\{\\"a\\":"\}\n$/);
  assert.equal(report.rejected, 1);
  const cut = await runOver(convert, { to: 'ndjson' }, { content: '[{"a":1},\n{"a":2}' });
  assert.equal(cut.bytes.toString(), '{"a":1}\n{"a":2}\n');
  assert.equal(cut.report.rejected, 1);
});

test('empty cells without quotes become null or nothing where that is asked for', async () => {
  const content = 'a,b\n,""\n';
  const as = async (empty: string): Promise<string> =>
    (await runOver(convert, { to: 'ndjson', empty }, { content })).bytes.toString();
  assert.equal(await as('text'), '{"a":"","b":""}\n');
  assert.equal(await as('null'), '{"a":null,"b":""}\n');
  assert.equal(await as('leave_out'), '{"b":""}\n');
});

test('a record with a letter that the encoding lacks is refused, the others are written in it', async () => {
  const { bytes, errors, refused } = await runOver(
    convert,
    { to: 'csv', encoding: 'windows-1252', line_break: 'CRLF' },
    { content: 'n\nZoë\nŁucja\n€\n' },
  );
  assert.equal(bytes.toString('latin1'), 'n\r\nZo\xEB\r\n\x80\r\n');
  assert.deepEqual(
    errors.map(({ code, line_start, value }) => [code, line_start, value]),
    [['encoding_error', 3, 'Łucja']],
  );
  assert.match(refused, /^_line,_errors,n\n3,".*",Łucja\n$/);
});

const cell = fc.string({
  unit: fc.constantFrom('a', 'é', '𝒳', ' ', '"', ',', ';', '\t', '\r', '\n', '0'),
  maxLength: 5,
});
const anyTable = fc.array(fc.array(cell, { minLength: 2, maxLength: 2 }), { minLength: 1, maxLength: 8 });

test('whatever goes from objects into a table comes back from it, in every encoding that has the letters', async () => {
  await fc.assert(
    fc.asyncProperty(
      anyTable,
      fc.constantFrom('utf-8', 'utf-16le', 'utf-16be'),
      fc.constantFrom(',', ';', '|', '^', '-'),
      fc.constantFrom('where_needed', 'always'),
      async (rows, encoding, separator, quotes) => {
        const lines = rows.map(([a, b]) => JSON.stringify({ a, b }));
        const content = `${lines.join('\n')}\n`;
        const table = await runOver(convert, { to: 'csv', encoding, separator, quotes }, { content });
        const input = { separator, encoding, quote: '"', format: 'csv' } as const;
        const back = await runOver(convert, { to: 'ndjson' }, { content: table.bytes, input });
        assert.equal(back.bytes.toString(), content);
      },
    ),
    { numRuns: 60 },
  );
});

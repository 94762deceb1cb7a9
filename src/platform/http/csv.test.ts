import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'csv-parse/sync';
import { array, assert as check, constantFrom, property, record, string } from 'fast-check';
import { toCsv, toNdjson } from './csv.ts';

const anyText = string({ unit: constantFrom('a', 'é', '"', ',', '\r', '\n', '=', '+', '-', '@', '\t', ' ') });
const anyRows = array(record({ name: anyText, note: anyText }), { maxLength: 20 });

test('another reader finds every cell as it was, but for the apostrophe that disarms a formula', () => {
  check(
    property(anyRows, (rows) => {
      const [heading, ...cells] = parse(toCsv(['name', 'note'], rows), {
        relax_column_count: true,
        skip_empty_lines: false,
      });
      assert.deepEqual(heading, ['name', 'note']);
      assert.deepEqual(
        cells,
        rows.map(({ name, note }) => [disarmed(name), disarmed(note)]),
      );
    }),
  );
});

test('no cell of text begins as a formula does', () => {
  for (const text of ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1']) {
    const [, cell = ''] = toCsv(['note'], [{ note: text }]).split('note\r\n');
    assert.match(cell, /^"?'/, JSON.stringify(text));
  }
});

test('numbers stay numbers, nothing stays empty, times are RFC 3339', () => {
  const row = { a: -5, b: 0.25, c: null, d: undefined, e: true, f: new Date(0), g: { h: 1 } };
  assert.equal(
    toCsv(Object.keys(row), [row]),
    'a,b,c,d,e,f,g\r\n-5,0.25,,,true,1970-01-01T00:00:00.000Z,"{""h"":1}"\r\n',
  );
});

test('NDJSON is one object a line', () => {
  assert.equal(toNdjson([{ a: 'x\ny' }, { a: null }]), '{"a":"x\\ny"}\n{"a":null}\n');
  assert.equal(toNdjson([]), '');
});

function disarmed(text: string): string {
  return /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
}

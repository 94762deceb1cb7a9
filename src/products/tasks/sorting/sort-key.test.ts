import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decimalKey, parseDecimal } from './number-key.ts';
import { type Comparison, createKeyWriter, foldCase } from './sort-key.ts';

const anyText = fc.string({
  unit: fc.constantFrom('a', 'B', 'é', 'ß', '\0', '\x01', ' ', '0', '9', '\u{1F600}', '\uFFFD'),
});

function order(left: string[], right: string[], compare: Comparison, isDescending = false): number {
  const write = createKeyWriter(left.map((_, at) => ({ at, compare, isDescending })));
  return Math.sign(Buffer.compare(Buffer.from(write(left)), write(right)));
}

function byCodePoint(left: string, right: string): number {
  return Math.sign(Buffer.compare(Buffer.from(left), Buffer.from(right)));
}

test('keys of texts compare as the texts do by code point, cell after cell', () => {
  fc.assert(
    fc.property(anyText, anyText, anyText, anyText, (a, b, c, d) => {
      const expected = byCodePoint(a, c) || byCodePoint(b, d);
      assert.equal(order([a, b], [c, d], 'text'), expected);
      assert.equal(order([a, b], [c, d], 'text', true), expected === 0 ? 0 : -expected);
    }),
    { numRuns: 500 },
  );
});

const anyNumber = fc.oneof(
  fc.integer().map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  fc.tuple(fc.integer(), fc.nat(99_999)).map(([whole, part]) => `${whole}.${String(part).padStart(5, '0')}`),
  fc.constantFrom('0', '-0', '+1', '007', '.5', '5.', '1e5', '100000', '-1E-3', ' 12 ', '1e300', '-1e300'),
);

test('keys of numbers compare as the numbers do', () => {
  fc.assert(
    fc.property(anyNumber, anyNumber, (a, b) => {
      const expected = Math.sign(Number(a) - Number(b)) + 0;
      assert.equal(order([a], [b], 'number') + 0, expected);
      assert.equal(order([a], [b], 'number', true) + 0, 0 - expected);
    }),
    { numRuns: 1000 },
  );
});

test('numbers are compared by all their digits, however many', () => {
  const digits = '9'.repeat(40);
  assert.equal(order([`${digits}1`], [`${digits}2`], 'number'), -1);
  assert.equal(order([`0.${digits}1`], [`0.${digits}2`], 'number'), -1);
  assert.equal(order([`-${digits}1`], [`-${digits}2`], 'number'), 1);
});

test('what is no number stands behind all numbers, up and down, and is all alike', () => {
  for (const text of ['', 'x', '1,5', '12 kg', '0x10', 'NaN', 'Infinity', '1e', '--1', '٣']) {
    assert.equal(parseDecimal(text), undefined, text);
    for (const isDescending of [false, true]) {
      assert.equal(order([text], ['-1e99'], 'number', isDescending), 1, text);
      assert.equal(order([text], ['1e99'], 'number', isDescending), 1, text);
    }
    assert.equal(order([text], ['other'], 'number'), 0);
  }
});

test('no key of a number is the beginning of another', () => {
  fc.assert(
    fc.property(anyNumber, anyNumber, (a, b) => {
      const [first = '', second = ''] = [a, b].map((text) => decimalKey(parseDecimal(text) ?? assert.fail()));
      assert.ok(first === second || !second.startsWith(first), `${a} ${b}`);
    }),
  );
});

test('case is folded the same in every language', () => {
  for (const [left, right] of [
    ['STRASSE', 'straße'],
    ['ΟΔΟΣ', 'οδος'],
    ['Zoé', 'ZOE\u0301'],
    ['İ', 'i\u0307'],
  ] as const) {
    assert.equal(foldCase(left), foldCase(right), `${left} ${right}`);
  }
  assert.notEqual(foldCase('zoe'), foldCase('zoé'));
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { wholeNumber } from './whole-number.ts';

const cases: Readonly<Record<string, number | undefined>> = {
  '0': 0,
  '7065': 7065,
  '007': 7,
  '3000000000': 3_000_000_000,
  '9007199254740991': 9_007_199_254_740_991,
  '9007199254740992': undefined,
  '000000000000000000012': 12,
  '': undefined,
  ' 1': undefined,
  '1 ': undefined,
  '-1': undefined,
  '+1': undefined,
  '1e3': undefined,
  '12.5': undefined,
  '1,000': undefined,
  '0x10': undefined,
  '1\0': undefined,
  '١٢': undefined,
  Infinity: undefined,
  ['9'.repeat(400)]: undefined,
};

for (const [cell, number] of Object.entries(cases)) {
  test(`${JSON.stringify(cell.slice(0, 30))} is ${number}`, () => assert.equal(wholeNumber(cell), number));
}

test('digits alone are a number, up to 2^53 - 1', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom(...Array.from('0123456789')), minLength: 1, maxLength: 20 }),
      (digits) => {
        const value = BigInt(digits);
        assert.equal(wholeNumber(digits), value <= Number.MAX_SAFE_INTEGER ? Number(value) : undefined);
      },
    ),
  );
});

test('anything but digits is none', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      assert.equal(wholeNumber(text) !== undefined, /^[0-9]{1,15}$/.test(text));
    }),
  );
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { checkCount, checkYear, countRefusal, yearRefusal } from './normalize-number.ts';

const noCounts = [
  '',
  ' ',
  '0',
  '-1',
  '+1',
  '1e3',
  '12.5',
  '12,5',
  '1,000',
  '1 000',
  '0x10',
  '3000000000',
  '2147483648',
  '٣',
  'NaN',
  '1_000',
];
const noYears = ['', '1799', '2101', '99', '20000', '02000', '2e3', '-2000', '20 0', 'abcd', '2000.0'];

for (const raw of noCounts) test(`"${raw}" is no count`, () => assert.equal(checkCount(raw), undefined));
for (const raw of noYears) test(`"${raw}" is no year`, () => assert.equal(checkYear(raw), undefined));

test('every whole number from 1 to 2,147,483,647 is a count', () => {
  assert.equal(checkCount('1'), 1);
  assert.equal(checkCount('2147483647'), 2_147_483_647);
  assert.equal(checkCount(' 12 '), 12);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2_147_483_647 }), (n) => assert.equal(checkCount(String(n)), n)),
  );
});

test('every year from 1800 to 2100 is a year', () => {
  for (let year = 1800; year <= 2100; year++) assert.equal(checkYear(String(year)), year);
  assert.equal(checkYear(' 1999 '), 1999);
});

test('a refusal quotes what was found and says what is accepted', () => {
  assert.match(countRefusal('0'), /"0".*1 to 2147483647/);
  assert.match(yearRefusal('1799'), /"1799".*1800 to 2100/);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accepted, type RowOutcome } from '#engine/ingestion/row-outcome.ts';
import type { NameCount } from '../name-count.ts';
import { usSsa } from './us-ssa.ts';

const FACTS = { year: 1880, gender: null, area: null };
const mary = { name: 'Mary', gender: 'F', year: 1880, count: 7065, area: null } as const;
const longest = 'a'.repeat(100);

const cases: Readonly<Record<string, RowOutcome<NameCount> | readonly string[]>> = {
  'Mary,F,7065': accepted(mary),
  'Mary,F,5': accepted({ ...mary, count: 5 }),
  'Mary,F,2147483647': accepted({ ...mary, count: 2_147_483_647 }),
  'John,M,9655': accepted({ ...mary, name: 'John', gender: 'M', count: 9655 }),
  ' Mary ,female,7': accepted({ ...mary, count: 7 }),
  'Zoë,F,7': accepted({ ...mary, name: 'Zoë', count: 7 }),
  'Null,F,7': accepted({ ...mary, name: 'Null', count: 7 }),
  [`${longest},F,7`]: accepted({ ...mary, name: longest, count: 7 }),

  'Mary,X,7': ['invalid_gender 2 sex X'],
  'Mary,,7': ['invalid_gender 2 sex '],
  'Mary,F,0': ['invalid_count 3 count 0'],
  'Mary,F,-1': ['invalid_count 3 count -1'],
  'Mary,F,1e3': ['invalid_count 3 count 1e3'],
  'Mary,F,12.5': ['invalid_count 3 count 12.5'],
  'Mary,F,3000000000': ['invalid_count 3 count 3000000000'],
  'Mary,F,': ['invalid_count 3 count '],
  ',F,7': ['invalid_name 1 name '],
  [`${longest}a,F,7`]: [`invalid_name 1 name ${longest}a`],
  'Ma\u0000ry,F,7': ['invalid_name 1 name Ma\u2400ry'],
  ',X,0': ['invalid_name 1 name ', 'invalid_gender 2 sex X', 'invalid_count 3 count 0'],

  'Mary,F,3,000,000,000': ['extra_cell 4 null 000, 000, 000'],
  'Mary,F,7,1880,CA': ['extra_cell 4 null 1880, CA'],
  'Mary,F': ['missing_cell 3 count '],
  Mary: ['missing_cell 2 sex ', 'missing_cell 3 count '],
};

for (const [row, expected] of Object.entries(cases)) {
  test(`${JSON.stringify(row.slice(0, 40))} is ${'kind' in expected ? 'accepted' : 'rejected'}`, () => {
    const outcome = usSsa.parseRow(row.split(','), FACTS);
    assert.deepEqual(outcome.kind === 'rejected' ? inWords(outcome) : outcome, expected);
  });
}

function inWords({ errors }: Extract<RowOutcome<NameCount>, { kind: 'rejected' }>): string[] {
  return errors.map(({ code, column_index, field, value }) => `${code} ${column_index} ${field} ${value}`);
}

const years = {
  'yob1880.txt': 1880,
  'names/yob2024.txt': 2024,
  'US 1999.csv': 1999,
  '2020/yob1881.txt': 1881,
  'yob1799.txt': null,
  'names.txt': null,
  'names 1990-1999.txt': null,
  'id118801.txt': null,
};

for (const [name, year] of Object.entries(years)) {
  test(`the name ${name} says ${year ?? 'no year'}`, () => {
    assert.deepEqual(usSsa.readFileName(name), { year, gender: null, area: null });
  });
}

test('READ ME files hold no rows', () => {
  const files = ['yob1880.txt', 'a/b.CSV', 'NationalReadMe.pdf', 'ReadMe.txt', 'read me.csv', 'names.zip'];
  assert.deepEqual(files.filter(usSsa.readsFile), ['yob1880.txt', 'a/b.CSV']);
});

const fits = { 'Mary,F,7065': true, 'Mary,F,0': false, 'Mary,f,7': false, 'name,sex,count': false };

for (const [row, expected] of Object.entries(fits)) {
  test(`${row} ${expected ? 'fits' : 'does not fit'} the layout`, () => {
    assert.equal(usSsa.fits(row.split(',')), expected);
  });
}

test('the sample fits the layout, row by row', () => {
  for (const row of usSsa.sampleFormat.split('\n')) {
    assert.ok(usSsa.fits(row.split(',')));
    assert.equal(usSsa.parseRow(row.split(','), FACTS).kind, 'accepted');
  }
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readTable } from '#test/support/parser-reading.ts';
import { yearInFileName } from '../tables/read-facts.ts';
import { usSsa } from './us-ssa.ts';

const longest = 'a'.repeat(100);

const cases: Readonly<Record<string, readonly string[]>> = {
  'Mary,F,7065': ['Mary F 1880 7065'],
  'Mary,F,5': ['Mary F 1880 5'],
  'Mary,F,2147483647': ['Mary F 1880 2147483647'],
  'John,M,9655': ['John M 1880 9655'],
  ' Mary ,female,7': ['Mary F 1880 7'],
  'Zoë,F,7': ['Zoë F 1880 7'],
  'Null,F,7': ['Null F 1880 7'],
  [`${longest},F,7`]: [`${longest} F 1880 7`],

  'Mary,X,7': ['! invalid_gender 2 sex X'],
  'Mary,,7': ['! invalid_gender 2 sex'],
  'Mary,F,0': ['! invalid_count 3 count 0'],
  'Mary,F,-1': ['! invalid_count 3 count -1'],
  'Mary,F,1e3': ['! invalid_count 3 count 1e3'],
  'Mary,F,12.5': ['! invalid_count 3 count 12.5'],
  'Mary,F,3000000000': ['! invalid_count 3 count 3000000000'],
  'Mary,F,': ['! invalid_count 3 count'],
  ',F,7': ['! invalid_name 1 name'],
  [`${longest}a,F,7`]: [`! invalid_name 1 name ${longest}a`],
  ',X,0': ['! invalid_name 1 name', '! invalid_gender 2 sex X', '! invalid_count 3 count 0'],

  'Mary,F,3,000,000,000': ['! extra_cell 4 null 000, 000, 000'],
  'Mary,F,7,1880,CA': ['! extra_cell 4 null 1880, CA'],
  'Mary,F,7,': ['! extra_cell 4 null'],
  'Mary,F': ['! missing_cell 3 count'],
  Mary: ['! missing_cell 2 sex', '! missing_cell 3 count'],
};

for (const [row, expected] of Object.entries(cases)) {
  test(`${JSON.stringify(row.slice(0, 40))} is read as ${expected.join(', ').slice(0, 40)}`, async () => {
    assert.deepEqual(await readTable(usSsa, { file: 'yob1880.txt', text: row }), expected);
  });
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
    assert.equal(yearInFileName(name), year);
  });
}

test('a file whose name says no year needs one from the caller', async () => {
  const table = { file: 'names.txt', text: 'Mary,F,7065' };
  await assert.rejects(readTable(usSsa, table), { code: 'year_required' });
  assert.deepEqual(await readTable(usSsa, table, { year: 1900 }), ['Mary F 1900 7065']);
  await assert.rejects(readTable(usSsa, { ...table, file: 'yob1880.txt' }, { year: 1900 }), {
    code: 'year_conflict',
  });
});

test('the first rows tell the layout', () => {
  const recognizes = (...rows: string[]): boolean =>
    usSsa.recognize({ file: 'x', sheet: null, rows: rows.map((row) => row.split(',')) }) !== undefined;
  assert.ok(recognizes('Mary,F,7065', 'Anna,F,2604'));
  assert.ok(recognizes('Mary,F,7065', 'Anna,X,2604'), 'a bad row is a matter of the report');
  assert.ok(!recognizes('Mary,F,0'));
  assert.ok(!recognizes('Mary,f,7'));
  assert.ok(!recognizes('name,sex,count'));
});

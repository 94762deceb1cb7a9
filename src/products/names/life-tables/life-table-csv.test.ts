import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readLifeTableCsv } from './life-table-csv.ts';

test('cohorts in any order of lines and columns', () => {
  const { cohorts, errors } = readLifeTableCsv(
    'Age;Sex;lx;Cohort;Source\n1;F;98800;1980;study 120\n0;F;100000;1980;study 120\n0;M;100000;1981;\n',
  );
  assert.deepEqual(errors, []);
  assert.deepEqual(cohorts, [
    { gender: 'F', cohort: 1980, survivors: [100_000, 98_800], source: 'study 120' },
    { gender: 'M', cohort: 1981, survivors: [100_000], source: null },
  ]);
});

const REFUSED: Readonly<Record<string, readonly [line: number, field: string, code: string]>> = {
  '80,F,0,100000': [2, 'cohort', 'invalid_year'],
  '1980,?,0,100000': [2, 'gender', 'invalid_gender'],
  '1980,F,0.5,100000': [2, 'age', 'invalid_count'],
  '1980,F,131,1': [2, 'age', 'invalid_count'],
  '1980,F,0,1e5': [2, 'survivors', 'invalid_count'],
  '1980,F,0,-1': [2, 'survivors', 'invalid_count'],
  '1980,F,0,0': [2, 'survivors', 'invalid_count'],
  '1980,F,1,900': [2, 'age', 'reference_missing'],
  '1980,F,0,900\n1980,F,2,800': [3, 'age', 'reference_missing'],
  '1980,F,0,900\n1980,F,0,800': [3, 'age', 'duplicate_in_file'],
  '1980,F,0,900\n1980,F,1,901': [3, 'survivors', 'invalid_count'],
};

for (const [lines, [line, field, code]] of Object.entries(REFUSED)) {
  test(`${lines.replace('\n', ' then ')} is refused: ${field} ${code}`, () => {
    const { errors } = readLifeTableCsv(`cohort,gender,age,survivors\n${lines}\n`);
    assert.deepEqual(
      errors.map((error) => [error.line, error.field, error.code]),
      [[line, field, code]],
    );
  });
}

test('a header without survivors, and no text at all, have missing columns', () => {
  for (const text of ['', 'cohort,gender,age\n1980,F,0\n'])
    assert.throws(() => readLifeTableCsv(text), { code: 'missing_columns' });
});

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readBirthsCsv } from './births-csv.ts';
import { checkBirths, type FindAreaCode } from './check-births.ts';

const areaCode: FindAreaCode = (text) => (text === '' || text === 'US' ? 'US' : undefined);

test('the totals of the Social Security Administration among the samples are taken as they are', () => {
  const file = join(import.meta.dirname, '../../../../samples/us-ssa-births-1880-2015.csv');
  const { lines, errors } = readBirthsCsv(readFileSync(file, 'utf8'));
  const found = checkBirths(lines, areaCode);
  assert.deepEqual([errors, found.errors], [[], []]);
  const sums = { F: 0, M: 0 };
  for (const { gender, births } of found.totals) sums[gender] += births;
  assert.equal(found.totals.length, 272);
  assert.deepEqual(sums, { F: 178_823_509, M: 178_658_840 });
});

test('a line that cannot be read is an error of its own', () => {
  const { lines, errors } = readBirthsCsv('year,gender,births\n1901,"F"x,5\n1901,M,6\n');
  assert.deepEqual(
    errors.map(({ line, code }) => [line, code]),
    [[2, 'stray_quote']],
  );
  assert.equal(lines.length, 1);
});

test('one line may have several faults, and all are named', () => {
  const raw = {
    line: 7,
    area: 'XX',
    year: '1',
    gender: '?',
    births: '0',
    source: 'x'.repeat(1001),
    attribution: '',
  };
  const { totals, errors } = checkBirths([raw], areaCode);
  assert.deepEqual(totals, []);
  assert.deepEqual(
    errors.map(({ line, field }) => [line, field]),
    [
      [7, 'area'],
      [7, 'year'],
      [7, 'gender'],
      [7, 'births'],
      [7, 'source'],
    ],
  );
});

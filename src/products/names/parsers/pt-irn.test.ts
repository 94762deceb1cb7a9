import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readOfficialFile } from '#test/support/office-files.ts';
import { readTable } from '#test/support/parser-reading.ts';
import { withoutOfficialFiles } from '#test/support/truths.ts';
import { ptIrn } from './pt-irn.ts';

// Written by us in the office's layout, with figures of its own.
const TEXT = `nome,numero,genero
Maria,4810,F
CLara,1,F
Ana Carolina,161,F
Kévim,60,M
Kelton,,M
Zoé,3,X
`;

test('all given names are one name, and the year is told by the file', async () => {
  assert.deepEqual(await readTable(ptIrn, { file: 'nomes-registados-2014.csv', text: TEXT }), [
    'Maria F 2014 4810',
    'CLara F 2014 1',
    'Ana Carolina F 2014 161',
    'Kévim M 2014 60',
    '! invalid_count 2 numero',
    '! invalid_gender 3 genero X',
  ]);
});

test('a year that nobody tells is asked for', async () => {
  await assert.rejects(readTable(ptIrn, { file: 'nomes.csv', text: TEXT }), { code: 'year_required' });
  const [first] = await readTable(ptIrn, { file: 'nomes.csv', text: TEXT }, { year: 2014 });
  assert.equal(first, 'Maria F 2014 4810');
});

const PACKED = 'pt/irn/nomes-registados-2014.csv';
test(`${PACKED}: rows, sums and the first`, { skip: withoutOfficialFiles }, async () => {
  const { slices, refused } = await readOfficialFile(PACKED, ptIrn);
  assert.deepEqual(refused, []);
  assert.deepEqual(
    slices.map(({ gender, rows }) => [gender, rows]),
    [
      ['F', 7794],
      ['M', 7691],
    ],
  );
  const [girls, boys] = slices;
  assert.equal((girls?.sum ?? 0) + (boys?.sum ?? 0), 118_435);
  assert.deepEqual(
    girls?.top.slice(0, 3).map(({ name, count }) => `${name} ${count}`),
    ['Maria 4810', 'Matilde 2062', 'Leonor 1859'],
  );
});

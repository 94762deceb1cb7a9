import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readOfficialFile } from '#test/support/office-files.ts';
import { readTable } from '#test/support/parser-reading.ts';
import { withoutOfficialFiles } from '#test/support/truths.ts';
import { caBc } from './ca-bc.ts';

// Written by us in the office's layout, with figures of our own.
const BOYS = `Name,1915,1916,1917,Total
AADEN,0,0,5,5
ALBERT,25,21,0,46
F…LIX,0,0,6,6
ZOLTAN,0,0,0,0
IAN,6,0,7,20
LEO,6,0,7,12
JOHN,x,0,7,7
`;

test('0 is no count; a total may hold more than is shown, never less', async () => {
  assert.deepEqual(await readTable(caBc, { file: 'bc-popular-boys-names.csv', text: BOYS }), [
    'AADEN M 1917 5 CA-BC',
    'ALBERT M 1915 25 CA-BC',
    'ALBERT M 1916 21 CA-BC',
    'F…LIX M 1917 6 CA-BC',
    '- no_count',
    'IAN M 1915 6 CA-BC',
    'IAN M 1917 7 CA-BC',
    '! invalid_count 5 Total 12',
    '! invalid_count 2 1915 x',
  ]);
});

test('the sex is told by the name of the file or by the caller', async () => {
  const text = 'Name,1915,1916,Total\nANNA,25,0,25\n';
  assert.deepEqual(await readTable(caBc, { file: 'a.csv', text }, { gender: 'F' }), ['ANNA F 1915 25 CA-BC']);
  await assert.rejects(readTable(caBc, { file: 'a.csv', text }), { code: 'gender_required' });
});

const OTHERS: Readonly<Record<string, string>> = {
  'names in title case': 'Name,1915,1916,Total\nAlbert,25,0,25\n',
  'counts below five': 'Name,1915,1916,Total\nALBERT,2,0,2\n',
  'no zeros': 'Name,1915,1916,Total\nALBERT,25,,25\n',
  'no total': 'Name,1915,1916\nALBERT,25,0\n',
  'a year left out': 'Name,1915,1917,Total\nALBERT,25,0,25\n',
};
for (const [what, text] of Object.entries(OTHERS)) {
  test(`not the office's: ${what}`, async () => {
    await assert.rejects(readTable(caBc, { text }, { gender: 'M' }), { code: 'format_mismatch' });
  });
}

const PACKED = 'ca/bc/bc-popular-boys-names.csv';
test(`${PACKED}: every count that is not 0, every row adds up`, { skip: withoutOfficialFiles }, async () => {
  const { slices, refused, skipped } = await readOfficialFile(PACKED, caBc);
  assert.deepEqual([refused, skipped], [[], {}]);
  assert.equal(slices.length, 100);
  assert.equal(
    slices.reduce((sum, slice) => sum + slice.rows, 0),
    34_400,
  );
  assert.equal(
    slices.reduce((sum, slice) => sum + slice.sum, 0),
    1_314_390,
  );
  assert.deepEqual(
    slices.find(({ year }) => year === 2014)?.top.map(({ name, count }) => `${name} ${count}`),
    ['ETHAN 256', 'LIAM 254', 'LUCAS 226', 'OLIVER 198', 'MASON 197'],
  );
});

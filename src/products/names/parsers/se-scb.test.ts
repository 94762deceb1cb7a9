import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readOfficialFile, truthLines } from '#test/support/office-files.ts';
import { readTable } from '#test/support/parser-reading.ts';
import { withoutOfficialFiles } from '#test/support/truths.ts';
import { seScb } from './se-scb.ts';

// Written by us in the office's layout, with figures of its own; the girls' file was not at hand.
const BOYS = `Pojkars tilltalsnamn 1998-2021
Boys' first names 1998-2021

Varje stavning redovisas som ett eget namn.  - = färre än 10.

Namn / Name,1998,1999,2021
Simon,1154,1143,x
William,-,940,714
Zi,-,-,-
`;

test('a column a year: fewer than ten children do not list a name for that year', async () => {
  assert.deepEqual(await readTable(seScb, { file: 'boys.xlsx', sheet: 'Pojkar - Boys', text: BOYS }), [
    '! invalid_count 4 2021 x',
    'William M 1999 940',
    'William M 2021 714',
    '- no_count',
  ]);
});

test("the girls' table differs by its title alone", async () => {
  const girls = BOYS.replace('Pojkars', 'Flickors').replace('Boys', 'Girls');
  assert.equal(
    (await readTable(seScb, { file: 'a.xlsx', sheet: '1', text: girls }))[1],
    'William F 1999 940',
  );
});

const PACKED = 'se/scb/boys.xlsx';
test(`${PACKED}: rows, sums and the first five of every year`, { skip: withoutOfficialFiles }, async () => {
  const { slices, skipped, refused } = await readOfficialFile(PACKED, seScb);
  assert.deepEqual([skipped, refused], [{}, []]);
  const truths = truthLines(PACKED);
  const known = new Map(slices.map((slice) => [`${slice.year} ${slice.gender}`, slice]));
  assert.equal(known.size, truths.length);
  for (const { year, sex, rows, sum, top } of truths) {
    const slice = known.get(`${year} ${sex}`);
    assert.deepEqual([slice?.rows, slice?.sum], [rows, sum], `${year} ${sex}`);
    assert.deepEqual(
      slice?.top.map(({ name, count }) => `${name} ${count}`),
      top,
    );
  }
});

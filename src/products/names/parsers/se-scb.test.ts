import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readAgainstTruths } from '#test/support/office-files.ts';
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

test('a column a year: fewer than ten children list a name for that year, their number hidden', async () => {
  assert.deepEqual(await readTable(seScb, { file: 'boys.xlsx', sheet: 'Pojkar - Boys', text: BOYS }), [
    '! invalid_count 4 2021 x',
    'William M 1998 .. below_threshold',
    'William M 1999 940',
    'William M 2021 714',
    'Zi M 1998 .. below_threshold',
    'Zi M 1999 .. below_threshold',
    'Zi M 2021 .. below_threshold',
  ]);
});

test("the girls' table differs by its title alone", async () => {
  const girls = BOYS.replace('Pojkars', 'Flickors').replace('Boys', 'Girls');
  assert.equal(
    (await readTable(seScb, { file: 'a.xlsx', sheet: '1', text: girls }))[2],
    'William F 1999 940',
  );
});

const PACKED = 'se/scb/boys.xlsx';
test(`${PACKED}: rows, sums and the first five of every year`, { skip: withoutOfficialFiles }, async () => {
  const { skipped, refused, slices } = await readAgainstTruths(PACKED, seScb);
  assert.deepEqual([skipped, refused], [{}, []]);
  assert.ok(slices.every((slice) => slice.area === null));
});

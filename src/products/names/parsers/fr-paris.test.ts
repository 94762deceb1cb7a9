import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readAgainstTruths } from '#test/support/office-files.ts';
import { readTable } from '#test/support/parser-reading.ts';
import { withoutOfficialFiles } from '#test/support/truths.ts';
import { frParis } from './fr-paris.ts';

// Written by us in the city's layout, with figures of its own.
const LIST = `Nombre prénoms déclarés;Sexe;Annee;Prenoms;Nombre total cumule par annee
77;F;2012;Alix;84
7;M;2012;Alix;84
357;M;2021;Gabriel;357
5;F;2021;Anne-Sophie;5
4,5;F;2021;Ada;5
5;X;2021;Ada;5
`;

test('the first column counts a sex alone; the last one, of both, is not read', async () => {
  assert.deepEqual(await readTable(frParis, { file: 'liste.csv', text: LIST }), [
    'Alix F 2012 77 FR-75C',
    'Alix M 2012 7 FR-75C',
    'Gabriel M 2021 357 FR-75C',
    'Anne-Sophie F 2021 5 FR-75C',
    '! invalid_count 1 Nombre prénoms déclarés 4,5',
    '! invalid_gender 2 Sexe X',
  ]);
});

const PACKED = 'fr/paris/liste_des_prenoms.csv';
test(`${PACKED}: rows, sums and the first five of every year`, { skip: withoutOfficialFiles }, async () => {
  const { skipped, refused, slices } = await readAgainstTruths(PACKED, frParis);
  assert.deepEqual([skipped, refused], [{}, []]);
  assert.ok(slices.every((slice) => slice.area === 'FR-75C'));
});

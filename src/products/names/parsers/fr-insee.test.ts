import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readAgainstTruths } from '#test/support/office-files.ts';
import { readTable } from '#test/support/parser-reading.ts';
import { withoutOfficialFiles } from '#test/support/truths.ts';
import { frInsee } from './fr-insee.ts';

// Written by us in the layouts of the 2021 and the 2025 edition; figures of the office.
const EDITION_2021 = `sexe;preusuel;annais;nombre\r
1;_PRENOMS_RARES;1900;1249\r
1;JEAN;1900;14097\r
1;ALBAIN;XXXX;104\r
2;NA;2021;5\r
2;ANAÏS;2021;x\r
3;JADE;2021;3802\r
`;
const EDITION_2025 = `sexe;prenom;periode;valeur;rang
1;GABRIEL;2025;4625;1
2;LOUISE;2025;3330;1
`;

test('rare names are counted together, births of unknown years aside', async () => {
  assert.deepEqual(await readTable(frInsee, { file: 'nat2021.csv', text: EDITION_2021 }), [
    '_PRENOMS_RARES M 1900 1249 aggregate',
    'JEAN M 1900 14097',
    'ALBAIN M XXXX 104 aside',
    'NA F 2021 5',
    '! invalid_count 4 nombre x',
    '! invalid_gender 1 sexe 3',
  ]);
});

test('the editions from 2024 on have other columns, and the rank', async () => {
  assert.deepEqual(await readTable(frInsee, { file: 'prenoms.csv', text: EDITION_2025 }), [
    'GABRIEL M 2025 4625 #1',
    'LOUISE F 2025 3330 #1',
  ]);
});

const PACKED = 'fr/insee/nat2021_csv.zip';
test(`${PACKED}: rows, sums and the first five of every year`, { skip: withoutOfficialFiles }, async () => {
  const { refused, slices } = await readAgainstTruths(PACKED, frInsee);
  assert.deepEqual([refused], [[]]);
  assert.ok(slices.every((slice) => slice.area === null));
});

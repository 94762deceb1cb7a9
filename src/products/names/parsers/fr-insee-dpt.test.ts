import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readTable } from '#test/support/parser-reading.ts';
import { frInsee } from './fr-insee.ts';
import { frInseeDpt } from './fr-insee-dpt.ts';

// Written by us in the layouts of the 2021 and the 2024 edition; no file of the office was at hand, the counts are ours.
const EDITION_2021 = `sexe;preusuel;annais;dpt;nombre\r
1;_PRENOMS_RARES;1900;02;7\r
2;MARIE;1900;29;2044\r
1;ANGE;1910;20;98\r
1;LÉO;2021;75;330\r
2;LUCIE;2021;974;12\r
1;AARON;XXXX;XX;24\r
2;ANNE;1950;XX;3\r
1;JEAN;1900;99;5\r
1;JEAN;1900;1x;5\r
`;
const EDITION_2024 = `sexe;prenom;periode;dpt;valeur
1;GABRIEL;2024;01;15
2;_PRENOMS_RARES;2024;976;1205
`;

test('départements have their codes of ISO 3166-2; births of unknown ones or of unknown years stand aside', async () => {
  assert.deepEqual(await readTable(frInseeDpt, { file: 'dpt2021.csv', text: EDITION_2021 }), [
    '_PRENOMS_RARES M 1900 7 FR-02 aggregate',
    'MARIE F 1900 2044 FR-29',
    'ANGE M 1910 98 FR-20R',
    'LÉO M 2021 330 FR-75C',
    'LUCIE F 2021 12 FR-974',
    'AARON M XXXX 24 aside',
    'ANNE F 1950 3 aside',
    '! enum 4 dpt 99',
    '! enum 4 dpt 1x',
  ]);
});

test('the editions from 2024 on have other columns', async () => {
  assert.deepEqual(await readTable(frInseeDpt, { file: 'prenoms-2024-dpt.csv', text: EDITION_2024 }), [
    'GABRIEL M 2024 15 FR-01',
    '_PRENOMS_RARES F 2024 1205 FR-976 aggregate',
  ]);
});

test('neither file of the office is taken for the other one', async () => {
  const national = 'sexe;preusuel;annais;nombre\n2;MARIE;1900;48713\n';
  await assert.rejects(readTable(frInseeDpt, { text: national }), { code: 'format_mismatch' });
  await assert.rejects(readTable(frInsee, { text: EDITION_2021 }), { code: 'format_mismatch' });
});

test('there are 100 départements, Corsica as one, from Ain to Mayotte', () => {
  const { areas } = frInseeDpt;
  assert.equal(Object.keys(areas).length, 100);
  assert.deepEqual(
    ['FR-01', 'FR-20R', 'FR-29', 'FR-69', 'FR-75C', 'FR-90', 'FR-95', 'FR-971', 'FR-976'].map(
      (code) => areas[code],
    ),
    [
      'Ain',
      'Corse',
      'Finistère',
      'Rhône',
      'Paris',
      'Territoire de Belfort',
      'Val-d’Oise',
      'Guadeloupe',
      'Mayotte',
    ],
  );
});

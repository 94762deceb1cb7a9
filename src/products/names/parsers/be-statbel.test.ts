import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readAgainstTruths } from '#test/support/office-files.ts';
import { readTable } from '#test/support/parser-reading.ts';
import { withoutOfficialFiles } from '#test/support/truths.ts';
import { beStatbel } from './be-statbel.ts';

// Written by us in the office's layout, with figures of its own.
const SHEET = `Prénoms des garçons nouveau-nés par province/région 2017,,,,,Contenu
Rang,Refnis,NUTS2,Province/région,Prénom,Nombre
1,4000,BE10,Région de Bruxelles-Capitale,Adam,191
11,04000,BE10,Région de Bruxelles-Capitale,Louis,51
11,04000,BE10,Région de Bruxelles-Capitale,Lucas,51
2,10000,BE21,Province d’Anvers,Noah,96
1,02000,BE2,Région flamande,Noah,500
1,50000,BE32,Province de Hainaut,Gabriel,-
`;

test('provinces and Brussels stand side by side; what they lie in is no area of this file', async () => {
  assert.deepEqual(await readTable(beStatbel, { file: 'a.xlsx', sheet: 'M_PROV2017', text: SHEET }), [
    'Adam M 2017 191 BE-BRU #1',
    'Louis M 2017 51 BE-BRU #11',
    'Lucas M 2017 51 BE-BRU #11',
    'Noah M 2017 96 BE-VAN #2',
    '! enum 3 NUTS2 BE2',
    '! invalid_count 6 Nombre -',
  ]);
});

const PACKED = 'be/statbel/Firstnames_PROV_STATBEL_2017-fr.xlsx';
test(`${PACKED}: rows, sums and the first five of every sheet`, { skip: withoutOfficialFiles }, async () => {
  const { skipped, refused, slices } = await readAgainstTruths(PACKED, beStatbel);
  assert.deepEqual([skipped, refused], [{}, []]);
  const sheets = Map.groupBy(slices, ({ year, gender }) => `${year} ${gender}`);
  for (const areas of sheets.values()) {
    assert.deepEqual(areas.map(({ area }) => String(area)).toSorted(), Object.keys(beStatbel.areas));
  }
});

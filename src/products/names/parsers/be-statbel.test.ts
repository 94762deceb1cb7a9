import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readOfficialFile, type ReadSlice, truthLines } from '#test/support/office-files.ts';
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

const NUTS = { 'BE-BRU': 'BE10', 'BE-VAN': 'BE21', 'BE-VOV': 'BE23', 'BE-VWV': 'BE25', 'BE-WHT': 'BE32' };
const PACKED = 'be/statbel/Firstnames_PROV_STATBEL_2017-fr.xlsx';
test(`${PACKED}: rows, sums and the first five of every sheet`, { skip: withoutOfficialFiles }, async () => {
  const { slices, skipped, refused } = await readOfficialFile(PACKED, beStatbel);
  assert.deepEqual([skipped, refused], [{}, []]);
  const truths = truthLines(PACKED);
  const sheets = Map.groupBy(slices, ({ year, gender }) => `${year} ${gender}`);
  assert.equal(sheets.size, truths.length);
  for (const { year, sex, rows, sum, top } of truths) {
    const areas = sheets.get(`${year} ${sex}`) ?? [];
    assert.deepEqual(areas.map(({ area }) => String(area)).toSorted(), Object.keys(beStatbel.areas));
    const read = [
      areas.reduce((all, area) => all + area.rows, 0),
      areas.reduce((all, area) => all + area.sum, 0),
    ];
    assert.deepEqual(read, [rows, sum], `${year} ${sex}`);
    assert.deepEqual(firstFive(areas), top);
  }
});

/** Of all areas together, as `truths.csv` has them. */
function firstFive(areas: readonly ReadSlice[]): string[] {
  return areas
    .flatMap(({ area, top }) => top.map((each) => ({ ...each, nuts: NUTS[area as keyof typeof NUTS] })))
    .sort((a, b) => b.count - a.count)
    .slice(0, 5)
    .map(({ name, nuts, count }) => `${name} (${nuts}) ${count}`);
}

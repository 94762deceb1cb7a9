import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readAgainstTruths } from '#test/support/office-files.ts';
import { readTable } from '#test/support/parser-reading.ts';
import { withoutOfficialFiles } from '#test/support/truths.ts';
import { deKoeln } from './de-koeln.ts';

// Written by us in the city's layouts, with figures of its own and slips of others.
const LAYOUTS = {
  'Vornamen_Koeln_2011.csv': ['vorname,anzahl,geschlecht\r\nMarie,282,w\r\n', 'Marie F 2011 282 DE-NW-KOELN'],
  'Vornamensstatistik_2014.csv': ['vorname;anzahl;geschlecht\nPaul;132;m\n', 'Paul M 2014 132 DE-NW-KOELN'],
  'Vornamen_Koeln_2016.csv': ['anzahl;vorname;geschlecht\n361;Marie;w\n', 'Marie F 2016 361 DE-NW-KOELN'],
} as const;

for (const [file, [text, line]] of Object.entries(LAYOUTS)) {
  test(`${file}: columns by their names, the year by that of the file`, async () => {
    assert.deepEqual(await readTable(deKoeln, { file, text }), [line]);
  });
}

test('from 2017 on names after the first stand aside; rows without a name are counted', async () => {
  const text = `anzahl;vorname;geschlecht;position
207;Marie;w;2
105;Noah;m;1
1;;w;2
2;;m;1
3;Kim;d;1
-;Kim;w;1
`;
  assert.deepEqual(await readTable(deKoeln, { file: 'Vornamen_2020_Koeln.csv', text }), [
    'Marie F 2020 207 DE-NW-KOELN aside',
    'Noah M 2020 105 DE-NW-KOELN',
    ' F 2020 1 DE-NW-KOELN aside',
    ' M 2020 2 DE-NW-KOELN aggregate',
    '! invalid_gender 3 geschlecht d',
    '! invalid_count 1 anzahl -',
  ]);
});

test('a file of a district of Berlin is none of Köln', async () => {
  const table = {
    file: '2020/Mitte von Berlin Vornamen 2020.csv',
    text: LAYOUTS['Vornamen_Koeln_2016.csv'][0],
  };
  await assert.rejects(readTable(deKoeln, table), { code: 'format_mismatch' });
});

const PACKED = 'de/koeln/vornamen-koeln-2011-2020.zip';
test(`${PACKED}: rows and sums of every file`, { skip: withoutOfficialFiles }, async () => {
  const { refused, unread, slices } = await readAgainstTruths(PACKED, deKoeln);
  assert.deepEqual([refused, unread], [[], ['Vornamen_Koeln_2013.csv']]);
  assert.ok(slices.every((slice) => slice.area === 'DE-NW-KOELN'));
});

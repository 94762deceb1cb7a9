import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readAgainstTruths } from '#test/support/office-files.ts';
import { readTable } from '#test/support/parser-reading.ts';
import { withoutOfficialFiles } from '#test/support/truths.ts';
import { deBerlin } from './de-berlin.ts';

// Written by us in the layout of the city.
const TEXT = 'anzahl;vorname;geschlecht;position\n36;Adam;m;1\n50;Marie;w;2\n';

const FILES = {
  '2015/neukoelln.csv': '2015 36 DE-BE-NEUKOELLN',
  '2015/standesamt-i.csv': '2015 36 DE-BE-STANDESAMT1',
  '2016/Vornamen_Mitte.csv': '2016 36 DE-BE-MITTE',
  '2017/Tempelhof-Schöneberg Vornamen 2017.csv': '2017 36 DE-BE-TEMPELHOFSCHOENEBERG',
  '2018/I in Berlin Vornamen 2018.csv': '2018 36 DE-BE-STANDESAMT1',
  '2019/Mitte von Berlin Vornamen 2019.csv': '2019 36 DE-BE-MITTE',
  '2021/Vornamenstatistik 2021 C.-W..csv': '2021 36 DE-BE-CHARLOTTENBURGWILMERSDORF',
  '2022/Libg Vornamenstatistik_2022-01-01_2022-12-31.csv': '2022 36 DE-BE-LICHTENBERG',
  '2023/T.-K. Vornamenstatistik_2023-01-01_2023-12-31.csv': '2023 36 DE-BE-TREPTOWKOEPENICK',
};
for (const [file, facts] of Object.entries(FILES)) {
  test(`${file} is ${facts}`, async () => {
    for (const form of ['NFC', 'NFD'] as const) {
      const [first, second] = await readTable(deBerlin, { file: file.normalize(form), text: TEXT });
      assert.deepEqual([first, second], [`Adam M ${facts}`, `Marie F ${facts.replace('36', '50')} aside`]);
    }
  });
}

test('a district that nothing tells is asked for', async () => {
  const table = { file: 'vornamen-2020.csv', text: TEXT };
  await assert.rejects(readTable(deBerlin, table), { code: 'area_required' });
  const [first] = await readTable(deBerlin, table, { area: 'DE-BE-PANKOW' });
  assert.equal(first, 'Adam M 2020 36 DE-BE-PANKOW');
});

test('a file of Köln is none of Berlin, nor is one with other columns', async () => {
  const ofKoeln = { file: 'Vornamen_2020_Koeln.csv', text: TEXT };
  await assert.rejects(readTable(deBerlin, ofKoeln), { code: 'format_mismatch' });
  const other = { file: '2020/mitte.csv', text: 'anzahl;vorname;geschlecht;rufname\n36;Adam;m;ja\n' };
  await assert.rejects(readTable(deBerlin, other), { code: 'format_mismatch' });
});

const PACKED = 'de/berlin/vornamen-berlin-2015-2023.zip';
test(`${PACKED}: rows and sums of every file`, { skip: withoutOfficialFiles }, async () => {
  const { refused, unread, slices } = await readAgainstTruths(PACKED, deBerlin);
  assert.deepEqual([refused, unread], [[], []]);
  // Twelve districts, and the office that is none.
  assert.equal(new Set(slices.map(({ area }) => area)).size, 13);
});

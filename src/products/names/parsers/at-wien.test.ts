import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readAgainstTruths } from '#test/support/office-files.ts';
import { readTable } from '#test/support/parser-reading.ts';
import { withoutOfficialFiles } from '#test/support/truths.ts';
import { atWien } from './at-wien.ts';

// Written by us in the office's two layouts, with figures of the office.
const BY_SOUND = `\uFEFFVornamen Neugeborene Wien nach Geschlecht und Aussprache seit 2010
"NUTS";"DISTRICT_CODE";"SUB_DISTRICT_CODE";"REF_YEAR";"REF_DATE";"SEX";"RANK";"NAME";"NAME_ALL";"N";"PERC_SEX"
"AT13";"90000";"90000";"2010";"2010";"1";"2";"David";"David";"171";"1,8"
"AT13";"90000";"90000";"2010";"2010";"1";"3";"Philipp";"Filip";"159";"1,7"
"AT13";"90000";"90000";"2010";"2010";"2";"1";"Sara";"Sara Sarah";"223";"2,6"
"AT13";"90000";"90000";"2010";"2010";"2";"736";"";"";"1";"0,0"
"AT13";"90100";"90000";"2010";"2010";"1";"1";"Anton";"Anton";"3";"1,0"
"AT13";"90000";"90000";"2010";"2010";"3";"1";"Kim";"Kim";"3";"1,0"
`;
const BY_SPELLING = `Vornamen Neugeborene Wien nach Geschlecht seit 2010
NUTS;DISTRICT_CODE;SUB_DISTRICT_CODE;REF_YEAR;REF_DATE;SEX;RANK;NAME;N;PERC_SEX
AT13;90000;90000;2010;2010;1;2;David;169;1,8
`;

test('by sound: the commonest spelling is the name; parts of the city are refused', async () => {
  assert.deepEqual(await readTable(atWien, { text: BY_SOUND }), [
    'David M 2010 171 AT-9 #2',
    'Philipp M 2010 159 AT-9 #3',
    'Sara F 2010 223 AT-9 #1',
    ' F 2010 1 AT-9 aggregate #736',
    '! enum 2 DISTRICT_CODE 90100',
    '! invalid_gender 6 SEX 3',
  ]);
});

test('by spelling: the column of all spellings is not there, and the list ends with the most frequent', async () => {
  assert.deepEqual(await readTable(atWien, { text: BY_SPELLING }), ['David M 2010 169 AT-9 #2']);
  const headerOf = (text: string): string[] => text.replaceAll('"', '').split('\n')[1]?.split(';') ?? [];
  const isTop = (text: string): boolean | undefined =>
    atWien.recognize({ file: 'a.csv', sheet: null, rows: [headerOf(text)] })?.isTop;
  assert.deepEqual([isTop(BY_SPELLING), isTop(BY_SOUND)], [true, false]);
});

const PACKED = 'at/wien/vie-bdl-pop-sex-rank-name-phon-2010f.csv.gz';
test(`${PACKED}: rows, sums and the first five of every year`, { skip: withoutOfficialFiles }, async () => {
  const { refused, slices } = await readAgainstTruths(PACKED, atWien, ['2015 F', '2018 F']);
  assert.deepEqual([refused], [['invalid_name 8 Jasmine-Ştefan\u009F', 'invalid_name 8 Kar\u009FNa']]);
  assert.ok(slices.every((slice) => slice.area === 'AT-9'));
});

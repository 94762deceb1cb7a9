import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readAgainstTruths } from '#test/support/office-files.ts';
import { readTable } from '#test/support/parser-reading.ts';
import { withoutOfficialFiles } from '#test/support/truths.ts';
import { auSa } from './au-sa.ts';

// Written by us in the office's layouts, with figures of its own.
const QUOTED = `Given Name,Amount,Position\r
"JOHN","477","1"\r
"ROBERT","450","2"\r
"(NOT","3","=192"\r
"JOHN","2","=192"\r
""BABY"","1","=192"\r
"J;AMI","x","=192"`;
const UNQUOTED = Buffer.from(
  'Given Name,Number,Position\r\nOLIVER,190,1\r\nCHLO\u00C9,1,839\r\n"RING,DENG",1,787\r\n,,\r\nTOTAL,,192\r\n',
  'latin1',
);

test('quoted since 1944: ranks with ties, a name twice, births without a name; quotes too many', async () => {
  assert.deepEqual(await readTable(auSa, { file: 'male_cy1944_top.csv', text: QUOTED }), [
    'JOHN M 1944 477 AU-SA #1',
    'ROBERT M 1944 450 AU-SA #2',
    '(NOT M 1944 3 AU-SA aggregate #192',
    'JOHN M 1944 2 AU-SA #192',
    '! stray_quote 1 null ""BABY""',
    '! invalid_count 2 Amount x',
  ]);
});

test('2016: no quotes, windows-1252, a blank row and a total, words run together in the file name', async () => {
  assert.deepEqual(await readTable(auSa, { file: 'malecy2016top.csv', text: UNQUOTED }), [
    'OLIVER M 2016 190 AU-SA #1',
    'CHLOÉ M 2016 1 AU-SA #839',
    'RING,DENG M 2016 1 AU-SA #787',
    '- blank',
    '- total',
  ]);
});

const names: Readonly<Record<string, string>> = {
  'female_cy1948_top.csv': 'F 1948',
  'femalecy2016top.csv': 'F 2016',
  'cusersjacksm01desktopmalecy2018top.csv': 'M 2018',
  'topnames_male_cy2024.csv': 'M 2024',
  'sa/female_cy2018_top100.csv': 'F 2018',
};
for (const [file, expected] of Object.entries(names)) {
  test(`${file}: ${expected}`, async () => {
    const text = 'First Name,Amount,Position\r\n"ASHLEY","9","=70"\r\n';
    assert.deepEqual(await readTable(auSa, { file, text }), [`ASHLEY ${expected} 9 AU-SA #70`]);
  });
}

// Both sexes in the files of 2017, by what stands first.
const firstOf2017: Readonly<Record<string, string>> = {
  'cusersjacksm01desktopfemalecy2017top.csv OLIVER': 'M',
  'cusersjacksm01desktopmalecy2017top.csv CHARLOTTE': 'F',
  'femalecy2017top.csv CHARLOTTE': 'F',
  'malecy2017top.csv OLIVER': 'M',
  // In no other year is a name above its contents doubted.
  'femalecy2016top.csv OLIVER': 'F',
};
for (const [title, gender] of Object.entries(firstOf2017)) {
  test(`${title} at the top: ${gender}`, async () => {
    const [file, name = ''] = title.split(' ');
    const text = `Given Name,Amount,Position\r\n"${name}","172","1"\r\n`;
    const [line = ''] = await readTable(auSa, { file: file as string, text });
    assert.equal(line.split(' ')[1], gender);
  });
}

const PACKED = 'au/sa/baby-names-1944-2024.zip';
test(`${PACKED}: rows, sums and the first five of every file`, { skip: withoutOfficialFiles }, async () => {
  const { skipped, refused, unread, slices } = await readAgainstTruths(PACKED, auSa, [
    'female_cy1953_top.csv 1953 F',
  ]);
  assert.deepEqual([skipped, refused, unread], [{ blank: 3, total: 2 }, ['stray_quote 1 ""BABY""'], []]);
  assert.ok(slices.every((slice) => slice.area === 'AU-SA'));
  assert.equal(slices.length, 162);
});

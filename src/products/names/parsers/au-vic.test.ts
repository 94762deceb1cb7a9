import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readOfficialFile } from '#test/support/office-files.ts';
import { readTable } from '#test/support/parser-reading.ts';
import { withoutOfficialFiles } from '#test/support/truths.ts';
import { auVic } from './au-vic.ts';

// Written by us in the office's five layouts, with figures of its own.
const layouts: Readonly<Record<string, { file?: string; sheet: string; text: string; read: string[] }>> = {
  '2008 to 2018: title, sex over blocks with an empty column between': {
    sheet: '2008',
    text: 'Top 100 Baby Names - 2008 \nMale,,,,Female\nPosition,Name,Count,,Position,Name,Count\n1,William,574,,1,Mia,489\n',
    read: ['William M 2008 574 AU-VIC #1', 'Mia F 2008 489 AU-VIC #1'],
  },
  '2019 and 2024: sex in the header, a rank left over; ties with blank cells beside them': {
    file: 'Top-100-Baby-Names-2024.xlsx',
    sheet: 'Top 100',
    text: 'Rank,Name - Male,Count,Rank,Name - Female,Count,Rank\n4,Theodore,348,5,Hazel,316,4\n100,Leonardo,78\n',
    read: ['Theodore M 2024 348 AU-VIC #4', 'Hazel F 2024 316 AU-VIC #5', 'Leonardo M 2024 78 AU-VIC #100'],
  },
  '2020: sex over the names, the year in the file name alone': {
    file: 'Top-100-Baby-Names-Victoria-2020.xlsx',
    sheet: 'Top_100_Male_Baby_Na_1609713112',
    text: ',Male,,,Female\nRank,Given Name,Count,Rank,Given Name,Count\n1,Oliver,546,1,Charlotte,413\n',
    read: ['Oliver M 2020 546 AU-VIC #1', 'Charlotte F 2020 413 AU-VIC #1'],
  },
  '2021 and 2022: one rank for both': {
    sheet: 'Top 100 Baby Names Vic 2021',
    text: ',Male,,Female\nRank,Given Name,Count,Given Name,Count\n5,Leo,360,Mia,353\n6,Henry,x,Ava,331\n',
    read: ['Leo M 2021 360 AU-VIC #5', 'Mia F 2021 353 AU-VIC #5', '! invalid_count 3 Count x'],
  },
  '2023: the year in the first column': {
    sheet: 'Top 100',
    text: ',,Male,,Female\nYear,Rank,Given Name,Count,Given Name,Count\n2023,1,Oliver,514,Amelia,333\n',
    read: ['Oliver M 2023 514 AU-VIC #1', 'Amelia F 2023 333 AU-VIC #1'],
  },
};
for (const [title, { read, file = 'a.xlsx', ...table }] of Object.entries(layouts)) {
  test(title, async () => {
    assert.deepEqual(await readTable(auVic, { file, ...table }), read);
  });
}

test('two lists side by side of which nothing tells the sexes are not these', async () => {
  const text = 'Rank,Name,Count,Rank,Name,Count\n1,JACK,10,1,JACK,9\n';
  await assert.rejects(readTable(auVic, { file: 'a.xlsx', sheet: '2008', text }), {
    code: 'format_mismatch',
  });
});

const PACKED = 'au/vic/top-100-baby-names-2008-2024.zip';
test(`${PACKED}: both sexes of 17 years`, { skip: withoutOfficialFiles }, async () => {
  const { slices, refused, unread } = await readOfficialFile(PACKED, auVic);
  assert.deepEqual([refused, unread], [[], []]);
  assert.equal(slices.length, 17 * 2);
  const known = new Map(slices.map((slice) => [`${slice.year} ${slice.gender}`, slice]));
  for (let year = 2008; year <= 2024; year++) {
    assert.equal(known.get(`${year} F`)?.rows, 100, `${year} F`);
    // Four names tie on the last place.
    assert.equal(known.get(`${year} M`)?.rows, year === 2024 ? 103 : 100, `${year} M`);
  }
  const sumOf = (gender: string): number =>
    slices.reduce((sum, slice) => sum + (slice.gender === gender ? slice.sum : 0), 0);
  assert.deepEqual([sumOf('M'), sumOf('F')], [275_578, 231_163]);
  const first = (slice: string): unknown => known.get(slice)?.top[0];
  assert.deepEqual(first('2008 M'), { name: 'William', count: 574 });
  assert.deepEqual(first('2020 F'), { name: 'Charlotte', count: 413 });
  assert.deepEqual(first('2023 F'), { name: 'Amelia', count: 333 });
  assert.deepEqual(first('2024 F'), { name: 'Isla', count: 389 });
});

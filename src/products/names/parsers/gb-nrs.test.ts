import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_LIMITS } from '#engine/ingestion/limits.ts';
import { planFiles } from '#products/names/import/plan-files.ts';
import { readAgainstTruths, readOfficialFile } from '#test/support/office-files.ts';
import { NO_OPTIONS, readTable, sourceOf } from '#test/support/parser-reading.ts';
import { withoutOfficialFiles } from '#test/support/truths.ts';
import { gbNrs } from './gb-nrs.ts';

// Written by us in the layout of 2020; figures of the office. The © is one byte of windows-1252.
const FULL_LIST = Buffer.from(
  `"Full list of first forenames given to boys, Scotland, 2020 (final) in rank order",,,,
,,,,
"NB: * indicates that, sadly, a baby who was given that first forename has since died.",,,,
,,,,
Rank1,Boys' names,Number of babies,NB,
,,,,
1,Jack,354,*,
4=,Leo,274, ,
4=,Oliver,274, ,
1073=,True,1, ,
9,Rory,..,,
,,,,
Footnote,,,,
1) The equals sign indicates that there is more than one name with this position of rank in the list.,,,,
\u00A9 Crown Copyright 2021,,,,
`,
  'latin1',
);
// By the documented header of the files that hold all years; figures of our own.
const TO_2017 = `yr,sex,FirstForename,number,rank,position
1974,B,David,1794,1,1
1974,B,John,1528,2,=2
1974,G,Nicola,935,1,1
1974,X,Kim,3,9,9
`;
const TO_2025 = `\uFEFFYear,Sex,Name,Number,Rank
2024,Boy,Noah,345,1
2024,Girl,Olivia,366,1
2024,Girl,Zoe,3,402
`;
const ANSWER = `year,sex,firstname,ranking,frequency,mother_age_mean,father_age_mean
2016,Boy,Aaron,19,240,29.5,32.2
2016,Girl,Ava,5,360,28.1,30
,,,,,,
2. Meaning of each variable,,,,,,
year = Year the birth was registered in.,,,,,,
`;

test('the full list of a year: ties, a marker beside the count, footnotes, the © of an 8-bit encoding', async () => {
  assert.deepEqual(await readTable(gbNrs, { file: 'a.csv', text: FULL_LIST }), [
    '- blank',
    'Jack M 2020 354 GB-SCT #1',
    'Leo M 2020 274 GB-SCT #4',
    'Oliver M 2020 274 GB-SCT #4',
    'True M 2020 1 GB-SCT #1073',
    '! invalid_count 3 Number of babies ..',
    '- blank',
    '- note',
    '- note',
    '- note',
  ]);
});

test('all years since 1974: B and G', async () => {
  assert.deepEqual(await readTable(gbNrs, { text: TO_2017 }), [
    'David M 1974 1794 GB-SCT #1',
    'John M 1974 1528 GB-SCT #2',
    'Nicola F 1974 935 GB-SCT #1',
    '! invalid_gender 2 sex X',
  ]);
});

test('all years, with a byte-order mark, Boy and Girl', async () => {
  assert.deepEqual(await readTable(gbNrs, { text: TO_2025 }), [
    'Noah M 2024 345 GB-SCT #1',
    'Olivia F 2024 366 GB-SCT #1',
    'Zoe F 2024 3 GB-SCT #402',
  ]);
});

test('what describes the data in the same archive is no data', async () => {
  const sources = [
    sourceOf({ file: 'full-list-1974-2025.csv', text: TO_2025 }),
    sourceOf({ file: 'metadata.csv', text: 'Title,All names given to babies\nYear,Year of registration\n' }),
  ];
  const { files, unread } = await planFiles(sources, gbNrs, NO_OPTIONS, { limits: DEFAULT_LIMITS });
  assert.deepEqual([files.map(({ source }) => source.name), unread], [['full-list-1974-2025.csv'], []]);
});

test('rare names are left out of the latest releases alone; the answer to a request is a top list', () => {
  const head = (text: string): string[][] =>
    text
      .trimEnd()
      .split('\n')
      .map((line) => line.split(','));
  const layout = (text: string) =>
    gbNrs.recognize({ file: 'a.csv', sheet: null, rows: head(text.replace('\uFEFF', '')) });
  assert.deepEqual([layout(TO_2017)?.threshold, layout(TO_2017)?.isTop], [null, false]);
  assert.deepEqual([layout(TO_2025)?.threshold, layout(TO_2025)?.isTop], [3, false]);
  // What is not among the first hundred has no more births than the last of them.
  assert.equal(layout(ANSWER)?.isTop, true);
});

test('an answer with the ages of parents: a name a row, the ages are not read', async () => {
  assert.deepEqual(await readTable(gbNrs, { text: ANSWER }), [
    'Aaron M 2016 240 GB-SCT #19',
    'Ava F 2016 360 GB-SCT #5',
    '- blank',
    '- note',
    '- note',
  ]);
});

test('the same columns with Male and Female are of somebody else', async () => {
  const text = 'Year,Sex,Name,Number,Rank\n2024,Male,Noah,345,1\n2024,Female,Zoe,9,2\n';
  await assert.rejects(readTable(gbNrs, { text }), { code: 'format_mismatch' });
});

const LISTS = 'gb/nrs/babies-first-names-20-full-list.zip';
test(`${LISTS}: rows, sums and the first five`, { skip: withoutOfficialFiles }, async () => {
  const { refused, unread, slices } = await readAgainstTruths(LISTS, gbNrs);
  assert.deepEqual([refused, unread, slices.length], [[], [], 2]);
});

const ANSWERED = 'gb/nrs/NRS_-_FOI_-_202100207734_-_attachment_1.csv';
test(`${ANSWERED}: the first hundred of five years`, { skip: withoutOfficialFiles }, async () => {
  const { slices, refused } = await readOfficialFile(ANSWERED, gbNrs);
  assert.deepEqual(refused, []);
  assert.deepEqual(
    slices.map(({ year }) => year),
    [2016, 2016, 2017, 2017, 2018, 2018, 2019, 2019, 2020, 2020],
  );
  assert.equal(
    slices.reduce((sum, slice) => sum + slice.rows, 0),
    1012,
  );
  const boys = slices.find(({ year, gender }) => year === 2020 && gender === 'M');
  assert.deepEqual(boys?.top.slice(0, 2), [
    { name: 'Jack', count: 354 },
    { name: 'Noah', count: 299 },
  ]);
});

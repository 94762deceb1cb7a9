import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readOfficialFile } from '#test/support/office-files.ts';
import { readTable } from '#test/support/parser-reading.ts';
import { withoutOfficialFiles } from '#test/support/truths.ts';
import { ieCso } from './ie-cso.ts';

// Written by us in the layouts of PxStat's CSV and of the cells of a PC-Axis file; figures of the office.
const CSV = `\uFEFF"STATISTIC","Statistic Label","TLIST(A1)","Year","C02512V04117","Names","UNIT","VALUE"
"VSA50C01","Boys Names in Ireland with 3 or More Occurrences","2020","2020","0001","Jack","Number","597"
"VSA50C01","Boys Names in Ireland with 3 or More Occurrences","2020","2020","0002","Sean","Number",""
"VSA50C01","Boys Names in Ireland with 3 or More Occurrences","2020","2020","0003","James","Number","many"
"VSA50C02","Boys Names in Ireland with 3 or More Occurrences Rank","2020","2020","0001","Jack","Number","1"
`;
const CELLS = `Name code,Name,TLIST(A1),Year,STATISTIC,Statistic Label,UNIT,VALUE,STATUS
0008,Emily,2017,2017,VSA11C01,Rank of Name in Ireland (Number),Number,1,
0008,Emily,2017,2017,VSA11C02,Registered Births in Ireland (Number),Number,459,
0097,Freya,1998,1998,VSA11C02,Registered Births in Ireland (Number),Number,0,
0069,Sophia,1998,1998,VSA11C02,Registered Births in Ireland (Number),Number,,..
`;

test('counts are read, ranks in rows of their own are left out', async () => {
  assert.deepEqual(await readTable(ieCso, { file: 'a.csv', text: CSV }), [
    'Jack M 2020 597',
    '- no_count',
    '! invalid_count 8 VALUE many',
    '- rank_statistic',
  ]);
});

test('of a table in which no word tells the sex, its code does; neither nothing nor 0 lists a name', async () => {
  assert.deepEqual(await readTable(ieCso, { file: 'a.px#cells', text: CELLS }), [
    '- rank_statistic',
    'Emily F 2017 459',
    '- no_count',
    '- no_count',
  ]);
});

test('a code that is not known leaves the sex to the words', async () => {
  const girls = CSV.replaceAll('VSA50', 'VSA99').replaceAll('Boys', 'Girls');
  assert.equal((await readTable(ieCso, { text: girls }))[0], 'Jack F 2020 597');
  await assert.rejects(readTable(ieCso, { text: girls.replaceAll('Girls ', '') }), {
    code: 'gender_required',
  });
});

test('tables of other offices on the same software are not taken for names', async () => {
  await assert.rejects(readTable(ieCso, { text: CSV.replaceAll('VSA50', 'CPM01') }), {
    code: 'format_mismatch',
  });
});

const BOYS = 'ie/cso/VSA50-2021.json.gz';
test(`${BOYS}: JSON-stat, 30,060 counts`, { skip: withoutOfficialFiles }, async () => {
  const { slices, skipped, refused } = await readOfficialFile(BOYS, ieCso);
  assert.deepEqual([skipped, refused], [{ rank_statistic: 140_220, no_count: 110_160 }, []]);
  assert.deepEqual([slices.length, total(slices, 'rows'), total(slices, 'sum')], [57, 30_060, 1_752_288]);
  const last = slices.find(({ year }) => year === 2020);
  assert.equal(last?.gender, 'M');
  assert.deepEqual(top(last), ['Jack 597', 'James 495', 'Noah 447', 'Daniel 359', 'Conor 345']);
});

const GIRLS = 'ie/cso/VSA11.px';
test(`${GIRLS}: PC-Axis, girls since 1998`, { skip: withoutOfficialFiles }, async () => {
  const { slices, skipped, refused } = await readOfficialFile(GIRLS, ieCso);
  // 614 cells ".." and 55 zeros.
  assert.deepEqual([skipped, refused], [{ rank_statistic: 3740, no_count: 614 + 55 }, []]);
  assert.deepEqual([slices.length, total(slices, 'rows')], [20, 3740 - 614 - 55]);
  const last = slices.find(({ year }) => year === 2017);
  assert.equal(last?.gender, 'F');
  assert.deepEqual(top(last), ['Emily 459', 'Emma 393', 'Amelia 371', 'Grace 371', 'Sophie 364']);
});

type Slices = Awaited<ReturnType<typeof readOfficialFile>>['slices'];

function total(slices: Slices, of: 'rows' | 'sum'): number {
  return slices.reduce((all, slice) => all + slice[of], 0);
}

function top(slice: Slices[number] | undefined): string[] | undefined {
  return slice?.top.map(({ name, count }) => `${name} ${count}`);
}

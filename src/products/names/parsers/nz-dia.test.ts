import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readAgainstTruths } from '#test/support/office-files.ts';
import { readTable } from '#test/support/parser-reading.ts';
import { withoutOfficialFiles } from '#test/support/truths.ts';
import { nzDia } from './nz-dia.ts';

// Written by us in the office's layout, with figures of its own: merged cells, a year twice, notes far to the right.
const GIRLS = `Table 1,,Top 100 Baby Girls' Names in New Zealand
,,December 1954-1956 Years
Rank,,1954,,1955,1955,,1956
,,Name,No.,Name,,No.,Name,,No.

,1,Christine,779,,Susan,743,,Susan,851
,2,Susan,735,,Christine,many,,Christine,754

,,,,,,Note:,,(a) Based on births registered
,,,,,,,,(b) Data for 1999
`;

test('blocks are found in the rows, since the header does not stand over them', async () => {
  assert.deepEqual(await readTable(nzDia, { file: 'a.xlsx', sheet: "Girls' Names", text: GIRLS }), [
    'Christine F 1954 779 #1',
    'Susan F 1955 743 #1',
    'Susan F 1956 851 #1',
    '! invalid_count 7 No. 1955 many',
    '- note',
    '- note',
  ]);
});

test('a block less than there are years is another layout', async () => {
  const text = GIRLS.replace(',,Susan,851', '');
  await assert.rejects(readTable(nzDia, { file: 'a.xlsx', sheet: 'a', text }), { code: 'format_mismatch' });
});

const PACKED = 'nz/dia/Top-100-girls-and-boys-names-since-1954.xlsx';
test(`${PACKED}: rows, sums and the first five of every year`, { skip: withoutOfficialFiles }, async () => {
  const { refused, unread, slices } = await readAgainstTruths(PACKED, nzDia);
  assert.deepEqual([refused, unread], [[], []]);
  assert.ok(slices.every((slice) => slice.area === null));
});

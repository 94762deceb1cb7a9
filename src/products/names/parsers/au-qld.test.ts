import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readAgainstTruths } from '#test/support/office-files.ts';
import { readTable } from '#test/support/parser-reading.ts';
import { withoutOfficialFiles } from '#test/support/truths.ts';
import { auQld } from './au-qld.ts';

// Written by us in the office's layouts, with figures of its own.
const LONG = 'Name,Sex,Year,Count\r\nJASON,Male,1972,1017\r\nTERRY,Male,1966,29\r\nANNE,,1966,29\r\n';
const SIDE_BY_SIDE = `Girl Names,Count of Girl Names,Boy Names,Count of Boy Names\r
Ruby,440,Cooper,493\r
Rose,51,,\r
,,Christopher,61\r
Nevaeh,51,Harley,many\r
,,,\r
`;

test('1960 to 2005: one long list', async () => {
  assert.deepEqual(await readTable(auQld, { text: LONG }), [
    'JASON M 1972 1017 AU-QLD',
    'TERRY M 1966 29 AU-QLD',
    '! invalid_gender 2 Sex',
  ]);
});

test('from 2006 on: columns of unequal length side by side, the year in the file name behind a date', async () => {
  const file = '20150309_BDM_Top-100-Baby-Names-2010.csv';
  assert.deepEqual(await readTable(auQld, { file, text: SIDE_BY_SIDE }), [
    'Ruby F 2010 440 AU-QLD',
    'Cooper M 2010 493 AU-QLD',
    'Rose F 2010 51 AU-QLD',
    'Christopher M 2010 61 AU-QLD',
    '! invalid_count 4 Count of Boy Names many',
    '- blank',
  ]);
  await assert.rejects(readTable(auQld, { file: 'names.csv', text: SIDE_BY_SIDE }), {
    code: 'year_required',
  });
});

test('the words of the long header with other codes for sex are nobody knows whose', async () => {
  const text = 'Name,Sex,Year,Count\nJASON,M,1972,1017\n';
  await assert.rejects(readTable(auQld, { text }), { code: 'format_mismatch' });
});

const PACKED = 'au/qld/top-100-baby-names-1960-2024.zip';
test(`${PACKED}: rows, sums and the first five of every year`, { skip: withoutOfficialFiles }, async () => {
  const { refused, unread, slices } = await readAgainstTruths(PACKED, auQld);
  assert.deepEqual([refused, unread], [[], []]);
  assert.ok(slices.every((slice) => slice.area === 'AU-QLD'));
  assert.equal(slices.length, 65 * 2);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readTable } from '#test/support/parser-reading.ts';
import { gbNrsPivot } from './gb-nrs-pivot.ts';

// Written by us in the layout of the pivot table; some figures of the office.
const PIVOT = `Row Labels,1974,1975,1976,Grand Total
Jack,18,18,14,50
Noah,1,1,,2
TRUE,,,1,1
Rory,25,15,18,57
Ian,few,3,,3
Grand Total,44,34,33,111
`;

test('a blank is no birth, the total no year; counts above their total are refused', async () => {
  assert.deepEqual(await readTable(gbNrsPivot, { file: 'Boy names.xlsx', sheet: 'Sheet1', text: PIVOT }), [
    'Jack M 1974 18 GB-SCT',
    'Jack M 1975 18 GB-SCT',
    'Jack M 1976 14 GB-SCT',
    'Noah M 1974 1 GB-SCT',
    'Noah M 1975 1 GB-SCT',
    'TRUE M 1976 1 GB-SCT',
    '! invalid_count 5 Grand Total 57',
    '! invalid_count 2 1974 few',
    '- total',
  ]);
});

test('the sex is told by the sheet, or by the caller; nothing guesses it', async () => {
  const text = 'Row Labels,1974,1975\nIsla,19,21\n';
  const read = ['Isla F 1974 19 GB-SCT', 'Isla F 1975 21 GB-SCT'];
  assert.deepEqual(await readTable(gbNrsPivot, { file: 'a.xlsx', sheet: 'Girls', text }), read);
  assert.deepEqual(await readTable(gbNrsPivot, { file: 'a.csv', text }, { gender: 'F' }), read);
  await assert.rejects(readTable(gbNrsPivot, { file: 'a.csv', text }), { code: 'gender_required' });
});

test('a pivot table that begins in another year is of somebody else', async () => {
  const text = 'Row Labels,1990,1991,Grand Total\nIsla,19,21,40\n';
  await assert.rejects(readTable(gbNrsPivot, { text }, { gender: 'F' }), { code: 'format_mismatch' });
});

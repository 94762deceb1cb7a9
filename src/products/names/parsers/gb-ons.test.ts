import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readTable } from '#test/support/parser-reading.ts';
import { gbOns } from './gb-ons.ts';

// Written by us in the layout of 2013 and 2020; figures of the office.
const XLS = `Contents
,"Top names for baby girls in England and Wales, 2013"

,
,Rank,Name,Count
,1,AMELIA,5570
,2,"OLIVIA ",4598
,1013,True,3
,note: a name with one or two births is left out
`;
const XLSX = `Contents,,
"Table 6: Top names for baby boys1,2, 2020",,
England and Wales,,
,,
,,
Rank,Name,Count3
1,OLIVER,4225
4=,JACK,x
2,GEORGE,4187
`;

test('a full list is read: a trailing blank goes, a note is no name, ranks are kept', async () => {
  assert.deepEqual(await readTable(gbOns, { file: 'a.xls', sheet: 'Table 6', text: XLS }), [
    'AMELIA F 2013 5570 GB-EAW #1',
    'OLIVIA F 2013 4598 GB-EAW #2',
    'True F 2013 3 GB-EAW #1013',
    '- note',
  ]);
});

test('a footnote mark in the header is no part of it; what is no count is refused', async () => {
  assert.deepEqual(await readTable(gbOns, { file: 'a.xlsx', sheet: '6', text: XLSX }), [
    'OLIVER M 2020 4225 GB-EAW #1',
    '! invalid_count 3 Count3 x',
    'GEORGE M 2020 4187 GB-EAW #2',
  ]);
});

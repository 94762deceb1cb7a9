import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readTable } from '#test/support/parser-reading.ts';
import { gbNisra } from './gb-nisra.ts';

// Written by us in the office's layout, with figures of its own.
const TABLE_1 = `Table 1: Full list of first forenames given to baby boys,,,,,,
,,,,,,
1997 Name,Number of Babies,Rank,1998 Name,Number of Babies,Rank
Matthew,410,1,Matthew,429,1
Aaron,..,..,Ryan,346,2
,,,Zak,..,..
Zane,many,9,,,
`;

test('years side by side: a listed name with a hidden count has neither count nor rank', async () => {
  assert.deepEqual(await readTable(gbNisra, { file: 'a.xlsx', sheet: 'Table 1', text: TABLE_1 }), [
    'Matthew M 1997 410 GB-NIR #1',
    'Matthew M 1998 429 GB-NIR #1',
    'Aaron M 1997 .. GB-NIR below_threshold',
    'Ryan M 1998 346 GB-NIR #2',
    'Zak M 1998 .. GB-NIR below_threshold',
    '! invalid_count 2 Number of Babies many',
  ]);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readOfficialFile, truthLines } from '#test/support/office-files.ts';
import { readTable } from '#test/support/parser-reading.ts';
import { withoutOfficialFiles } from '#test/support/truths.ts';
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

const PACKED = 'gb/nisra/1997-2020.xlsx';
test(`${PACKED}: rows, sums and the first five of every year`, { skip: withoutOfficialFiles }, async () => {
  const { slices, refused } = await readOfficialFile(PACKED, gbNisra);
  assert.deepEqual(refused, []);
  const truths = truthLines(PACKED);
  const known = new Map(slices.map((slice) => [`${slice.year} ${slice.gender}`, slice]));
  assert.equal(known.size, truths.length);
  for (const { year, sex, rows, sum, top } of truths) {
    const slice = known.get(`${year} ${sex}`);
    assert.deepEqual([slice?.rows, slice?.sum], [rows, sum], `${year} ${sex}`);
    assert.deepEqual(
      slice?.top.map(({ name, count }) => `${name} ${count}`),
      top,
    );
  }
  assert.equal((known.get('1997 M')?.rows ?? 0) - (known.get('1997 M')?.hidden ?? 0), 329);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readAgainstTruths } from '#test/support/office-files.ts';
import { readTable } from '#test/support/parser-reading.ts';
import { withoutOfficialFiles } from '#test/support/truths.ts';
import { auNsw } from './au-nsw.ts';

// Written by us in the office's layout, with figures of its own: a mark at the beginning, two ways to write names.
const LIST = `\uFEFFRank,Name,Number,Gender,Year\r
1,Noah,496,Male,2024\r
1,JOHN,2205,Male,1952\r
1,CHRISTINE,1346,Female,1952\r
2,PETER,1903,Mail,1952\r
2,SUSAN,0,Female,52\r
`;

test('one long list of all years', async () => {
  assert.deepEqual(await readTable(auNsw, { text: LIST }), [
    'Noah M 2024 496 AU-NSW #1',
    'JOHN M 1952 2205 AU-NSW #1',
    'CHRISTINE F 1952 1346 AU-NSW #1',
    '! invalid_gender 4 Gender Mail',
    '! invalid_count 3 Number 0',
    '! invalid_year 5 Year 52',
  ]);
});

test('the same words in another order are another layout', async () => {
  const text = 'Year,Gender,Rank,Name,Number\n1952,Male,1,JOHN,2205\n';
  await assert.rejects(readTable(auNsw, { text }), { code: 'format_mismatch' });
});

const PACKED = 'au/nsw/popular_baby_names_1952_to_2024.csv.gz';
test(`${PACKED}: rows, sums and the first five of every year`, { skip: withoutOfficialFiles }, async () => {
  const { skipped, refused, slices } = await readAgainstTruths(PACKED, auNsw);
  assert.deepEqual([skipped, refused], [{}, []]);
  assert.ok(slices.every((slice) => slice.area === 'AU-NSW'));
});

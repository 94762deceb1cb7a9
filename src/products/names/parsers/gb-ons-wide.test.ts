import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readTable } from '#test/support/parser-reading.ts';
import { gbOnsWide } from './gb-ons-wide.ts';

// Written by us by the documented layout, since no such workbook was at hand; counts of 2024 as in that year's own one.
const GIRLS = `"Table 1: Baby names for girls, England and Wales, 1996 to 2024"
This worksheet contains one table
[note 1][note 2]
Name,2024 Rank,2024 Count,1996 Rank,1996 Count
Olivia,1,2761,31,1852
TRUE,[x],[x],2403,3
Sophie,25,x,1,7087
[note 3] Names are counted by their exact spelling.
`;
const WITHOUT_TITLE = 'Name,2021 Rank,2021 Count\nNoah,1,4525\n';

test('a column a year: fewer than three births list the name for the year, without count and rank', async () => {
  const table = { file: 'babynames1996to2024.xlsx', sheet: 'Table_1', text: GIRLS };
  assert.deepEqual(await readTable(gbOnsWide, table), [
    'Olivia F 2024 2761 GB-EAW #1',
    'Olivia F 1996 1852 GB-EAW #31',
    'TRUE F 2024 .. GB-EAW below_threshold',
    'TRUE F 1996 3 GB-EAW #2403',
    '! invalid_count 3 2024 Count x',
    '- note',
  ]);
});

for (const [sheet, gender] of Object.entries({ '1': 'M', '2': 'F', Table_1: 'F', Table_2: 'M' })) {
  test(`sheet ${sheet} without a title is of sex ${gender}`, async () => {
    const table = { file: 'names.xlsx', sheet, text: WITHOUT_TITLE };
    assert.deepEqual(await readTable(gbOnsWide, table), [`Noah ${gender} 2021 4525 GB-EAW #1`]);
  });
}

test('a sheet of which nothing tells the sex needs the caller; the list of one year is another layout', async () => {
  const table = { file: 'names.xlsx', sheet: 'Sheet1', text: WITHOUT_TITLE };
  await assert.rejects(readTable(gbOnsWide, table), { code: 'gender_required' });
  assert.deepEqual(await readTable(gbOnsWide, table, { gender: 'M' }), ['Noah M 2021 4525 GB-EAW #1']);
  const ofOneYear = '"Top names, England and Wales, 2021"\nRank,Name,Count\n1,Noah,4525\n';
  await assert.rejects(readTable(gbOnsWide, { text: ofOneYear }), { code: 'format_mismatch' });
});

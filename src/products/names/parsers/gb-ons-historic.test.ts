import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readOfficialFile } from '#test/support/office-files.ts';
import { readTable } from '#test/support/parser-reading.ts';
import { withoutOfficialFiles } from '#test/support/truths.ts';
import { gbOnsHistoric } from './gb-ons-historic.ts';

// Written by us in the layout of the workbooks of 2024 and 1994; ranks of the office.
const XLSX = `"Table 1: Top 100 names for baby girls at 10-yearly intervals, 1904 to 2024"
This worksheet contains one table
[note 1][note 2]
Rank,1904,1914,1924
1,Mary,Mary,"Margaret "
2,Florence,Margaret,Mary
2,,,Joan
x,Doris,Doris,Joyce
`;
const XLS = `contents

,Top 100 boys' baby names
RANK,1904,1914
1,WILLIAM,JOHN
,,
Source: General Register Office (GRO),
`;
const OTHERS: Readonly<Record<string, string>> = {
  'years of another interval': 'Top 100 baby boys\nRank,1904,1909\n1,A,B\n',
  'no title': 'Rank,1904,1914\n1,A,B\n',
  'columns besides years': 'Top 100 baby boys\nRank,Name,1904,1914\n1,A,B,C\n',
};

test('ranks of several years: a shared rank has a row more, a blank behind a name goes, no count is made up', async () => {
  assert.deepEqual(await readTable(gbOnsHistoric, { file: 'a.xlsx', sheet: 'Table_1', text: XLSX }), [
    'Mary F 1904 .. GB-EAW rank_only #1',
    'Mary F 1914 .. GB-EAW rank_only #1',
    'Margaret F 1924 .. GB-EAW rank_only #1',
    'Florence F 1904 .. GB-EAW rank_only #2',
    'Margaret F 1914 .. GB-EAW rank_only #2',
    'Mary F 1924 .. GB-EAW rank_only #2',
    'Joan F 1924 .. GB-EAW rank_only #2',
    '- no_count',
  ]);
});

test('the older workbook: names in capitals, the source below', async () => {
  assert.deepEqual(await readTable(gbOnsHistoric, { file: 'a.xls', sheet: 'Boys', text: XLS }), [
    'WILLIAM M 1904 .. GB-EAW rank_only #1',
    'JOHN M 1914 .. GB-EAW rank_only #1',
    '- blank',
    '- note',
  ]);
});

for (const [what, text] of Object.entries(OTHERS)) {
  test(`not the layout: ${what}`, async () => {
    await assert.rejects(readTable(gbOnsHistoric, { text }), { code: 'format_mismatch' });
  });
}

for (const [packed, last, rows] of [
  ['gb/ons/historicalnames2024.xlsx', 2024, 2601],
  ['gb/ons/historicname_tcm77-254032.xls', 1994, 2000],
] as const) {
  test(
    `${packed}: a hundred ranks of each tenth year, no counts`,
    { skip: withoutOfficialFiles },
    async () => {
      const { slices, refused } = await readOfficialFile(packed, gbOnsHistoric);
      assert.deepEqual(refused, []);
      const years = Array.from({ length: (last - 1904) / 10 + 1 }, (_, at) => 1904 + 10 * at);
      for (const gender of ['F', 'M']) {
        assert.deepEqual(
          slices.filter((slice) => slice.gender === gender).map(({ year }) => year),
          years,
        );
      }
      assert.equal(
        slices.reduce((sum, slice) => sum + slice.rows, 0),
        rows,
      );
      for (const { area, sum, hidden, rows: listed, year, gender } of slices) {
        // Two boys' names share the last rank of 2004.
        assert.deepEqual([area, sum, listed], ['GB-EAW', 0, year === 2004 && gender === 'M' ? 101 : 100]);
        assert.equal(hidden, listed);
      }
    },
  );
}

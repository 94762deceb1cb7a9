import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readOfficialFile } from '#test/support/office-files.ts';
import { readTable } from '#test/support/parser-reading.ts';
import { withoutOfficialFiles } from '#test/support/truths.ts';
import { ieCso } from './ie-cso.ts';
import { ieCsoOld } from './ie-cso-old.ts';

// Written by us in the office's layout: named after the girls' table, contents of the boys' one; figures of the office.
const ROWS = `"VSA10C01","Rank of Name in Ireland","2016","2016","0005","James","Number","1"\r
"VSA10C02","Registered Births in Ireland","2016","2016","0005","James","Number","688"\r
"VSA10C02","Registered Births in Ireland","2016","2016","1854","Seán","Number",""\r
"VSA10C02","Registered Births in Ireland","1998","1998","0195","Alfie","Number","0"\r
"VSA11C02","Registered Births in Ireland","2017","2017","0008","Emily","Number","459"\r
"VSA99C02","Registered Births in Ireland","2017","2017","0008","Emily","Number","459"\r
"VSA10C02","Registered Births in Ireland","20167","2016","0005","James","Number","688x"\r
"VSA10C02","Registered Births in Ireland","2016","2016","0005","Jam"\r
`;

test('the statistic of a row tells its sex, whatever the file is called; a line that is cut is refused', async () => {
  assert.deepEqual(await readTable(ieCsoOld, { file: 'vsa11.csv', text: ROWS }), [
    '- rank_statistic',
    'James M 2016 688',
    '- no_count',
    '- no_count',
    'Emily F 2017 459',
    '! invalid_gender 1 statistic VSA99C02',
    '! invalid_count 8 value 688x',
    '! missing_cell 8 value',
  ]);
});

test('the present form, which has a header, is not taken for it', async () => {
  await assert.rejects(readTable(ieCsoOld, { text: ieCso.sampleFormat }), { code: 'format_mismatch' });
  await assert.rejects(readTable(ieCso, { text: ROWS }), { code: 'format_mismatch' });
});

const PACKED = 'ie/cso/vsa11.csv.gz';
test(
  `${PACKED}: boys since 1998, empty values and a cut last line`,
  { skip: withoutOfficialFiles },
  async () => {
    const { slices, skipped, refused } = await readOfficialFile(PACKED, ieCsoOld);
    // 959 empty values and 55 zeros among the counts; as many empty ones among the ranks.
    assert.deepEqual(skipped, { rank_statistic: 3960, no_count: 959 + 55 });
    assert.equal(refused.length, 1);
    assert.deepEqual([slices.length, slices.every(({ gender }) => gender === 'M')], [22, true]);
    assert.deepEqual(
      [slices.reduce((all, { rows }) => all + rows, 0), slices.reduce((all, { sum }) => all + sum, 0)],
      [2946, 500_571],
    );
    assert.deepEqual(
      slices.find(({ year }) => year === 2016)?.top.map(({ name, count }) => `${name} ${count}`),
      ['James 688', 'Jack 684', 'Daniel 558', 'Conor 558', 'Sean 501'],
    );
  },
);

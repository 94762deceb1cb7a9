import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readOfficialFile } from '#test/support/office-files.ts';
import { readTable } from '#test/support/parser-reading.ts';
import { withoutOfficialFiles } from '#test/support/truths.ts';
import { usNyc } from './us-nyc.ts';

const HEADER = "Year of Birth,Gender,Ethnicity,Child's First Name,Count,Rank";

const cases: Readonly<Record<string, readonly string[]>> = {
  '2011,FEMALE,HISPANIC,GERALDINE,13,75': ['GERALDINE F 2011 13 US-NY-NYC'],
  "2014,MALE,BLACK NON HISPANIC,Amar'e,10,60": ["Amar'e M 2014 10 US-NY-NYC"],
  '2019,MALE,WHITE NON HISPANIC,Muhammad Ali,10,60': ['Muhammad Ali M 2019 10 US-NY-NYC'],
  '2019,MALE,WHITE NON HISPANIC,,10,60': ["! invalid_name 4 Child's First Name"],
  '2019,MALE,WHITE NON HISPANIC,Liam,few,60': ['! invalid_count 5 Count few'],
  '2019,U,WHITE NON HISPANIC,Liam,10,60': ['! invalid_gender 2 Gender U'],
};
for (const [row, expected] of Object.entries(cases)) {
  test(`${row} is read as ${expected.join(', ')}`, async () => {
    assert.deepEqual(await readTable(usNyc, { text: `${HEADER}\r\n${row}\r\n` }), expected);
  });
}

test('rows of a name differ by ethnicity and rank; a label that was cut short is the whole one', () => {
  const layout = usNyc.recognize({ file: 'a.csv', sheet: null, rows: [HEADER.split(',')] });
  const variantOf = (ethnicity: string, rank = '1'): number => {
    const outcome = layout?.parseRow(['2012', 'FEMALE', ethnicity, 'EMMA', '30', rank], layout.facts);
    assert.ok(outcome?.kind === 'accepted' && 'variant' in outcome.record);
    return outcome.record.variant;
  };
  const groups = ['ASIAN AND PACIFIC ISLANDER', 'BLACK NON HISPANIC', 'HISPANIC', 'WHITE NON HISPANIC'];
  assert.equal(new Set(groups.map((group) => variantOf(group))).size, 4);
  assert.notEqual(variantOf('HISPANIC', '1'), variantOf('HISPANIC', '11'));
  for (const whole of groups) assert.equal(variantOf(whole.slice(0, 14)), variantOf(whole));
});

const PACKED = 'us/nyc-dohmh/Popular_Baby_Names.csv.gz';
test(
  `${PACKED}: rows of every year as they stand, repeated ones too`,
  { skip: withoutOfficialFiles },
  async () => {
    const { slices, refused } = await readOfficialFile(PACKED, usNyc);
    assert.deepEqual(refused, []);
    const rows = Map.groupBy(slices, ({ year }) => year);
    assert.deepEqual(
      [...rows].map(([year, both]) => [year, both.reduce((sum, slice) => sum + slice.rows, 0)]),
      [
        [2011, 9789],
        [2012, 9867],
        [2013, 9858],
        [2014, 10015],
        [2015, 2045],
        [2016, 2063],
        [2017, 1973],
        [2018, 1964],
        [2019, 1935],
      ],
    );
    assert.equal(
      slices.reduce((sum, slice) => sum + slice.sum, 0),
      1_675_375,
    );
  },
);

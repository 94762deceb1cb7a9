import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readTable } from '#test/support/parser-reading.ts';
import { caStatcan } from './ca-statcan.ts';

const HEADER =
  'REF_DATE,GEO,DGUID,Sex at birth,First name at birth,Indicator,UOM,UOM_ID,SCALAR_FACTOR,SCALAR_ID,VECTOR,COORDINATE,VALUE,STATUS,SYMBOL,TERMINATED,DECIMALS';

/** A row by the documented layout of table 17-10-0147; all figures are our own. */
function row(
  year: string,
  sex: string,
  name: string,
  value: string,
  indicator = 'Frequency',
  area = 'Canada',
): string {
  const unit = indicator === 'Frequency' ? 'Number,223' : 'Rank,278';
  return `${year},${area},2021A000011124,${sex},${name},${indicator},${unit},units,0,v1,1.1.1.1,${value},,,,0`;
}

const cases: Readonly<Record<string, readonly string[]>> = {
  [row('2022', 'Male', 'NOAH', '1523')]: ['NOAH M 2022 1523'],
  [row('1991', 'Female', 'MARIE-EVE', '5')]: ['MARIE-EVE F 1991 5'],
  [row('2022', 'Female', 'TRUE', '6')]: ['TRUE F 2022 6'],
  [row('2022', 'Male', 'NOAH', '1', 'Rank')]: ['- other_indicator'],
  [row('2022', 'Male', 'NOAH', '0.91', 'Proportion (%)')]: ['- other_indicator'],
  [row('1991', 'Male', 'NOAH', '')]: ['- no_count'],
  [row('1991', 'Male', 'NOAH', '0')]: ['- no_count'],
  [row('1991', 'Male', 'NOAH', 'x')]: ['! invalid_count 13 VALUE x'],
  [row('1991', 'Both', 'NOAH', '9')]: ['! invalid_gender 4 Sex at birth Both'],
  [row('1991', 'Male', 'NOAH', '9', 'Frequency', 'Ontario')]: ['! enum 2 GEO Ontario'],
};
for (const [line, expected] of Object.entries(cases)) {
  test(`${line.slice(0, 60)}… is read as ${expected.join(', ')}`, async () => {
    const text = `\uFEFF${HEADER}\n${row('2000', 'Male', 'A', '9')}\n${line}\n`;
    assert.deepEqual((await readTable(caStatcan, { file: '17100147.csv', text })).slice(1), expected);
  });
}

test('any other table of the office is not read', async () => {
  const text = `${HEADER.replace('First name at birth', 'Age group')}\n${row('2022', 'Male', '0 to 4', '9')}\n`;
  await assert.rejects(readTable(caStatcan, { text }), { code: 'format_mismatch' });
});

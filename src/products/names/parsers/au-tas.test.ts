import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readOfficialFile } from '#test/support/office-files.ts';
import { readTable } from '#test/support/parser-reading.ts';
import { withoutOfficialFiles } from '#test/support/truths.ts';
import { auTas } from './au-tas.ts';

// Written by us in the office's layouts, with figures of its own: lower case, blanks after names.
const YEARS = 'Year,Name,Number\n2011,ruby ,80\n2012,ruby,74\n2013,zoe,-\n';
const ONE_SHEET = `MOST POPULAR female BABY NAMES FOR 2016 IN DESCENDING ORDER:

"charlotte ",55
ava,42

MOST POPULAR male BABY NAMES FOR 2016 IN DESCENDING ORDER:

oliver ,61
jack,four
`;

test('2010 to 2015: the sex in the name of the sheet', async () => {
  assert.deepEqual(await readTable(auTas, { file: 'a.xlsx', sheet: 'Female', text: YEARS }), [
    'ruby F 2011 80 AU-TAS',
    'ruby F 2012 74 AU-TAS',
    '! invalid_count 3 Number -',
  ]);
});

test('2016: a second title in the middle of the sheet tells the other sex', async () => {
  const sheet = { file: 'a.xlsx', sheet: 'Most Popular Baby Names 2016', text: ONE_SHEET };
  assert.deepEqual(await readTable(auTas, sheet), [
    '- title',
    'charlotte F 2016 55 AU-TAS',
    'ava F 2016 42 AU-TAS',
    '- title',
    'oliver M 2016 61 AU-TAS',
    '! invalid_count 2 Number four',
  ]);
});

test('a layout with titles in it begins anew when it is read a second time', () => {
  const rows = ONE_SHEET.split('\n').map((line) =>
    line
      .replaceAll('"', '')
      .split(',')
      .map((cell) => cell.trim()),
  );
  const layout = auTas.recognize({ file: 'a.xlsx', sheet: null, rows });
  const read = (): unknown => rows.slice(layout?.skip).map((cells) => layout?.parseRow(cells, layout.facts));
  const first = read();
  assert.deepEqual(read(), first);
});

test("the header of several years with names in title case is not Tasmania's", async () => {
  const text = 'Year,Name,Number\n2011,Ruby,80\n';
  await assert.rejects(readTable(auTas, { file: 'a.xlsx', sheet: 'Female', text }), {
    code: 'format_mismatch',
  });
});

const PACKED = 'au/tas/top-baby-names-2010-2016.zip';
test(
  `${PACKED}: both sexes of seven years, 2015 in two workbooks`,
  { skip: withoutOfficialFiles },
  async () => {
    const { slices, refused, unread } = await readOfficialFile(PACKED, auTas);
    assert.deepEqual([refused, unread], [[], []]);
    const found = slices.map(
      ({ year, gender, rows, sum, top }) => `${year} ${gender} ${rows} ${sum} ${top[0]?.name}`,
    );
    assert.deepEqual(found.sort(), [
      '2010 F 143 1835 ruby',
      '2010 M 153 2294 oliver',
      '2011 F 136 1691 ruby',
      '2011 M 149 2150 oliver',
      '2012 F 133 1726 ruby',
      '2012 M 146 2110 william',
      '2013 F 139 1748 charlotte',
      '2013 M 147 2000 oliver',
      '2014 F 132 1611 charlotte',
      '2014 M 147 1951 oliver',
      '2015 F 140 1598 charlotte',
      '2015 F 140 1598 charlotte',
      '2015 M 142 1953 oliver',
      '2015 M 142 1953 oliver',
      '2016 F 134 1640 charlotte',
      '2016 M 144 1977 oliver',
    ]);
  },
);

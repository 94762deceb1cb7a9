import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readTable } from '#test/support/parser-reading.ts';
import { usSsaState } from './us-ssa-state.ts';
import { US_STATES } from './us-states.ts';

const cases: Readonly<Record<string, readonly string[]>> = {
  'AK,F,1910,Mary,14': ['Mary F 1910 14 US-AK'],
  'DC,M,2024,Liam,5': ['Liam M 2024 5 US-DC'],
  'PR,F,1998,Ángela,7': ['Ángela F 1998 7 US-PR'],

  'QQ,F,1910,Mary,14': ['! enum 1 state QQ'],
  'ak,F,1910,Mary,14': ['! enum 1 state ak'],
  'US-AK,F,1910,Mary,14': ['! enum 1 state US-AK'],
  'AK,U,1910,Mary,14': ['! invalid_gender 2 sex U'],
  'AK,F,1799,Mary,14': ['! invalid_year 3 year 1799'],
  'AK,F,2101,Mary,14': ['! invalid_year 3 year 2101'],
  'AK,F,19 10,Mary,14': ['! invalid_year 3 year 19 10'],
  'AK,F,1910,,14': ['! invalid_name 4 name'],
  'AK,F,1910,Mary,0': ['! invalid_count 5 count 0'],
  'AK,F,1910,Mary,1e3': ['! invalid_count 5 count 1e3'],
  'QQ,X,1799,,0': [
    '! enum 1 state QQ',
    '! invalid_gender 2 sex X',
    '! invalid_year 3 year 1799',
    '! invalid_name 4 name',
    '! invalid_count 5 count 0',
  ],
  'AK,F,1910,Mary,1,400': ['! extra_cell 6 null 400'],
  'Mary,F,14': [
    '! enum 1 state Mary',
    '! invalid_year 3 year 14',
    '! missing_cell 4 name',
    '! missing_cell 5 count',
  ],
};

for (const [row, expected] of Object.entries(cases)) {
  test(`${JSON.stringify(row)} is read as ${expected.join(', ')}`, async () => {
    assert.deepEqual(await readTable(usSsaState, { file: 'AK.TXT', text: row }), expected);
  });
}

test('the rows alone say the year, whatever the file is called', async () => {
  const file = 'namesbystate2025/AK.TXT';
  assert.deepEqual(await readTable(usSsaState, { file, text: 'AK,F,1910,Mary,14' }), [
    'Mary F 1910 14 US-AK',
  ]);
});

test('all states, the District and the territories have a code and a name', () => {
  assert.equal(Object.keys(US_STATES).length, 56);
  assert.equal(new Set(Object.values(US_STATES)).size, 56);
  for (const code of Object.keys(US_STATES)) assert.match(code, /^US-[A-Z]{2}$/);
});

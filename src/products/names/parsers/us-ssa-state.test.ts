import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accepted, type RowOutcome } from '#engine/ingestion/row-outcome.ts';
import type { NameCount } from '../name-count.ts';
import { NAME_PARSERS } from './index.ts';
import { usSsaState } from './us-ssa-state.ts';
import { US_STATES } from './us-states.ts';

const NO_FACTS = { year: null, gender: null, area: null };
const mary = { name: 'Mary', gender: 'F', year: 1910, count: 14, area: 'US-AK' } as const;

const cases: Readonly<Record<string, RowOutcome<NameCount> | readonly string[]>> = {
  'AK,F,1910,Mary,14': accepted(mary),
  'DC,M,2024,Liam,5': accepted({ name: 'Liam', gender: 'M', year: 2024, count: 5, area: 'US-DC' }),
  'PR,F,1998,Ángela,7': accepted({ name: 'Ángela', gender: 'F', year: 1998, count: 7, area: 'US-PR' }),

  'QQ,F,1910,Mary,14': ['enum 1 state QQ'],
  'ak,F,1910,Mary,14': ['enum 1 state ak'],
  'US-AK,F,1910,Mary,14': ['enum 1 state US-AK'],
  'AK,U,1910,Mary,14': ['invalid_gender 2 sex U'],
  'AK,F,1799,Mary,14': ['invalid_year 3 year 1799'],
  'AK,F,2101,Mary,14': ['invalid_year 3 year 2101'],
  'AK,F,19 10,Mary,14': ['invalid_year 3 year 19 10'],
  'AK,F,1910,,14': ['invalid_name 4 name '],
  'AK,F,1910,Mary,0': ['invalid_count 5 count 0'],
  'AK,F,1910,Mary,1e3': ['invalid_count 5 count 1e3'],
  'QQ,X,1799,,0': [
    'enum 1 state QQ',
    'invalid_gender 2 sex X',
    'invalid_year 3 year 1799',
    'invalid_name 4 name ',
    'invalid_count 5 count 0',
  ],
  'AK,F,1910,Mary,1,400': ['extra_cell 6 null 400'],
  'Mary,F,14': [
    'enum 1 state Mary',
    'invalid_year 3 year 14',
    'missing_cell 4 name ',
    'missing_cell 5 count ',
  ],
};

for (const [row, expected] of Object.entries(cases)) {
  test(`${JSON.stringify(row)} is ${'kind' in expected ? 'accepted' : 'rejected'}`, () => {
    const outcome = usSsaState.parseRow(row.split(','), NO_FACTS);
    assert.deepEqual(outcome.kind === 'rejected' ? inWords(outcome) : outcome, expected);
  });
}

function inWords({ errors }: Extract<RowOutcome<NameCount>, { kind: 'rejected' }>): string[] {
  return errors.map(({ code, column_index, field, value }) => `${code} ${column_index} ${field} ${value}`);
}

test('the rows alone say the year, whatever the file is called', () => {
  assert.deepEqual(usSsaState.readFileName('namesbystate2025/AK.TXT'), NO_FACTS);
  assert.equal(usSsaState.needsYear, false);
});

test('READ ME files hold no rows', () => {
  const files = ['AK.TXT', 'STATE.csv', 'StateReadMe.pdf', 'Read Me.txt'];
  assert.deepEqual(files.filter(usSsaState.readsFile), ['AK.TXT', 'STATE.csv']);
});

test('all states, the District and the territories have a code and a name', () => {
  assert.equal(Object.keys(US_STATES).length, 56);
  assert.equal(new Set(Object.values(US_STATES)).size, 56);
  for (const code of Object.keys(US_STATES)) assert.match(code, /^US-[A-Z]{2}$/);
});

test('the sample fits its own layout and no other', () => {
  for (const row of usSsaState.sampleFormat.split('\n')) {
    const fitting = NAME_PARSERS.filter((parser) => parser.fits(row.split(',')));
    assert.deepEqual(
      fitting.map(({ id }) => id),
      ['us_ssa_state'],
    );
    assert.equal(usSsaState.parseRow(row.split(','), NO_FACTS).kind, 'accepted');
  }
});

test('parsers have ids of their own, and columns in their words', () => {
  const ids = NAME_PARSERS.map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length);
  for (const { id, country, columns } of NAME_PARSERS) {
    assert.match(id, /^[a-z]{2}_[a-z0-9_]+$/);
    assert.equal(id.slice(0, 2).toUpperCase(), country);
    assert.ok(columns.length > 0);
  }
});

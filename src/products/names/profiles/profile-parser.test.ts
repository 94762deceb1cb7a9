import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readTable } from '#test/support/parser-reading.ts';
import { checkProfile, type ColumnProfile } from './column-profile.ts';
import { profileParser } from './profile-parser.ts';

const NOTHING = {
  genders: {},
  areas: {},
  markers: {},
  skip_rows: 0,
  repeats: 'reject',
  rounded: false,
  measure: 'births',
} as const;

function profile(about: Pick<ColumnProfile, 'columns'> & Partial<ColumnProfile>): ColumnProfile {
  return { ...NOTHING, name: 'A town', ...about };
}

function read(
  about: Pick<ColumnProfile, 'columns'> & Partial<ColumnProfile>,
  text: string,
  file = 'x.csv',
): Promise<string[]> {
  return readTable(profileParser(profile(about), 'CH'), { file, text });
}

const LONG = { name: 'Vorname', count: 'Anzahl', gender: 'Geschlecht', year: 'Jahr' };

test('a long file is read by the words of its header, below titles and beside other columns', async () => {
  const text =
    'Vornamen der Stadt;;;;\nJahr;Kreis;VORNAME;Geschlecht; anzahl \n2020;1;Zoë;w;1’234\n2020;1;Noah;m;12\n2020;1;Kim;x;3\n';
  assert.deepEqual(await read({ columns: LONG, genders: { w: 'F' } }, text), [
    '! invalid_count 5 anzahl 1’234',
    'Noah M 2020 12',
    '! invalid_gender 4 Geschlecht x',
  ]);
});

test('thousands, markers and codes are what the profile says', async () => {
  const about = {
    columns: LONG,
    genders: { '2': 'F', '1': 'M' },
    markers: { '*': 'hidden', '-': 'none' },
    thousands: '.',
  } as const;
  const text = 'Jahr;Vorname;Geschlecht;Anzahl\n2020;Mia;2;1.234\n2020;Leo;1;*\n2020;Ida;2;-\n';
  assert.deepEqual(await read(about, text), [
    'Mia F 2020 1234',
    'Leo M 2020 .. below_threshold',
    '- no_count',
  ]);
});

test('areas are codes of the country, or cells that the profile maps to them', async () => {
  const about = {
    columns: { ...LONG, area: 'Kanton' },
    areas: { Zürich: 'CH-ZH', Schweiz: 'CH' },
  };
  const text =
    'Kanton,Jahr,Vorname,Geschlecht,Anzahl\nZürich,2020,Mia,F,9\nCH-BE,2020,Mia,F,8\nUS-CA,2020,Mia,F,7\n';
  assert.deepEqual(await read(about, text), [
    'Mia F 2020 9 CH-ZH',
    'Mia F 2020 8 CH-BE',
    '! enum 1 Kanton US-CA',
  ]);
});

test('a wide file has a column a year; a total is none', async () => {
  const about = {
    columns: { name: 'Name', gender: 'Sex' },
    wide_years: 'Births {year}',
    markers: { '..': 'hidden' },
  } as const;
  const text = 'Name,Sex,Births 2019,Births 2020,Total\nMia,F,9,..,9\nLeo,M,7,8,15\n';
  assert.deepEqual(await read(about, text), [
    'Mia F 2019 9',
    'Mia F 2020 .. below_threshold',
    'Leo M 2019 7',
    'Leo M 2020 8',
  ]);
});

test('a file without a header is read by places, its year and sex by its name', async () => {
  const about = { columns: { rank: 1, name: 2, count: 3 }, skip_rows: 1 };
  const text = 'as of today\n1,Mia,9\n2,Leo,x\n';
  assert.deepEqual(await read(about, text, 'girls2020.csv'), [
    'Mia F 2020 9 #1',
    '! invalid_count 3 count x',
  ]);
  await assert.rejects(read(about, text), { code: 'year_required' });
});

test('a file that lacks a column of the profile is in another layout', async () => {
  await assert.rejects(read({ columns: LONG }, 'Jahr,Vorname,Anzahl\n2020,Mia,9\n'), {
    code: 'format_mismatch',
  });
});

test('a profile that could read nothing is refused', () => {
  const refuses = (about: Pick<ColumnProfile, 'columns'> & Partial<ColumnProfile>): void =>
    assert.throws(() => checkProfile(profile(about)), { code: 'profile_incomplete' });
  refuses({ columns: { name: 'Name' } });
  refuses({ columns: { name: 'Name', count: 'Count' }, wide_years: '{year}' });
  refuses({ columns: LONG, areas: { Zürich: 'Zurich' } });
  checkProfile(profile({ columns: { name: 'Name', rank: 1 } }));
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readOfficialFile } from '#test/support/office-files.ts';
import { DEFAULT_LIMITS } from '#engine/ingestion/limits.ts';
import { NO_OPTIONS, readTable, sourceOf } from '#test/support/parser-reading.ts';
import { withoutOfficialFiles } from '#test/support/truths.ts';
import { planFiles } from '../import/plan-files.ts';
import { fiDvv } from './fi-dvv.ts';

// Written by us in the office's layout, with figures of its own.
const FIRST = 'Etunimi,Lukumäärä\nJuha,44438\nTimo,43936\nMatti,noin 41000\n';
const ALL = 'Etunimi,Lukumäärä\nJuhani,282678\n';
const YEAR = { year: 2022 };

test('first names are the ranking, all given names stand aside, further ones are not read', async () => {
  assert.equal(fiDvv.measure, 'living_bearers');
  assert.deepEqual(await readTable(fiDvv, { sheet: 'Miehet ens', text: FIRST }, YEAR), [
    'Juha M 2022 44438',
    'Timo M 2022 43936',
    '! invalid_count 2 Lukumäärä noin 41000',
  ]);
  assert.deepEqual(await readTable(fiDvv, { sheet: 'Naiset kaikki', text: ALL }, YEAR), [
    'Juhani F XXXX 282678 aside',
  ]);
  await assert.rejects(readTable(fiDvv, { sheet: 'Miehet muut', text: ALL }, YEAR), {
    code: 'format_mismatch',
  });
});

test('where nothing tells the year of the register, the upload does', async () => {
  const table = { file: 'a.xlsx', sheet: 'Miehet ens', text: FIRST };
  await assert.rejects(readTable(fiDvv, table), { code: 'year_required' });
  assert.equal((await readTable(fiDvv, table, YEAR))[0], 'Juha M 2022 44438');
});

test('the sheet of notes tells the year of the others', async () => {
  const notes = 'Digi- ja väestötietovirasto\nPoimintapäivä,2022-02-07\nRekisteritilanne,2022-02-06\n';
  const sheets = [
    { file: 'a.xlsx', sheet: 'Miehet ens', text: FIRST },
    { file: 'a.xlsx', sheet: 'Saate', text: notes },
    { file: 'b.xlsx', sheet: 'Naiset ens', text: FIRST },
  ].map(sourceOf);
  const plan = (count: number): ReturnType<typeof planFiles> =>
    planFiles(sheets.slice(0, count), fiDvv, NO_OPTIONS, { limits: DEFAULT_LIMITS });
  assert.deepEqual((await plan(2)).files[0]?.facts, { year: 2022, gender: 'M', area: null });
  await assert.rejects(plan(3), { code: 'year_required', details: { file: 'b.xlsx#Naiset ens' } });
});

const PACKED = 'fi/dvv/etunimitilasto.xlsx';
test(`${PACKED}: four lists of names and bearers`, { skip: withoutOfficialFiles }, async () => {
  const { slices, skipped, refused } = await readOfficialFile(PACKED, fiDvv);
  assert.deepEqual([skipped, refused], [{}, []]);
  const lists = slices.map(({ file, gender, year, rows, sum }) => [
    file.split('#')[1],
    gender,
    year,
    rows,
    sum,
  ]);
  assert.deepEqual(lists, [
    ['Miehet kaikki', 'M', null, 9844, 5_842_387],
    ['Miehet ens', 'M', 2022, 6579, 2_657_533],
    ['Naiset kaikki', 'F', null, 12_776, 5_940_687],
    ['Naiset ens', 'F', 2022, 8744, 2_783_187],
  ]);
  assert.deepEqual(
    slices.map(({ top }) => top[0]),
    [undefined, { name: 'Juha', count: 44_438 }, undefined, { name: 'Tuula', count: 30_537 }],
  );
});

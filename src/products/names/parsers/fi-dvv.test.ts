import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readOfficialFile } from '#test/support/office-files.ts';
import { readTable } from '#test/support/parser-reading.ts';
import { withoutOfficialFiles } from '#test/support/truths.ts';
import { fiDvv } from './fi-dvv.ts';

// Written by us in the office's layout, with figures of its own.
const FIRST = 'Etunimi,Lukumäärä\nJuha,44438\nTimo,43936\nMatti,noin 41000\n';
const ALL = 'Etunimi,Lukumäärä\nJuhani,282678\n';
const FILE = 'etunimitilasto-2022-02-07-dvv.xlsx';

test('first names are the ranking, all given names stand aside, further ones are not read', async () => {
  assert.equal(fiDvv.measure, 'living_bearers');
  assert.deepEqual(await readTable(fiDvv, { file: FILE, sheet: 'Miehet ens', text: FIRST }), [
    'Juha M 2022 44438',
    'Timo M 2022 43936',
    '! invalid_count 2 Lukumäärä noin 41000',
  ]);
  assert.deepEqual(await readTable(fiDvv, { file: FILE, sheet: 'Naiset kaikki', text: ALL }), [
    'Juhani F XXXX 282678 aside',
  ]);
  await assert.rejects(readTable(fiDvv, { file: FILE, sheet: 'Miehet muut', text: ALL }), {
    code: 'format_mismatch',
  });
});

test('where nothing tells the year of the register, the upload does', async () => {
  const table = { file: 'a.xlsx', sheet: 'Miehet ens', text: FIRST };
  await assert.rejects(readTable(fiDvv, table), { code: 'year_required' });
  assert.equal((await readTable(fiDvv, table, { year: 2022 }))[0], 'Juha M 2022 44438');
});

const PACKED = 'fi/dvv/etunimitilasto.xlsx';
test(`${PACKED}: four lists of names and bearers`, { skip: withoutOfficialFiles }, async () => {
  const { slices, skipped, refused } = await readOfficialFile(PACKED, fiDvv, { year: 2022 });
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

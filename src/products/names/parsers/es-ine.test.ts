import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readOfficialFile } from '#test/support/office-files.ts';
import { readTable } from '#test/support/parser-reading.ts';
import { withoutOfficialFiles } from '#test/support/truths.ts';
import { esIne } from './es-ine.ts';

// Written by us in the office's layout, with figures of its own.
const TABLE = `Frecuencias de nombres femeninos,,,
Datos procedentes de la Estadística del Padrón Continuo a fecha 01/01/2021,,,
,,,
Nombres de mujer con frecuencia mayor o igual a 20 a nivel nacional.,,,
(*) Edad media de las personas que tienen ese nombre a nivel nacional.,,,
,,,
Orden,Nombre,Frecuencia,Edad Media (*)
1,MARIA CARMEN,641875,"59,5"
2,MARIA,578.124,"48,4"
3,CARMEN,366259,"60,5"
`;

test('people of all ages are counted at a day of a year; the mean age is not read', async () => {
  assert.equal(esIne.measure, 'living_bearers');
  assert.deepEqual(await readTable(esIne, { file: 'a.csv', text: TABLE }), [
    'MARIA CARMEN F 2021 641875 #1',
    '! invalid_count 3 Frecuencia 578.124',
    'CARMEN F 2021 366259 #3',
  ]);
});

for (const [packed, gender, rows, sum, first] of [
  ['es/ine/femeninos_original.csv.gz', 'F', 27_855, 22_156_755, 'MARIA CARMEN 641875'],
  ['es/ine/masculinos_original.csv.gz', 'M', 27_061, 21_669_507, 'ANTONIO 640854'],
] as const) {
  test(`${packed}: names and bearers`, { skip: withoutOfficialFiles }, async () => {
    const { slices, skipped, refused } = await readOfficialFile(packed, esIne);
    assert.deepEqual([skipped, refused], [{}, []]);
    const [slice, ...more] = slices;
    assert.deepEqual([slice?.year, slice?.gender, slice?.rows, slice?.sum], [2021, gender, rows, sum]);
    assert.deepEqual([`${slice?.top[0]?.name} ${slice?.top[0]?.count}`, more], [first, []]);
  });
}

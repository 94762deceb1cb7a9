import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_LIMITS } from '#engine/ingestion/limits.ts';
import { readOfficialFile } from '#test/support/office-files.ts';
import { NO_OPTIONS, readPlanned, readTable, sourceOf } from '#test/support/parser-reading.ts';
import { withoutOfficialFiles } from '#test/support/truths.ts';
import { planFiles } from '../import/plan-files.ts';
import type { NameCount } from '../name-count.ts';
import { uyDnic } from './uy-dnic.ts';

// Written by us in the office's layout, with figures and slips of its own.
const TEXT = `1940,"F","ALICIA",1
1940,"F","ALICIA ",1
1941,"M","RAMO9N",1
1942,"F"," ",1
1947,"F","L.UCIA",2
1948,"X","ANA",2
1949,"M","JOSE",
1950,"M","",""
`;

test('names stand as they are written, and children without a name are counted', async () => {
  assert.deepEqual(await readTable(uyDnic, { text: TEXT }), [
    'ALICIA F 1940 1',
    'ALICIA F 1940 1',
    'RAMO9N M 1941 1',
    ' F 1942 1 aggregate',
    'L.UCIA F 1947 2',
    '! invalid_gender 2 sex X',
    '! invalid_count 4 count',
    '- note',
  ]);
});

test('a blank after a name tells it from the same name with the same count', async () => {
  const { files } = await planFiles([sourceOf({ text: TEXT })], uyDnic, NO_OPTIONS, {
    limits: DEFAULT_LIMITS,
  });
  const variants: number[] = [];
  for (const file of files) {
    await readPlanned(file, (outcome) => {
      if (outcome.kind === 'accepted') variants.push((outcome.record as NameCount).variant);
    });
  }
  assert.deepEqual(variants.slice(0, 3), [0, 1, 0]);
});

const PACKED = 'uy/dnic/nombre_nacim_x_anio_sexo.csv.gz';
test(`${PACKED}: rows, the sum and the first of 2012`, { skip: withoutOfficialFiles }, async () => {
  const { slices, refused, skipped } = await readOfficialFile(PACKED, uyDnic);
  assert.deepEqual([refused, skipped], [[], {}]);
  const years = slices.map(({ year }) => year ?? 0);
  assert.deepEqual([Math.min(...years), Math.max(...years), slices.length], [1940, 2012, 146]);
  const rows = slices.reduce((total, slice) => total + slice.rows, 0);
  const sum = slices.reduce((total, slice) => total + slice.sum, 0);
  assert.deepEqual([rows, sum], [143_600, 1_905_452]);
  const firstOf2012 = (sex: string): string[] =>
    slices
      .filter(({ year, gender }) => year === 2012 && gender === sex)
      .flatMap(({ top }) => top.slice(0, 2).map(({ name, count }) => `${name} ${count}`));
  assert.deepEqual(firstOf2012('F'), ['JULIETA 358', 'SOFIA 320']);
  assert.deepEqual(firstOf2012('M'), ['THIAGO 385', 'JUAN 368']);
});

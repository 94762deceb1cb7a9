import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_LIMITS } from '#engine/ingestion/limits.ts';
import { NO_OPTIONS, readPlanned, readTable, sourceOf } from '#test/support/parser-reading.ts';
import { planFiles } from '../import/plan-files.ts';
import type { NameCount } from '../name-count.ts';
import { atOgd } from './at-ogd.ts';

// An own fixture in the documented layout: the file itself is not among the official ones here; figures made up.
const TEXT = `\uFEFFC-JAHR-0;C-WOHNBEZIRK-0;C-GESCHLECHT-0;F-VORNAME_NORMALISIERT;F-ANZAHL_LGEB
2020;101;1;Jakob;6
2020;102;1;Jakob;6
2020;101;2;Zoe;4
2020;0;2;Adele-Marie;1
2020;103;3;Jakob;2
2020;104;1;Jakob;x
83;104;1;Jakob;4
`;

test('districts are rows of the whole country', async () => {
  assert.deepEqual(await readTable(atOgd, { text: TEXT }), [
    'Jakob M 2020 6',
    'Jakob M 2020 6',
    'Zoe F 2020 4',
    'Adele-Marie F 2020 1',
    '! invalid_gender 3 C-GESCHLECHT-0 3',
    '! invalid_count 5 F-ANZAHL_LGEB x',
    '! invalid_year 1 C-JAHR-0 83',
  ]);
});

test('equal counts of a name in two districts are told apart by the district', async () => {
  const { files } = await planFiles([sourceOf({ text: TEXT })], atOgd, NO_OPTIONS, {
    limits: DEFAULT_LIMITS,
  });
  const variants: number[] = [];
  for (const file of files) {
    await readPlanned(file, (outcome) => {
      if (outcome.kind === 'accepted') variants.push((outcome.record as NameCount).variant);
    });
  }
  assert.deepEqual(variants, [101, 102, 101, 0]);
});

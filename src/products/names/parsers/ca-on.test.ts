import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readAgainstTruths } from '#test/support/office-files.ts';
import { readTable } from '#test/support/parser-reading.ts';
import { withoutOfficialFiles } from '#test/support/truths.ts';
import { caOn } from './ca-on.ts';

// Written by us in the office's layout, with some of its figures.
const BOYS = `\uFEFFOntario Top Baby Names (Male) / Noms de nouveau-né les plus répandus en Ontario (Homme) ,,
Year/Année,Name/Nom,Frequency/Fréquence
1917,JOHN,2453
1917,J,1774
2018,LIAM                           ,795
2019,,8
2019,NOAH,842.5
`;

test('a title in two languages, initials, padded names, births without a name', async () => {
  assert.deepEqual(await readTable(caOn, { file: 'names.csv', text: BOYS }), [
    'JOHN M 1917 2453 CA-ON',
    'J M 1917 1774 CA-ON',
    'LIAM M 2018 795 CA-ON',
    ' M 2019 8 CA-ON aggregate',
    '! invalid_count 3 Frequency/Fréquence 842.5',
  ]);
});

test('the sex: in the title, else in the name of the file, else from the caller', async () => {
  const rows = 'Year/Année,Name/Nom,Frequency/Fréquence\n1917,MARY,1000\n';
  const read = ['MARY F 1917 1000 CA-ON'];
  const title = 'Ontario Top Baby Names (Female) / Noms (Femme),,\n';
  assert.deepEqual(await readTable(caOn, { file: 'a.csv', text: title + rows }), read);
  const file = 'ontario_top_baby_names_female_1917-2019_en_fr.csv';
  assert.deepEqual(await readTable(caOn, { file, text: rows }), read);
  assert.deepEqual(await readTable(caOn, { file: 'a.csv', text: rows }, { gender: 'F' }), read);
  await assert.rejects(readTable(caOn, { file: 'a.csv', text: rows }), { code: 'gender_required' });
  await assert.rejects(readTable(caOn, { file: 'a.csv', text: title + rows }, { gender: 'M' }), {
    code: 'gender_conflict',
  });
});

const PACKED = 'ca/ontario/ontario_top_baby_names_male_1917-2019_en_fr.csv.gz';
test(`${PACKED}: rows, sums and the first five of every year`, { skip: withoutOfficialFiles }, async () => {
  const { refused, slices } = await readAgainstTruths(PACKED, caOn);
  assert.deepEqual([refused], [[]]);
  assert.ok(slices.every((slice) => slice.area === 'CA-ON'));
});

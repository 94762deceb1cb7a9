import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readOfficialFile } from '#test/support/office-files.ts';
import { readTable } from '#test/support/parser-reading.ts';
import { withoutOfficialFiles } from '#test/support/truths.ts';
import { atWienBearers } from './at-wien-bearers.ts';

// Written by us in the office's layout, with figures of its own.
const MEN = `Häufigkeit der Namen aller Wiener und Median-Geburtsjahr der Namensträger,,*-99 = weniger als 100 Personen,,,"Quelle: Land Wien, Wiener Bevölkerungsregister (zum 1.1.)"
Name (häufigste Schreibweise),alle Schreibweisen des Namens,2010 Anzahl,2010 Median-Geburtsjahr,2011 Anzahl,2011 Median-Geburtsjahr
Aaron,Aaron Aarón Aharon Aron Áron,300,1996,327,1996
Abdulkadir,Abdulkadir,-99,-99,-99,-99
Željko,Željko,507,1978,,1978
Abd,Abd,-98,1970,113,1969
Gesamtzahl Personen (Männer),,813273,1970,823533,1971
`;

test('a column a year; -99 is a listed name whose count is withheld, the total is no name', async () => {
  assert.deepEqual(await readTable(atWienBearers, { file: 'b.xlsx', sheet: 't5a', text: MEN }), [
    'Aaron M 2010 300 AT-9',
    'Aaron M 2011 327 AT-9',
    'Abdulkadir M 2010 .. AT-9 below_threshold',
    'Abdulkadir M 2011 .. AT-9 below_threshold',
    '! invalid_count 5 2011 Anzahl',
    '! invalid_count 3 2010 Anzahl -98',
    '- total',
  ]);
});

const PACKED = 'at/wien/babyvornamen.xlsx';
test(`${PACKED}: the two lists of it, men and women`, { skip: withoutOfficialFiles }, async () => {
  const { slices, refused, skipped } = await readOfficialFile(PACKED, atWienBearers);
  assert.deepEqual(refused, []);
  assert.equal(skipped['total'], 2);
  const of2019 = slices.filter(({ year }) => year === 2019);
  assert.deepEqual(
    of2019.map(({ file, gender, rows, hidden, sum, top }) => [
      file,
      gender,
      rows,
      hidden,
      sum,
      `${top[0]?.name} ${top[0]?.count}`,
    ]),
    [
      ['babyvornamen.xlsx#t5a_alle_alter_m', 'M', 884, 43, 753_417, 'Michael 16729'],
      ['babyvornamen.xlsx#t5b_alle_alter_f', 'F', 928, 40, 787_407, 'Maria 19336'],
    ],
  );
});

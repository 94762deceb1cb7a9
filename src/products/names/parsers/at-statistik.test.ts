import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readTable } from '#test/support/parser-reading.ts';
import { atStatistik } from './at-statistik.ts';

// Written by us in the office's layout, with figures of its own.
const BOYS = `Liste aller jemals vergebenen ersten Bubennamen 1984-2020
Vorname,,Anzahl,Rang,Anzahl,Rang
Original-Schreibweise,häufigste Schreibweise 1984-2020*),1984-2020,,2020
Jakob,Jakob,18223,23,794,1
Aaban,Aaban,1,10287,0,0
Aaden,Aaden,viele,4736,1,1772
"Q: STATISTIK AUSTRIA. – *) Laut Liste der Vornamenvarianten"
`;

test('the last year is read, all years together stand aside, 0 is no birth', async () => {
  const table = { file: 'liste.xlsx', sheet: 'Tabelle1', text: BOYS };
  assert.deepEqual(await readTable(atStatistik, table), [
    'Jakob M XXXX 18223 aside #23',
    'Jakob M 2020 794 #1',
    'Aaban M XXXX 1 aside #10287',
    '! invalid_count 3 Anzahl 1984-2020 viele',
    '- note',
  ]);
});

test('the title tells the gender, and nobody else does', async () => {
  const girls = BOYS.replace('Bubennamen', 'Mädchennamen');
  const [first] = await readTable(atStatistik, { sheet: 'x', text: girls });
  assert.equal(first, 'Jakob F XXXX 18223 aside #23');
  const table = { sheet: 'x', text: BOYS.replace('Bubennamen', 'Vornamen') };
  await assert.rejects(readTable(atStatistik, table), { code: 'gender_required' });
});

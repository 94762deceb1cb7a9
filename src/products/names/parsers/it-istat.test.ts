import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readAgainstTruths } from '#test/support/office-files.ts';
import { readTable } from '#test/support/parser-reading.ts';
import { withoutOfficialFiles } from '#test/support/truths.ts';
import { itIstat } from './it-istat.ts';

// Written by us in the layout of 2008, with figures of the office, one row of 2015 among them.
const TABLE = `Tavola 2.9  -  I 30 nomi più frequenti tra i nati residenti in Italia (Valori assoluti e incidenze percentuali
sul totale dei nati)  -  Anno di iscrizione 2008
,Nomi maschili,Nati con quel nome,,,,Nomi femminili,Nati con quel nome
,,v.a.,%,%cumulate,,,v.a.,%,%cumulate
1,FRANCESCO,10156,3.4696457244371564,3.4696457244371564,,GIULIA,9624,3.4684955796863792,3.4684955796863792
29,NICOLO',2584,0.8827850090533292,49.23029619760171,,MARTA,2023,0.7290904569519477,41.260825533663215
30,JACOPO,1804,0.7300008497792597,46.15434419297273,,MARIA / MARTA,1597,0.684910944422286,39.31954933974928
30,GIACOMO,2328.5,0.7953264323050118,50.02562262990672,,NICOLE,2001,0.721161643282673,41.981987176945886
Fonte: Istat
`;

test('boys and girls side by side have one rank; an apostrophe at the end stays', async () => {
  assert.deepEqual(await readTable(itIstat, { file: '2008.xls', sheet: 'tav 2_9', text: TABLE }), [
    'FRANCESCO M 2008 10156 #1',
    'GIULIA F 2008 9624 #1',
    "NICOLO' M 2008 2584 #29",
    'MARTA F 2008 2023 #29',
    'JACOPO M 2008 1804 #30',
    'MARIA / MARTA F 2008 1597 #30',
    '! invalid_count 3 v.a. 2328.5',
    '- note',
  ]);
});

const PACKED = 'it/istat/tavola-2.9-2008-2018.zip';
test(
  `${PACKED}: thirty names of each sex, their sums and the first five`,
  { skip: withoutOfficialFiles },
  async () => {
    const { skipped, refused, unread, slices } = await readAgainstTruths(PACKED, itIstat);
    assert.deepEqual([skipped, refused, unread], [{}, [], []]);
    assert.ok(slices.every((slice) => slice.area === null));
  },
);

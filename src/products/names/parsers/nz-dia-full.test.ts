import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readTable } from '#test/support/parser-reading.ts';
import { nzDiaFull } from './nz-dia-full.ts';

// Written by us from what is known of the layout; no file of the office was at hand, the figures are invented.
const LIST = Buffer.concat([
  Buffer.from('Year,Sex,Name,Count\r\n1900,F,Mary,431\r\n1900,M,John,470\r\n2025,F,Zo', 'latin1'),
  Buffer.from([0xeb]),
  Buffer.from(',31\r\n1999,F,Ren', 'latin1'),
  Buffer.from([0x82]),
  Buffer.from('e,12\r\n1999,U,Alex,10\r\n1999,M,,10\r\n', 'latin1'),
]);

test('all names since 1900; a byte of a DOS page stays an odd sign', async () => {
  assert.deepEqual(await readTable(nzDiaFull, { text: LIST }), [
    'Mary F 1900 431',
    'John M 1900 470',
    'Zoë F 2025 31',
    'Ren‚e F 1999 12',
    '! invalid_gender 2 Sex U',
    '! invalid_name 3 Name',
  ]);
});

for (const row of ['2001,F,Mary,9', '2001,Female,Mary,12']) {
  test(`${row} under the same header is not this office's`, async () => {
    const text = `Year,Sex,Name,Count\n${row}\n`;
    await assert.rejects(readTable(nzDiaFull, { text }), { code: 'format_mismatch' });
  });
}

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { safeFileName } from './receive-upload.ts';

const cases: Readonly<Record<string, string>> = {
  'yob2020.txt': 'yob2020.txt',
  '../../etc/passwd': 'passwd',
  'C:\\data\\names.zip': 'names.zip',
  ' prénoms\u0000\r\n.csv ': 'prénoms.csv',
  'a\u202Etxt.exe': 'atxt.exe',
  'x\uD800.csv': 'x\uFFFD.csv',
  '': 'upload',
  '..': 'upload',
  'folder/': 'upload',
};

for (const [name, safe] of Object.entries(cases)) {
  test(`${JSON.stringify(name)} is kept as ${safe}`, () => assert.equal(safeFileName(name), safe));
}

test('a long name keeps its end, where the year and the extension stand', () => {
  const long = `${'ä'.repeat(300)}yob2020.txt`;
  const safe = safeFileName(long);
  assert.equal(Array.from(safe).length, 255);
  assert.ok(safe.endsWith('yob2020.txt'));
  assert.equal(safeFileName(undefined), 'upload');
});

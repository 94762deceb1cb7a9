import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { displayName } from './display-name.ts';
import { nameKey } from './name-keys.ts';

const shown = {
  OLIVIA: 'Olivia',
  'JEAN-PIERRE': 'Jean-Pierre',
  'MARIA CARMEN': 'Maria Carmen',
  "O'BRIEN": "O'Brien",
  'O\u2019BRIEN': 'O\u2019Brien',
  MCDONALD: 'Mcdonald',
  ZOÉ: 'Zoé',
  'É\u0301LODIE': 'É\u0301lodie',
  J: 'J',
  Olivia: 'Olivia',
  DeShawn: 'DeShawn',
  ruby: 'Ruby',
  "d'arcy-zoë": "D'Arcy-Zoë",
  ანდრია: 'ანდრია',
  'van der Berg': 'van der Berg',
  דוד: 'דוד',
};

for (const [published, display] of Object.entries(shown)) {
  test(`${published} is shown as ${display}`, () => {
    assert.equal(displayName(published), display.normalize('NFC'));
  });
}

test('the language settles the Turkish I and the Dutch IJ', () => {
  assert.equal(displayName('IŞIL', 'tr'), 'Işıl');
  assert.equal(displayName('İPEK', 'tr'), 'İpek');
  assert.equal(displayName('IJSBRAND', 'nl'), 'IJsbrand');
});

test('the form shown has the key of the form published', () => {
  const anyName = fc.string({ unit: fc.constantFrom(..."ABYZÉÈËØÅÑÇŁŻĐÞÆŒabé -'".split('')), maxLength: 15 });
  fc.assert(
    fc.property(anyName, (published) => {
      assert.equal(nameKey(displayName(published)), nameKey(published));
    }),
  );
});

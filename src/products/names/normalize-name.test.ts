import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { checkName, hasOddCharacter, nameRefusal } from './normalize-name.ts';

const kept = {
  Mary: 'Mary',
  ' Mary ': 'Mary',
  'OLIVER ': 'OLIVER',
  'Zoe\u0308': 'Zoë',
  "D'Arcy": "D'Arcy",
  'Jean-Pierre': 'Jean-Pierre',
  Null: 'Null',
  True: 'True',
  Nan: 'Nan',
  '1': '1',
  'Anna*': 'Anna*',
};

for (const [raw, published] of Object.entries(kept)) {
  test(`${JSON.stringify(raw)} is kept as ${published}`, () => {
    assert.equal(checkName(raw), published);
    assert.equal(nameRefusal(raw), undefined);
  });
}

test('a name has at most 100 code points, whatever their size', () => {
  const longest = ['a'.repeat(100), 'é'.repeat(100), '\u{10400}'.repeat(100), 'e\u0301'.repeat(100)];
  for (const name of longest) {
    assert.equal(checkName(name), name.normalize('NFC'));
    assert.equal(checkName(`${name}a`), undefined);
    assert.match(nameRefusal(`${name}a`)?.message ?? '', /101 characters; at most 100/);
  }
});

const refused = {
  '': /empty/,
  '   ': /empty/,
  '\u00AD': /empty/,
  'Ma\u0000ry': /U\+0000/,
  'Mary\u0000': /U\+0000/,
  'Ma\nry': /U\+000A/,
  'Ma\u0085ry': /U\+0085/,
  'Ma\u007Fry': /U\+007F/,
  'Jos\uFFFD': /U\+FFFD/,
  'A\uD800': /U\+D800/,
};

for (const [raw, message] of Object.entries(refused)) {
  test(`${JSON.stringify(raw)} is refused`, () => {
    assert.equal(checkName(raw), undefined);
    assert.equal(nameRefusal(raw)?.code, 'invalid_name');
    assert.match(nameRefusal(raw)?.message ?? '', message);
  });
}

test('digits and unusual characters are a warning, letters of any script are none', () => {
  for (const name of ['Anna*', 'R2', '1', '(Not', 'A/B', 'x\u200By', '_PRENOMS_RARES']) {
    assert.equal(hasOddCharacter(name), true, name);
  }
  for (const name of [
    'Zoë',
    "D'Arcy",
    'Jean-Pierre',
    'St. John',
    'Мария',
    '민준',
    'O\u2019Neil',
    'דוד',
    'Gal·la',
  ]) {
    assert.equal(hasOddCharacter(name), false, name);
  }
});

test('a name is kept or refused with a reason, and what is kept is kept again unchanged', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 110 }), (raw) => {
      const published = checkName(raw);
      assert.equal(published === undefined, nameRefusal(raw) !== undefined);
      if (published !== undefined) assert.equal(checkName(published), published);
    }),
  );
});

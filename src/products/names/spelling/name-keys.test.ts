import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compactKey, compareCodePoints, foldKey, nameKey, searchFolds } from './name-keys.ts';

const keys = {
  Mary: 'mary',
  'O\u2019Brien': "o'brien",
  'O\u02BCBrien': "o'brien",
  'O`Brien': "o'brien",
  'O\u00B4Brien': "o'brien",
  'Jean\u2011Pierre': 'jean-pierre',
  'Jean\u2212Pierre': 'jean-pierre',
  'Jean\uFF0DPierre': 'jean-pierre',
  'Anna\u00ADlena': 'annalena',
  ' Anna \u00A0 Lena ': 'anna lena',
  ZOË: 'zoë',
  Zoe: 'zoe',
  GROSS: 'gross',
  Groß: 'gross',
  GROẞ: 'gross',
  ΝΙΚΟΣ: 'νικος',
  Мария: 'мария',
};

for (const [published, key] of Object.entries(keys)) {
  test(`the key of ${published} is ${key}`, () => {
    assert.equal(nameKey(published), key.normalize('NFC'));
  });
}

const folds = {
  Zoë: 'zoe',
  'José-María': 'jose-maria',
  Łukasz: 'lukasz',
  Søren: 'soren',
  Đorđe: 'dorde',
  Guðrún: 'gudrun',
  Þór: 'thor',
  Æthelred: 'aethelred',
  Chloœ: 'chlooe',
  Işıl: 'isil',
  İpek: 'ipek',
  Ħal: 'hal',
  Ŧaŧ: 'tat',
  Мария: 'мария',
  ﬁona: 'fiona',
  민준: '민준',
};

for (const [published, fold] of Object.entries(folds)) {
  test(`the fold of ${published} is ${fold}`, () => {
    assert.equal(foldKey(nameKey(published)), fold);
  });
}

test('Julieanne, Julie-Anne, Julie Anne and Julie.Anne have one compact key', () => {
  const compact = ['Julieanne', 'Julie-Anne', 'Julie Anne', 'Julie.Anne', "Julie'anne"].map((name) =>
    compactKey(foldKey(nameKey(name))),
  );
  assert.deepEqual([...new Set(compact)], ['julieanne']);
});

test('a search for ä ö ü å also looks for the letters written out', () => {
  assert.deepEqual(searchFolds('Jürgen'), ['jurgen', 'juergen']);
  assert.deepEqual(searchFolds('Åse'), ['ase', 'aase']);
  assert.deepEqual(searchFolds('Ju\u0308rgen'), ['jurgen', 'juergen']);
  assert.deepEqual(searchFolds('José'), ['jose']);
});

const CHANGING = /[\p{CWCM}\p{CWKCF}\p{M}]/u;

const anyName = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.string({
    unit: fc.constantFrom(...'aZéÉßẞıİŉǰΣσςłÆŒ  \u00A0\u2019`´\u02BC-\u2011\u00AD\u0301\u0308.'.split('')),
    maxLength: 12,
  }),
);
const anyText = fc.oneof(
  anyName,
  fc.integer({ min: 0, max: 0x10ffff }).map((point) => String.fromCodePoint(point)),
);

test('the key of a key is the key', () => {
  fc.assert(
    fc.property(anyText, (name) => {
      assert.equal(nameKey(nameKey(name)), nameKey(name));
    }),
    { numRuns: 2000 },
  );
});

test('the fold of a fold, and the key of a fold, is the fold', () => {
  fc.assert(
    fc.property(anyText, (name) => {
      const fold = foldKey(nameKey(name));
      assert.equal(foldKey(fold), fold);
      assert.equal(nameKey(fold), fold);
    }),
    { numRuns: 2000 },
  );
});

test('every character that case or compatibility changes has a stable key and fold', () => {
  for (let point = 0; point <= 0x10ffff; point++) {
    if (point >= 0xd800 && point <= 0xdfff) continue;
    const character = String.fromCodePoint(point);
    if (!CHANGING.test(character)) continue;
    const key = nameKey(character);
    const fold = foldKey(key);
    if (nameKey(key) !== key || foldKey(fold) !== fold) assert.fail(`U+${point.toString(16)} is not stable`);
  }
});

test('composed and decomposed forms of a name have the same key', () => {
  fc.assert(
    fc.property(anyText, (name) => {
      assert.equal(nameKey(name.normalize('NFD')), nameKey(name));
      assert.equal(nameKey(name.normalize('NFC')), nameKey(name));
    }),
    { numRuns: 2000 },
  );
});

test('case never makes two keys of one name', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom(..."abcxyzéèëøåßñçłżđþæœ -'".split('')), maxLength: 12 }),
      (name) => {
        assert.equal(nameKey(name.toUpperCase()), nameKey(name));
      },
    ),
  );
});

test('accents stay in the key and go in the fold', () => {
  fc.assert(
    fc.property(fc.constantFrom(...'éèêëáàâäóòôöúùûüíìîïñçşţżźčřžăåõ'.split('')), (letter) => {
      const [base = ''] = letter.normalize('NFD');
      assert.notEqual(nameKey(`Z${letter}`), nameKey(`Z${base}`));
      assert.equal(foldKey(nameKey(`Z${letter}`)), `z${base}`);
    }),
  );
});

test('names are compared by code point, as their UTF-8 bytes are', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
      assert.equal(Math.sign(compareCodePoints(a, b)), Buffer.compare(Buffer.from(a), Buffer.from(b)));
    }),
  );
  assert.ok(compareCodePoints('\u{1F600}', '\uFFFD') > 0);
});

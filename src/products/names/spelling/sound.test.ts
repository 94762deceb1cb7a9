import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { colognePhonetics } from './cologne-phonetics.ts';
import { metaphone } from './metaphone.ts';
import { foldKey, nameKey } from './name-keys.ts';
import { soundRules } from './sound.ts';

const fold = (name: string): string => foldKey(nameKey(name));

/** The examples by which the method is commonly explained. */
const COLOGNE = {
  'Müller-Lüdenscheidt': '65752682',
  Wikipedia: '3412',
  Breschnew: '17863',
  Meyer: '67',
  Maier: '67',
  Heinz: '068',
  Xaver: '4837',
  Christoph: '47823',
};

for (const [name, code] of Object.entries(COLOGNE)) {
  test(`${name} sounds like ${code} in German`, () => assert.equal(colognePhonetics(fold(name)), code));
}

const ALIKE = [
  ['Mohammed', 'Muhammad', 'Mohamed', 'Muhammed'],
  ['Caitlin', 'Katelyn', 'Kaitlynn', 'Caitlyn'],
  ['Philip', 'Phillip', 'Filip'],
  ['Sara', 'Sarah'],
  ['Stephen', 'Steffen'],
  ['Christina', 'Kristina'],
  ['Theresa', 'Teresa'],
  ['Thomas', 'Tomas'],
  ['Maggie', 'Maggy'],
  ['Jenny', 'Jennie'],
  ['Wright', 'Right'],
];

for (const names of ALIKE) {
  test(`${names.join(', ')} sound alike in English`, () => {
    assert.equal(new Set(names.map((name) => metaphone(fold(name)))).size, 1);
  });
}

test('names that sound otherwise are told apart', () => {
  const codes = ['Emma', 'Anna', 'Seth', 'Set', 'George', 'Gregor'].map((name) => metaphone(fold(name)));
  assert.deepEqual(codes, ['EM', 'AN', 'S0', 'ST', 'JRJ', 'KRKR']);
});

test('sound is a text of codes whatever the name, and the same for the same name', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), (text) => {
      assert.match(colognePhonetics(fold(text)), /^[0-8]*$/);
      assert.match(metaphone(fold(text)), /^[A-Z0]*$/);
    }),
  );
});

test('countries without rules have no suggestions by sound', () => {
  assert.deepEqual(
    ['DE', 'GB', 'FR'].map((country) => soundRules(country)?.rules),
    ['cologne', 'metaphone', undefined],
  );
});

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { officialFile, withoutOfficialFiles } from '#test/support/truths.ts';
import { colognePhonetics } from './cologne-phonetics.ts';
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

const english = (name: string): readonly string[] => soundRules('US')?.encode(fold(name)) ?? [];

/** Vienna counts names by how they sound: `NAME` is the commonest spelling, `NAME_ALL` has all. */
const VIENNA = 'at/wien/vie-bdl-pop-sex-rank-name-phon-2010f.csv.gz';

test(
  'of 533 pairs of spellings that Vienna counts as one 513 sound alike in German',
  { skip: withoutOfficialFiles },
  () => {
    const rows = gunzipSync(readFileSync(officialFile(VIENNA)))
      .toString()
      .split(/\r?\n/u)
      .map((line) => line.split('";"'))
      .filter(({ length }) => length === 11);
    const pairs = new Map<string, readonly [string, string]>();
    for (const { 7: name = '', 8: all = '' } of rows.slice(1)) {
      for (const other of all.split(/, */u)) if (other !== name) pairs.set(`${name}/${other}`, [name, other]);
    }
    const alike = [...pairs.values()].filter(
      ([one, other]) => colognePhonetics(fold(one)) === colognePhonetics(fold(other)),
    );
    assert.deepEqual([pairs.size, alike.length], [533, 513]);
  },
);

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
  ['José', 'Hose'],
];

for (const [name, ...others] of ALIKE) {
  test(`${[name, ...others].join(', ')} sound alike in English`, () => {
    for (const other of others) {
      assert.ok(english(other).some((code) => english(name as string).includes(code)));
    }
  });
}

test('names that sound otherwise are told apart; those said in two ways have two codes', () => {
  assert.deepEqual(['Emma', 'Anna', 'Seth', 'Set', 'Joan', 'Wagner'].map(english), [
    ['AM'],
    ['AN'],
    ['S0', 'ST'],
    ['ST'],
    ['JN', 'AN'],
    ['AKNR', 'FKNR'],
  ]);
});

test('sound is codes whatever the name, none empty', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), (text) => {
      for (const code of soundRules('DE')?.encode(fold(text)) ?? []) assert.match(code, /^[0-8]+$/);
      for (const code of english(text)) assert.match(code, /^[A-Z0]+$/);
    }),
  );
});

test('countries without rules have no suggestions by sound', () => {
  assert.deepEqual(
    ['DE', 'GB', 'FR'].map((country) => soundRules(country)?.rules),
    ['cologne', 'double-metaphone', undefined],
  );
});

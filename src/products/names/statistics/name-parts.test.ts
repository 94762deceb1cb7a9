import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { groupNames, keyNames, lengthOf, lettersAt, type NameGroup } from './name-parts.ts';

async function groupsOf(keys: readonly string[], counts: readonly number[]): Promise<NameGroup[]> {
  const keyed = await keyNames(keys, (key) => key);
  return groupNames(keyed, Int32Array.from(keys.keys()), counts);
}

const lengths = {
  Zoë: 3,
  'Zoe\u0308': 3,
  'Jean-Pierre': 10,
  "O'Neil": 5,
  'Mc Donald': 8,
  חנה: 3,
  𠀋子: 2,
  Łucja: 5,
};

for (const [name, length] of Object.entries(lengths)) {
  test(`${name} has ${length} letters`, () => assert.equal(lengthOf(name), length));
}

test('letters are taken from either side, whole ones beyond the first plane too', () => {
  assert.equal(lettersAt('olivia', 'first', 1), 'o');
  assert.equal(lettersAt('olivia', 'last', 3), 'via');
  assert.equal(lettersAt('al', 'last', 4), 'al');
  assert.equal(lettersAt('𠀋子', 'first', 1), '𠀋');
});

test('groups are in order of births; a hidden count adds a name and no births', async () => {
  assert.deepEqual(await groupsOf(['a', 'b', 'a', 'c', 'd'], [5, 9, 0, 0, 5]), [
    { key: 'b', names: 1, births: 9 },
    { key: 'a', names: 2, births: 5 },
    { key: 'd', names: 1, births: 5 },
    { key: 'c', names: 1, births: 0 },
  ]);
});

test('every name and every birth is in exactly one group', async () => {
  const anyNames = fc.array(fc.tuple(fc.constantFrom('a', 'e', 'n', 'o'), fc.nat(900)));
  await fc.assert(
    fc.asyncProperty(anyNames, async (names) => {
      const groups = await groupsOf(
        names.map(([key]) => key),
        names.map(([, count]) => count),
      );
      assert.equal(
        groups.reduce((sum, group) => sum + group.names, 0),
        names.length,
      );
      const births = names.reduce((sum, [, count]) => sum + count, 0);
      assert.equal(
        groups.reduce((sum, group) => sum + group.births, 0),
        births,
      );
      assert.equal(new Set(groups.map(({ key }) => key)).size, groups.length);
    }),
  );
});

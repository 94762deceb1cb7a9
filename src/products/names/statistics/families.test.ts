import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createDictionary } from '../read-model/dictionary.ts';
import { compactKey, foldKey, nameKey } from '../spelling/name-keys.ts';
import { linkedKeys, listFamilies } from './families.ts';

function dictionaryOf(names: readonly string[]) {
  return createDictionary(
    names.toSorted().map((name, at) => {
      const key = nameKey(name);
      const fold = foldKey(key);
      return { no: at + 1, published: name, name, key, fold, compact: compactKey(fold) };
    }),
  );
}

const anyName = fc.stringMatching(/^[aAeéo' -]{1,5}[lz]$/u).filter((name) => name === name.trim());
const anyNames = fc.uniqueArray(anyName, { maxLength: 30 });

test('two keys are of one family exactly when their compact forms are equal', async () => {
  await fc.assert(
    fc.asyncProperty(anyNames, async (names) => {
      const dictionary = dictionaryOf(names);
      const expected = Object.values(
        Object.groupBy([...new Set(names.map(nameKey))], (key) => compactKey(foldKey(key))),
      )
        .map((keys = []) => keys.toSorted())
        .filter(({ length }) => length > 1);
      const found = (await linkedKeys(dictionary)).map((family) =>
        family.map((at) => dictionary.rows[at]?.key ?? '').sort(),
      );
      const sorted = (families: string[][]): string[] => families.map((keys) => keys.join(' | ')).sort();
      assert.deepEqual(sorted(found), sorted(expected));
    }),
  );
});

test('a country has the families of which it lists two names; spellings of one key are one name', async () => {
  const dictionary = dictionaryOf(['ZOE', 'Zoe', 'Zoé', 'Léa', 'Lea', 'Ann']);
  const births: Record<string, number> = { ZOE: 3, Zoe: 4, Zoé: 10, Lea: 5 };
  const totals = (numbers: readonly number[]) => {
    const names = numbers.map((no) => dictionary.rows[dictionary.positions[no] as number]?.name ?? '');
    const F = names.reduce((sum, name) => sum + (births[name] ?? 0), 0);
    return F === 0 ? undefined : { F, M: 1, lastYear: 2000 };
  };
  assert.deepEqual(await listFamilies(dictionary, totals, await linkedKeys(dictionary)), [
    {
      compact: 'zoe',
      names: [
        { name: 'Zoé', F: 10, M: 1 },
        { name: 'ZOE', F: 7, M: 1 },
      ],
      total: 19,
    },
  ]);
});

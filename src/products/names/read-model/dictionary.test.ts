import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { displayName } from '../spelling/display-name.ts';
import { compactKey, compareCodePoints, foldKey, nameKey } from '../spelling/name-keys.ts';
import { createDictionary, type Dictionary, EMPTY_DICTIONARY, extendDictionary } from './dictionary.ts';
import type { SpellingRow } from './dictionary.query.ts';

const published = fc
  .string({ unit: fc.constantFrom('a', 'A', 'ë', 'z', '-', ' ', '𐐨', 'Ａ'), minLength: 1, maxLength: 4 })
  .filter((name) => name.trim() === name);

const anyRows = fc
  .uniqueArray(published, { maxLength: 30 })
  .chain((names) =>
    fc
      .shuffledSubarray(names, { minLength: names.length })
      .map((order) => order.map((name, at) => rowOf(name, at + 1))),
  );

function rowOf(name: string, no: number): SpellingRow {
  const key = nameKey(name);
  const fold = foldKey(key);
  return { no, published: name, name: displayName(name), key, fold, compact: compactKey(fold) };
}

function sorted(rows: readonly SpellingRow[]): SpellingRow[] {
  return rows.toSorted((a, b) => compareCodePoints(a.name, b.name) || a.no - b.no);
}

/** Everything but the functions. */
function columnsOf({ size, rows, positions, places, numbers, canonical }: Dictionary): object {
  return { size, rows, positions, places, numbers, canonical };
}

test('a dictionary that learns names is the one made of all of them', () => {
  fc.assert(
    fc.property(anyRows, fc.nat(), (rows, cut) => {
      const known = rows.filter(({ no }) => no % 3 !== cut % 3);
      const added = rows.filter(({ no }) => no % 3 === cut % 3);
      const learnt = extendDictionary(extendDictionary(EMPTY_DICTIONARY, sorted(known)), sorted(added));
      assert.deepEqual(columnsOf(learnt), columnsOf(createDictionary(sorted(rows))));
    }),
  );
});

test('keys, folds and compact forms lead to all their spellings', () => {
  fc.assert(
    fc.property(anyRows, (rows) => {
      const all = sorted(rows);
      const dictionary = createDictionary(all);
      for (const { key, fold, compact, no } of all) {
        const places = (same: (row: SpellingRow) => boolean): number[] =>
          [...all.keys()].filter((at) => same(all[at] as SpellingRow));
        assert.deepEqual(
          dictionary.byKey(key),
          places((row) => row.key === key),
        );
        assert.deepEqual(
          dictionary.byFold(fold),
          places((row) => row.fold === fold),
        );
        assert.deepEqual(
          dictionary.byCompact(compact),
          places((row) => row.compact === compact),
        );
        assert.equal(dictionary.canonical[no], dictionary.byKey(key)[0]);
        assert.equal(dictionary.numbers[dictionary.positions[no] as number], no);
      }
    }),
  );
});

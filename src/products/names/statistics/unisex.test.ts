import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createDictionary } from '../read-model/dictionary.ts';
import { compactKey, foldKey, nameKey } from '../spelling/name-keys.ts';
import type { GenderColumns } from './gender-columns.ts';
import { bandOf, findUnisexNames, unisexIndex, yearIndex, type YearList } from './unisex.ts';

const rules = { level: 0.95, minCount: 100, balance: 'auto' } as const;
const dictionary = createDictionary(
  ['Avery', 'Mary', 'River', 'ZOE', 'Zoe'].map((published, at) => {
    const key = nameKey(published);
    const fold = foldKey(key);
    return { no: at + 1, published, name: published, key, fold, compact: compactKey(fold) };
  }),
);

function sums(...rows: readonly (readonly [number, number])[]): GenderColumns {
  const none = new Int32Array(rows.length);
  return {
    numbers: Int32Array.from(rows.keys()),
    F: Int32Array.from(rows, ([F]) => F),
    M: Int32Array.from(rows, ([, M]) => M),
    hiddenF: none,
    hiddenM: none,
  };
}

function list(threshold: number | null, ...rows: readonly (readonly [number, number])[]): YearList {
  return {
    threshold,
    rows: {
      numbers: Int32Array.from(rows, ([no]) => no),
      counts: Int32Array.from(rows, ([, count]) => count),
    },
  };
}

function near(found: number, expected: number): void {
  assert.ok(Math.abs(found - expected) < 1e-12, `${found} is not ${expected}`);
}

test('the index is 0 for one sex and 1 for half and half', () => {
  assert.equal(unisexIndex({ F: 0, M: 9 }), 0);
  assert.equal(unisexIndex({ F: 9, M: 9 }), 1);
  near(unisexIndex({ F: 1, M: 3 }), 0.5);
  assert.deepEqual([0, 0.1, 0.3, 0.7].map(bandOf), ['single_sex', 'leaning', 'mixed', 'even']);
});

test('a name is unisex where the interval of its rarer sex lies above a tenth, and it is no rarity', () => {
  // Of 100 births, 16 of one sex are enough and 15 are not: the interval of 15 begins at .0915.
  const found = findUnisexNames(
    sums([50, 49], [85, 15], [16, 84], [50, 51], [900_000, 90_000], [890_000, 110_000]),
    null,
    rules,
  );
  const unisex = found.map(({ number }) => number);
  assert.deepEqual(unisex, [5, 3]);
  assert.ok(findUnisexNames(sums([80, 20]), null, rules).length === 1);
  assert.ok(findUnisexNames(sums([82, 18]), null, rules)[0]!.interval.high < 0.9);
});

test('births of which two thirds are girls are balanced first', () => {
  const births = { F: 200_000, M: 100_000 };
  const [name] = findUnisexNames(sums([1000, 500]), births, rules);
  near(name?.index ?? 0, 1 - Math.abs((2 * 1000) / (1000 + 500 * 2 * 1.05) - 1));
  assert.equal(
    findUnisexNames(sums([1000, 500]), births, { ...rules, balance: 'off' })[0]?.index.toFixed(4),
    '0.6667',
  );
});

test('the index of a year is the mean over births; what thresholds hide is told apart from none', () => {
  const scratch = { F: new Int32Array(6), M: new Int32Array(6) };
  const girls = list(5, [2, 300], [1, 60], [4, 10], [5, 10]);
  const boys = list(5, [1, 20], [3, 20]);
  const year = yearIndex(girls, boys, null, dictionary, scratch);
  assert.deepEqual([year.names, year.births], [4, 420]);
  near(year.index, (80 * 0.5) / 420);
  near(year.oneSexShare, 340 / 420);
  const hidden = (count: number): number => count * unisexIndex({ F: count, M: 4 });
  near(year.indexAtMost, (40 + hidden(300) + hidden(20) + hidden(20)) / 420);
  assert.ok(scratch.F.every((sum) => sum === 0) && scratch.M.every((sum) => sum === 0));
  const open = yearIndex(list(null, [2, 300]), list(null, [3, 20]), null, dictionary, scratch);
  assert.deepEqual([open.index, open.indexAtMost, open.oneSexShare], [0, 0, 1]);
});

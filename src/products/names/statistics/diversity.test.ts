import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { atLeast, boundsOf, type CountGroups, diversityOf, firstNames } from './diversity.ts';

/** Groups of plain counts. */
function groupsOf(counts: readonly number[]): CountGroups {
  const falling = counts.toSorted((a, b) => b - a);
  const distinct = [...new Set(falling)];
  return {
    counts: distinct,
    frequencies: distinct.map((count) => falling.filter((each) => each === count).length),
  };
}

const anyCounts = fc.array(fc.integer({ min: 5, max: 5000 }), { minLength: 1, maxLength: 150 });

function near(actual: number | undefined, expected: number): void {
  assert.ok(Math.abs((actual ?? Number.NaN) - expected) < 1e-9, `${actual} is not ${expected}`);
}

test('eight equally frequent names have three bits, eight effective names, and four for half', () => {
  const even = diversityOf({ counts: [10], frequencies: [8] });
  assert.deepEqual(even, {
    names: 8,
    births: 80,
    entropy: 3,
    effectiveNames: 8,
    evenness: 1,
    simpson: 0.875,
    top1: 0.125,
    top10: null,
    top100: null,
    namesForHalf: 4,
  });
});

test('one name has no entropy and no evenness; nothing counted has nothing', () => {
  const one = diversityOf(groupsOf([7]));
  assert.deepEqual([one?.entropy, one?.effectiveNames, one?.evenness, one?.simpson], [0, 1, null, 0]);
  assert.equal(diversityOf(groupsOf([])), undefined);
});

test('half, a quarter and two eighths have 1.75 bits, and one name is half', () => {
  const found = diversityOf(groupsOf([40, 20, 10, 10]));
  assert.deepEqual([found?.entropy, found?.namesForHalf, found?.top1], [1.75, 1, 0.5]);
});

test('the figures are those of their formulae over single names', () => {
  fc.assert(
    fc.property(anyCounts, (counts) => {
      const found = diversityOf(groupsOf(counts));
      const total = counts.reduce((sum, count) => sum + count, 0);
      const shares = counts.map((count) => count / total).toSorted((a, b) => b - a);
      const entropy = -shares.reduce((sum, p) => sum + p * Math.log2(p), 0);
      near(found?.entropy, entropy);
      near(found?.simpson, 1 - shares.reduce((sum, p) => sum + p * p, 0));
      near(found?.top1 ?? undefined, shares[0] as number);
      if (shares.length >= 10)
        near(
          found?.top10 ?? undefined,
          shares.slice(0, 10).reduce((sum, p) => sum + p, 0),
        );
      const falling = counts.toSorted((a, b) => b - a);
      let [names, births] = [0, 0];
      while (births * 2 < total) births += falling[names++] as number;
      assert.equal(found?.namesForHalf, names);
      assert.ok((found?.evenness ?? 1) <= 1 + 1e-9 && (found?.effectiveNames ?? 0) <= counts.length + 1e-6);
    }),
  );
});

test('however unlisted births spread over names below the threshold, diversity lies between the bounds', () => {
  fc.assert(
    fc.property(anyCounts, fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 80 }), (counts, hidden) => {
      const unlisted = hidden.reduce((sum, count) => sum + count, 0);
      const bounds = boundsOf(groupsOf(counts), unlisted, 5);
      const real = diversityOf(groupsOf([...counts, ...hidden]));
      assert.ok(bounds && real);
      for (const figure of ['entropy', 'effectiveNames', 'simpson', 'namesForHalf'] as const) {
        assert.ok(bounds.oneName[figure] <= bounds.atThreshold[figure] + 1e-9, figure);
        assert.ok(bounds.atThreshold[figure] <= real[figure] + 1e-9, figure);
        assert.ok(real[figure] <= bounds.single[figure] + 1e-9, figure);
      }
      const births = real.births;
      for (const each of Object.values(bounds)) assert.equal(each.births, births);
    }),
  );
});

test('without unlisted births all bounds are the figures themselves', () => {
  const groups = groupsOf([9, 9, 6]);
  const bounds = boundsOf(groups, 0, 5);
  for (const each of Object.values(bounds ?? {})) assert.deepEqual(each, diversityOf(groups));
  assert.equal(boundsOf(groupsOf([]), 0, null), undefined);
});

test('the first names, and those with a least count, are those of the sorted list', () => {
  fc.assert(
    fc.property(anyCounts, fc.integer({ min: 1, max: 200 }), (counts, k) => {
      const first = counts.toSorted((a, b) => b - a).slice(0, k);
      assert.deepEqual(firstNames(groupsOf(counts), k), groupsOf(first));
      const many = counts.filter((count) => count >= k);
      assert.deepEqual(atLeast(groupsOf(counts), k), groupsOf(many));
    }),
  );
});

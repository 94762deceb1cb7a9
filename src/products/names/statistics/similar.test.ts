import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { bitsIn } from './similar-curves.ts';
import { similarityOf, smooth } from './similar.ts';

/** Births per million: none, or at least one child in all who ever lived; less has squares that are no numbers. */
const anyShare = fc.oneof(fc.constant(0), fc.double({ min: 1e-6, max: 1e6, noNaN: true }));
const anyCurve = fc.array(fc.tuple(fc.integer({ min: 1, max: 4 }), anyShare), {
  minLength: 1,
  maxLength: 60,
});

function smoothed(values: readonly number[], years: readonly number[]): number[] {
  const into = new Float64Array(values.length);
  smooth(Float64Array.from(values), years, into);
  return [...into];
}

/** The definition, word by word. */
function meanWithinTwoYears(values: readonly number[], years: readonly number[], year: number): number {
  const near = values.filter((_, at) => Math.abs((years[at] as number) - year) <= 2);
  return near.reduce((sum, value) => sum + value, 0) / near.length;
}

function product(one: readonly number[], other: readonly number[]): number {
  return one.reduce((sum, value, at) => sum + value * (other[at] as number), 0);
}

test('a smoothed year is the mean of the published years within two of it', () => {
  assert.deepEqual(smoothed([0, 0, 10, 0, 0, 0], [2000, 2001, 2002, 2003, 2004, 2005]), [
    10 / 3,
    2.5,
    2,
    2,
    2.5,
    0,
  ]);
  fc.assert(
    fc.property(anyCurve, (steps) => {
      let year = 1900;
      const years = steps.map(([step]) => (year += step));
      const values = steps.map(([, value]) => value);
      for (const [at, mean] of smoothed(values, years).entries()) {
        const expected = meanWithinTwoYears(values, years, years[at] as number);
        assert.ok(Math.abs(mean - expected) <= 1e-9 * Math.max(1, expected), `${mean} is not ${expected}`);
      }
    }),
  );
});

const anyPair = fc.array(fc.tuple(anyShare, anyShare), { minLength: 1, maxLength: 40 });

test('similarity is from 0 to 1, the same both ways, and never more by level than by shape', () => {
  fc.assert(
    fc.property(anyPair, (pairs) => {
      const [a, b] = [pairs.map(([one]) => one), pairs.map(([, other]) => other)];
      const between = (mode: 'shape' | 'level') =>
        similarityOf(mode, product(a, b), product(a, a), product(b, b));
      const back = similarityOf('shape', product(b, a), product(b, b), product(a, a));
      assert.ok(between('shape') >= 0 && between('shape') <= 1);
      assert.ok(between('level') >= 0 && between('level') <= between('shape') + 1e-12);
      assert.equal(between('shape'), back);
    }),
  );
});

test('by shape a curve is like its multiples, by level the less the higher they are', () => {
  const curve = [1, 5, 9, 4, 0, 2];
  const square = product(curve, curve);
  const at = (mode: 'shape' | 'level', factor: number) =>
    similarityOf(mode, factor * square, square, factor ** 2 * square);
  assert.ok(Math.abs(at('shape', 7) - 1) < 1e-12);
  assert.deepEqual([at('level', 1), at('level', 2), at('level', 3)], [1, 0.8, 0.6]);
  assert.equal(similarityOf('shape', 0, 0, 5), 0);
});

test('the set bits of a word are counted', () => {
  fc.assert(
    fc.property(fc.integer(), (word) => {
      assert.equal(bitsIn(word), (word >>> 0).toString(2).replaceAll('0', '').length);
    }),
  );
});

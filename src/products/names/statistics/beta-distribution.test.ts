import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { beta, betaCdf, betaDensity, betaMean } from './beta-distribution.ts';

/** From SciPy 1.17 (`scipy.stats.beta.cdf`, `.pdf`). */
const references = [
  { a: 0.5, b: 0.5, x: 0.3, cdf: 0.36901011956554536, density: 0.6946091180428566 },
  { a: 0.5, b: 7.5, x: 0.01, cdf: 0.29743811184486524, density: 14.23480598678847 },
  { a: 3.5, b: 0.5, x: 0.9, cdf: 0.40708382206558924, density: 2.4751776749651566 },
  { a: 9.5, b: 1.5, x: 0.7, cdf: 0.07363675194837081, density: 0.9067739975382886 },
  { a: 100.5, b: 0.5, x: 0.999, cdf: 0.6542361871018587, density: 161.7089316778666 },
  { a: 1000.5, b: 10.5, x: 0.985, cdf: 0.08450795968532487, density: 38.185638176138795 },
  { a: 2999.5, b: 3001.5, x: 0.51, cdf: 0.9423986899834458, density: 17.879038554290226 },
  { a: 3100.5, b: 2900.5, x: 0.52, cdf: 0.6973983248840663, density: 54.124347690651575 },
  { a: 123456.5, b: 789.5, x: 0.9935, cdf: 0.2568527163037639, density: 1408.4943694709293 },
  { a: 4000000.5, b: 3900000.5, x: 0.5062, cdf: 0.23396397545065253, density: 1723.3730892469705 },
  { a: 10000000.5, b: 2000.5, x: 0.9998, cdf: 0.49791795529937843, density: 89222.33959918174 },
] as const;

for (const { a, b, x, cdf, density } of references) {
  test(`Beta(${a}, ${b}) at ${x}`, () => {
    const distribution = beta(a, b);
    assertClose(betaCdf(distribution, x), cdf);
    assertClose(betaDensity(distribution, x), density);
  });
}

const anyParameter = fc.oneof(
  fc.double({ min: 0.5, max: 50, noNaN: true }),
  fc.integer({ min: 1, max: 5_000_000 }),
);
/** Exact in binary, and so is what is left to 1. */
const anyShare = fc.integer({ min: 0, max: 2 ** 30 }).map((n) => n / 2 ** 30);

test('the distribution rises from 0 to 1, and its mirror image is the other sex', () => {
  fc.assert(
    fc.property(anyParameter, anyParameter, anyShare, anyShare, (a, b, x, y) => {
      const distribution = beta(a, b);
      const [low, high] = [betaCdf(distribution, Math.min(x, y)), betaCdf(distribution, Math.max(x, y))];
      assert.ok(low >= 0 && high <= 1 && low <= high + 1e-12);
      assert.ok(Math.abs(betaCdf(beta(b, a), 1 - x) - (1 - betaCdf(distribution, x))) < 1e-9);
    }),
  );
  assert.equal(betaCdf(beta(2, 3), 0), 0);
  assert.equal(betaCdf(beta(2, 3), 1), 1);
});

test('the mean is a of a and b', () => {
  assert.equal(betaMean(beta(3.5, 0.5)), 0.875);
});

function assertClose(actual: number, expected: number): void {
  const error = Math.abs(actual - expected) / Math.abs(expected);
  assert.ok(error < 1e-9, `${actual} instead of ${expected}`);
}

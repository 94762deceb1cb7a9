import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { beta, betaCdf } from './beta-distribution.ts';
import { betaInterval, betaQuantile, mixtureInterval } from './beta-quantile.ts';

/** Beta(f + ½, m + ½), 95 %, from SciPy 1.17: `beta.ppf(0.025, …)`, `beta.isf(0.025, …)`. */
const references = [
  { f: 0, m: 0, low: 0.001541333133436012, high: 0.9984586668665639 },
  { f: 1, m: 0, low: 0.14674631630957513, high: 0.9996144190192441 },
  { f: 2, m: 1, low: 0.17673609713125732, high: 0.9612523822148348 },
  { f: 19, m: 1, low: 0.7891813637507349, high: 0.9945509674185734 },
  { f: 300, m: 0, low: 0.9916687348803718, high: 0.9999983645828916 },
  { f: 0, m: 12345, low: 3.977518063396176e-8, high: 0.00020345376168797697 },
  { f: 2600, m: 2400, low: 0.5061438284792568, high: 0.5338330245573774 },
  { f: 3100, m: 2900, low: 0.5040166952587964, high: 0.5293005629281545 },
  { f: 500000, m: 250000, low: 0.6655991558338991, high: 0.6677328911440773 },
  { f: 5000000, m: 4000000, low: 0.555230899754848, high: 0.5558801756240981 },
  { f: 10000000, m: 2000, low: 0.9997911320609838, high: 0.9998086586728798 },
  { f: 10000000, m: 0, low: 0.9999997488057285, high: 0.9999999999508965 },
] as const;

for (const { f, m, low, high } of references) {
  test(`the interval of ${f} girls and ${m} boys`, () => {
    const interval = betaInterval(beta(f + 0.5, m + 0.5), 0.95);
    assert.ok(Math.abs(interval.low - low) < 1e-9, `low ${interval.low} instead of ${low}`);
    assert.ok(Math.abs(interval.high - high) < 1e-9, `high ${interval.high} instead of ${high}`);
  });
}

const anyCount = fc.oneof(
  fc.integer({ min: 0, max: 30 }),
  fc.integer({ min: 0, max: 10_000_000 }),
  fc.double({ min: 0, max: 1000, noNaN: true }),
);
const anyLevel = fc.constantFrom(0.5, 0.8, 0.95, 0.99, 0.999);

test('the tails outside an interval hold what the level leaves', () => {
  fc.assert(
    fc.property(anyCount, anyCount, anyLevel, (f, m, level) => {
      const distribution = beta(f + 0.5, m + 0.5);
      const { low, high } = betaInterval(distribution, level);
      const tail = (1 - level) / 2;
      assert.ok(0 <= low && low < high && high <= 1);
      assert.ok(Math.abs(betaCdf(distribution, low) - tail) < 1e-6);
      // 1 − high has few digits left where high is all but 1.
      assert.ok(Math.abs(betaCdf(beta(m + 0.5, f + 0.5), 1 - high) - tail) < 1e-5);
    }),
    { numRuns: 500 },
  );
});

test('a quantile is the inverse of the distribution', () => {
  fc.assert(
    fc.property(anyCount, anyCount, fc.double({ min: 0.001, max: 0.999, noNaN: true }), (f, m, p) => {
      const distribution = beta(f + 0.5, m + 1.5);
      assert.ok(Math.abs(betaCdf(distribution, betaQuantile(distribution, p)) - p) < 1e-6);
    }),
  );
});

test('the interval of a mixture leaves the mixture its tails, lies around its parts and is that of a single part', () => {
  const anyParts = fc.array(fc.tuple(anyCount, anyCount), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(anyParts, (countries) => {
      const parts = countries.map(([f, m]) => ({
        weight: 1 / countries.length,
        distribution: beta(f + 0.5, m + 0.5),
      }));
      const { low, high } = mixtureInterval(parts, 0.95);
      const at = (x: number) =>
        parts.reduce((sum, part) => sum + part.weight * betaCdf(part.distribution, x), 0);
      // Where a part is narrower than the tolerance of x, a step of the distribution is all there is.
      assert.ok(at(low * (1 - 1e-8)) <= 0.025 + 1e-6 && at(low * (1 + 1e-8)) >= 0.025 - 1e-6);
      assert.ok(at(high * (1 - 1e-8)) <= 0.975 + 1e-6 && at(high * (1 + 1e-8)) >= 0.975 - 1e-6);
      if (parts[0] && parts.length === 1) {
        assert.deepEqual({ low, high }, betaInterval(parts[0].distribution, 0.95));
      }
    }),
  );
});

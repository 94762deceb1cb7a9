import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { halfLife, peakShare, type ShareYear } from './life-span.ts';

function shares(from: number, values: readonly (number | null)[]): ShareYear[] {
  return values.map((share, at) => ({ year: from + at, share: share ?? 0.5, isShown: share !== null }));
}

test('the peak is the middle of the best five years, not the best year', () => {
  const peak = peakShare(shares(1990, [1, 1, 20, 1, 1, 8, 9, 9, 9, 8, 1]), []);
  assert.deepEqual(peak, { value: 8.6, year: 1997, years: [1997] });
  assert.deepEqual(peakShare(shares(1990, [2, 2, 2, 2, 2, 2]), []), {
    value: 2,
    year: 1992,
    years: [1992, 1993],
  });
});

test('five years with a gap or a break among them have no mean', () => {
  assert.equal(peakShare(shares(1990, [1, 2, 3, 4]), []), null);
  const gap = [...shares(1990, [9, 9, 9]), ...shares(1994, [1, 1, 1, 1, 1])];
  assert.equal(peakShare(gap, [])?.year, 1996);
  const broken = shares(1990, [9, 9, 9, 9, 1, 1, 1, 1, 1]);
  assert.equal(peakShare(broken, [1994])?.year, 1996);
  assert.equal(peakShare(broken, [1990, 1999])?.year, 1992);
});

test('hidden counts are as likely as anything, but no peak of their own', () => {
  assert.equal(peakShare(shares(1990, [null, null, null, null, null]), []), null);
  assert.equal(peakShare(shares(1990, [null, null, 1, null, null]), [])?.value, 3 / 5);
});

test('half of all bearers: the shortest stretch of years', () => {
  const years = (counts: readonly number[]) => counts.map((count, at) => ({ year: 1980 + at, count }));
  assert.deepEqual(halfLife(years([10, 10, 10, 40, 20, 10])), { years: 2, from: 1982, to: 1983 });
  assert.deepEqual(halfLife(years([5, 0, 5])), { years: 1, from: 1980, to: 1980 });
  assert.deepEqual(halfLife([{ year: 1990, count: 3 }]), { years: 1, from: 1990, to: 1990 });
  assert.equal(halfLife([]), null);
  assert.equal(halfLife(years([0])), null);
});

test('no stretch is shorter, and none before it as short', () => {
  const anyYears = fc
    .uniqueArray(fc.integer({ min: 1900, max: 1930 }), { minLength: 1, maxLength: 15 })
    .chain((years) =>
      fc.tuple(
        ...years
          .toSorted((a, b) => a - b)
          .map((year) => fc.record({ year: fc.constant(year), count: fc.nat(9) })),
      ),
    );
  fc.assert(
    fc.property(anyYears, (rising) => {
      const total = rising.reduce((sum, { count }) => sum + count, 0);
      const stretches = rising.flatMap(({ year: from }, first) =>
        rising.slice(first).flatMap(({ year: to }, more) => {
          const held = rising.slice(first, first + more + 1).reduce((sum, { count }) => sum + count, 0);
          return total > 0 && 2 * held >= total ? [{ years: to - from + 1, from, to }] : [];
        }),
      );
      const [best = null] = stretches.toSorted((a, b) => a.years - b.years || a.from - b.from);
      assert.deepEqual(halfLife(rising), best);
    }),
  );
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { theilSen } from './theil-sen.ts';
import { trendsOf, type TrendYear, yearOnYear } from './name-trends.ts';

/** Years from 2000 on. */
function series(counts: readonly (number | null)[], threshold: number | null = 5): TrendYear[] {
  const hidden = Math.max(0.5, ((threshold ?? 1) - 1) / 2);
  return counts.map((count, at) => ({
    year: 2000 + at,
    count,
    likely: count ?? hidden,
    isAssumed: count === null,
    total: 1_000_000,
  }));
}

const steady = (percent: number, years: number): number[] =>
  Array.from({ length: years }, (_, at) => 10_000 * (1 + percent / 100) ** at);

const classes = (counts: readonly (number | null)[], breaks: number[] = []) =>
  trendsOf(series(counts), breaks).map((trend) => trend.class);

test('a steady change is told in percent a year', () => {
  const [five, ten, all] = trendsOf(series(steady(3, 25)), []);
  assert.deepEqual([five?.from, ten?.from, all?.from, all?.to], [2020, 2015, 2000, 2024]);
  for (const trend of [five, ten, all]) {
    assert.ok(Math.abs((trend?.percent ?? 0) - 3) < 1e-9);
    assert.ok(Math.abs((trend?.low ?? 0) - 3) < 1e-9 && Math.abs((trend?.high ?? 0) - 3) < 1e-9);
    assert.equal(trend?.class, 'rising');
  }
});

test('less than two percent a year is flat, whatever its direction', () => {
  assert.deepEqual(classes(steady(1.9, 25)), ['flat', 'flat', 'flat']);
  assert.deepEqual(classes(steady(-1.9, 25)), ['flat', 'flat', 'flat']);
  assert.deepEqual(classes(steady(-2.1, 25)), ['falling', 'falling', 'falling']);
});

test('scatter without a direction is volatile', () => {
  const jumps = Array.from({ length: 25 }, (_, at) => [100, 900, 300][at % 3] as number);
  assert.deepEqual(classes(jumps), ['volatile', 'volatile', 'volatile']);
});

test('a hidden count is half of the most that it can be, and more than a fifth of them is said', () => {
  const counts = [40, 30, 20, 10, 5, null, null, null, 6, 5];
  const ten = trendsOf(series(counts, 5), [])[1] ?? assert.fail();
  assert.deepEqual([ten.points, ten.hidden, ten.isMostlyKnown], [10, 3, false]);
  const line = theilSen(
    counts.map((_, at) => at),
    counts.map((count) => Math.log((count ?? 2) / 1_000_000)),
  );
  assert.ok(Math.abs(Math.log(1 + (ten.percent ?? 0) / 100) - (line?.slope ?? 0)) < 1e-12);
  const complete = trendsOf(
    series(
      [9, 0, 0, 0, 7].map((count) => count || null),
      null,
    ),
    [],
  )[0];
  assert.ok(Number.isFinite(complete?.percent), 'no birth at all still has a logarithm');
});

test('nothing is told of years that are not there, lie before a break, or do not list the name', () => {
  assert.deepEqual(classes(steady(3, 9)), ['rising', 'rising', null]);
  assert.deepEqual(classes(steady(3, 7)), ['rising', null, null]);
  assert.deepEqual(classes(steady(3, 25), [2016]), ['rising', 'rising', null]);
  assert.equal(classes([...steady(3, 8), null, null, null, null, null])[0], null);
  assert.deepEqual(trendsOf([], []), []);
});

test('four years allow no interval, and so no class', () => {
  const [five] = trendsOf(series(steady(9, 4)), []);
  assert.deepEqual([five?.points, five?.low, five?.high, five?.class], [4, null, null, null]);
  assert.ok(Math.abs((five?.percent ?? 0) - 9) < 1e-9);
});

test('a year on the year before, with the band that chance leaves', () => {
  const pair = (before: number | null, now: number | null) => {
    const [former, present] = series([before, now]) as [TrendYear, TrendYear];
    return yearOnYear(former, present);
  };
  const found = pair(100, 150) ?? assert.fail();
  // exp(ln 1.5 ± 1.96 · √(1/100 + 1/150))
  assert.deepEqual(
    [found.percent, found.low, found.high].map((value) => Number(value.toFixed(3))),
    [50, 16.467, 93.188],
  );
  assert.equal(pair(9, 9), null);
  assert.ok(pair(9, 10));
  assert.equal(pair(null, 100), null);
  assert.equal(pair(100, null), null);
  const [a, , c] = series([100, 120, 150]) as [TrendYear, TrendYear, TrendYear];
  assert.equal(yearOnYear(a, c), null);
  assert.equal(yearOnYear(undefined, a), null);
});

test('a trend is the same for any total, and turns with the order of years', () => {
  const anyCounts = fc.array(fc.integer({ min: 5, max: 5000 }), { minLength: 5, maxLength: 5 });
  fc.assert(
    fc.property(anyCounts, fc.integer({ min: 1, max: 50 }), (counts, times) => {
      const [one] = trendsOf(series(counts), []);
      const [other] = trendsOf(
        series(counts).map((point) => ({ ...point, total: point.total * times })),
        [],
      );
      const [back] = trendsOf(series(counts.toReversed()), []);
      const log = (percent: number | null | undefined) => Math.log1p((percent ?? 0) / 100);
      assert.ok(Math.abs(log(one?.percent) - log(other?.percent)) < 1e-9);
      assert.ok(Math.abs(log(one?.percent) + log(back?.percent)) < 1e-9);
      assert.ok(Math.abs(log(one?.low) + log(back?.high)) < 1e-9);
    }),
  );
});

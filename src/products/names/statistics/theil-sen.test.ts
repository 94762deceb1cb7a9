import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { kendallVariance, theilSen } from './theil-sen.ts';

const anyPoints = fc
  .uniqueArray(fc.integer({ min: 1880, max: 2025 }), { minLength: 2, maxLength: 30 })
  .chain((years) =>
    fc.tuple(
      fc.constant(years.toSorted((a, b) => a - b)),
      fc.array(fc.integer({ min: -40, max: 40 }), { minLength: years.length, maxLength: years.length }),
    ),
  )
  .map(([xs, ys]) => ({ xs, ys: ys.map((y) => y / 8) }));

function plainSlopes(xs: readonly number[], ys: readonly number[]): number[] {
  const slopes = xs.flatMap((x, to) =>
    xs.slice(0, to).map((former, from) => ((ys[to] as number) - (ys[from] as number)) / (x - former)),
  );
  return slopes.toSorted((a, b) => a - b);
}

test('as SciPy 1.17 has it', () => {
  const years = Array.from({ length: 12 }, (_, at) => 1998 + at);
  const cases: [number[], number[], [number, number, number]][] = [
    [
      [2015, 2016, 2017, 2018, 2019],
      [-7.1, -7.05, -6.9, -6.92, -6.7],
      [0.1, -0.02, 0.22],
    ],
    [
      [2010, 2011, 2012, 2013, 2014, 2015, 2016, 2017, 2018, 2019],
      [1, 1.3, 1.1, 1.6, 1.9, 1.7, 2.4, 2.2, 2.9, 2.8],
      [0.22, 0.15, 0.266667],
    ],
    [
      [...years, 2011, 2014],
      [3, 3, 2, 2, 2, 1, 1, 1.5, 1, 0.5, 0.5, 0, 0, -1],
      [-0.25, -0.277778, -0.2],
    ],
  ];
  for (const [xs, ys, expected] of cases) {
    const { slope, interval } = theilSen(xs, ys) ?? assert.fail();
    const found = [slope, interval?.low, interval?.high].map((value) => Number(value?.toFixed(6)));
    assert.deepEqual(found, expected);
  }
});

test('the slope is the median of all slopes', () => {
  fc.assert(
    fc.property(anyPoints, ({ xs, ys }) => {
      const slopes = plainSlopes(xs, ys);
      const [low, high] = [slopes[(slopes.length - 1) >> 1], slopes[slopes.length >> 1]] as [number, number];
      assert.equal(theilSen(xs, ys)?.slope, (low + high) / 2);
    }),
  );
});

test('the interval leaves out as many slopes below as above, and holds the median', () => {
  fc.assert(
    fc.property(anyPoints, ({ xs, ys }) => {
      const { slope, interval } = theilSen(xs, ys) ?? assert.fail();
      const slopes = plainSlopes(xs, ys);
      const left = (slopes.length - 1.959963984540054 * Math.sqrt(kendallVariance(ys))) / 2;
      if (xs.length < 3 || left < 0.5) return assert.equal(interval, null);
      assert.ok(interval);
      assert.ok(interval.low <= slope && slope <= interval.high);
      const below = slopes.filter((each) => each < interval.low).length;
      const above = slopes.filter((each) => each > interval.high).length;
      assert.ok(below < left + 0.5 && above < left + 0.5, `${below} and ${above} of ${left}`);
      assert.ok(slopes.filter((each) => each <= interval.low).length > left - 1);
      assert.ok(slopes.filter((each) => each >= interval.high).length > left - 1);
    }),
  );
});

test("Kendall's variance is that over all orders of the values", () => {
  const anyValues = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 2, maxLength: 6 });
  fc.assert(
    fc.property(anyValues, (values) => {
      const sums = orders(values).map(concordance);
      const variance = sums.reduce((sum, s) => sum + s * s, 0) / sums.length;
      assert.ok(Math.abs(variance - kendallVariance(values)) < 1e-9);
    }),
    { numRuns: 60 },
  );
});

test('scatter is the median distance from the line', () => {
  const years = [2001, 2002, 2003, 2004, 2005];
  assert.equal(theilSen(years, [1, 2, 3, 4, 5])?.scatter, 0);
  const far = theilSen(years, [1, 2, 30, 4, 5]);
  assert.deepEqual([far?.slope, far?.scatter], [1, 0]);
  assert.equal(theilSen([2001], [1]), undefined);
});

function orders(values: readonly number[]): number[][] {
  if (values.length < 2) return [[...values]];
  return values.flatMap((value, at) => orders(values.toSpliced(at, 1)).map((rest) => [value, ...rest]));
}

function concordance(values: readonly number[]): number {
  return values.reduce(
    (sum, value, at) =>
      sum + values.slice(0, at).reduce((part, former) => part + Math.sign(value - former), 0),
    0,
  );
}

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { forecast, quantile, yearsNeeded } from './forecast.ts';
import { holtForecast, holtStates } from './holt.ts';

const anyValues = fc.array(fc.double({ min: -10, max: 0, noNaN: true }), { minLength: 2, maxLength: 40 });

function near(found: number, expected: number, within = 1e-9): void {
  assert.ok(Math.abs(found - expected) <= within, `${found} is not ${expected}`);
}

test('what is known after a year does not change with the years that follow', () => {
  fc.assert(
    fc.property(anyValues, fc.nat(39), (values, cut) => {
      const until = Math.min(cut + 1, values.length);
      assert.deepEqual(holtStates(values.slice(0, until)), holtStates(values).slice(0, until));
    }),
  );
});

test('steps ahead shrink by the damping, from the level on', () => {
  const state = { level: -5, trend: 0.2, phi: 0.9 };
  near(holtForecast(state, 1), -5 + 0.18);
  near(holtForecast(state, 3), -5 + 0.2 * (0.9 + 0.81 + 0.729));
  assert.equal(holtForecast(state, 0), -5);
});

test('values turned over are forecast turned over', () => {
  fc.assert(
    fc.property(anyValues, (values) => {
      const ahead = (series: readonly number[]): number[] =>
        holtStates(series).map((state) => holtForecast(state, 3));
      const turned = ahead(values.map((value) => -value));
      for (const [at, value] of ahead(values).entries()) near(turned[at] as number, -value);
    }),
  );
});

test('a series that does not change is forecast as it is, and there is nothing to be better than', () => {
  const shares = Array.from({ length: 40 }, () => 0.01);
  const found = forecast(shares, 5);
  assert.equal(found?.mase, null);
  for (const { share, bands } of found?.points ?? []) {
    near(share, 0.01);
    for (const { low, high } of bands) near(high - low, 0);
  }
});

test('steady growth is forecast better than by the last value, and less far than a straight line', () => {
  const shares = Array.from({ length: 40 }, (_, at) => 1 / (1 + Math.exp(8 - 0.1 * at)));
  const found = forecast(shares, 5);
  assert.ok(found?.mase !== null && (found?.mase ?? 1) < 0.5);
  const last = found?.points.at(-1)?.share ?? 0;
  assert.ok(last > (shares.at(-1) ?? 0) && last < 1 / (1 + Math.exp(8 - 0.1 * 44)));
});

const anyShares = fc.array(fc.double({ min: 1e-6, max: 0.2, noNaN: true }), {
  minLength: yearsNeeded(5),
  maxLength: 60,
});

test('bands hold the share, the wide the narrow, and never narrow further ahead', () => {
  fc.assert(
    fc.property(anyShares, (shares) => {
      const widths: number[] = [];
      for (const { share, bands } of forecast(shares, 5)?.points ?? []) {
        const [narrow, wide] = bands;
        assert.ok(narrow && wide);
        assert.ok(0 <= wide.low && wide.low <= narrow.low && narrow.low <= share);
        assert.ok(share <= narrow.high && narrow.high <= wide.high && wide.high < 1);
        const logits = [wide.high, wide.low].map((each) => Math.log(each / (1 - each)));
        widths.push((logits[0] as number) - (logits[1] as number));
      }
      assert.equal(widths.length, 5);
      for (const [at, width] of widths.entries()) assert.ok(width >= (widths[at - 1] ?? 0) - 1e-6);
    }),
    { numRuns: 30 },
  );
});

test('the back-test is what forecasting anew from each past year gives', () => {
  fc.assert(
    fc.property(anyShares, (shares) => {
      const logits = shares.map((share) => Math.log(share / (1 - share)));
      let [ours, naive] = [0, 0];
      for (let known = 6; known < shares.length; known++) {
        const state = holtStates(logits.slice(0, known)).at(-1) ?? { level: 0, trend: 0, phi: 0 };
        for (let steps = 1; steps <= 2 && known - 1 + steps < shares.length; steps++) {
          const truth = shares[known - 1 + steps] as number;
          ours += Math.abs(truth - 1 / (1 + Math.exp(-holtForecast(state, steps))));
          naive += Math.abs(truth - (shares[known - 1] as number));
        }
      }
      near(forecast(shares, 2)?.mase ?? NaN, ours / naive, 1e-9);
    }),
    { numRuns: 5 },
  );
});

test('nineteen errors are the fewest that bound a further one at 95 %', () => {
  const errors = Array.from({ length: 19 }, (_, at) => at + 1);
  assert.deepEqual([quantile(errors, 0.95), quantile(errors, 0.8)], [19, 16]);
  assert.equal(quantile(errors.slice(1), 0.95), Infinity);
  assert.equal(
    forecast(
      Array.from({ length: yearsNeeded(5) - 1 }, () => 0.1),
      5,
    ),
    undefined,
  );
  assert.equal(yearsNeeded(5), 29);
});

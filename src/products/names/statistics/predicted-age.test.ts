import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ageDistribution, type AliveAtAge } from './predicted-age.ts';
import { survivalOf } from './survival.ts';

const bearers = (counts: readonly number[]): AliveAtAge[] =>
  counts.map((alive, age) => ({ age, year: 2000 - age, births: Math.ceil(alive), alive }));
const anyBearers = fc
  .array(fc.double({ min: 0, max: 1e5, noNaN: true }), { minLength: 1, maxLength: 110 })
  .filter((counts) => counts.some((count) => count > 1))
  .map(bearers);
const anyPart = fc.double({ min: 0.01, max: 0.99, noNaN: true });

test('a hundred people of known ages', () => {
  const found = ageDistribution(bearers([10, 20, 30, 40]), 0.6);
  assert.deepEqual(
    [found?.median, found?.lowerQuartile, found?.upperQuartile, found?.mode, found?.mean, found?.alive],
    [2, 1, 3, 3, 2, 100],
  );
  assert.deepEqual(found?.band, { low: 1, high: 3 });
  assert.equal(ageDistribution(bearers([0, 0]), 0.5), undefined);
});

test('half are no older than the median, half no younger; quartiles and band lie around it', () => {
  fc.assert(
    fc.property(anyBearers, anyPart, (people, part) => {
      const found = ageDistribution(people, part);
      assert.ok(found);
      const alive = (isIn: (age: number) => boolean): number =>
        people.reduce((sum, each) => sum + (isIn(each.age) ? each.alive : 0), 0);
      const half = found.alive / 2;
      assert.ok(alive((age) => age <= found.median) >= half * (1 - 1e-9));
      assert.ok(alive((age) => age >= found.median) >= half * (1 - 1e-9));
      assert.ok(found.lowerQuartile <= found.median && found.median <= found.upperQuartile);
      assert.ok(found.band.low <= found.median && found.median <= found.band.high);
      const within = alive((age) => age >= found.band.low && age <= found.band.high);
      assert.ok(within >= part * found.alive * (1 - 1e-9));
    }),
  );
});

test('girls and boys of one year stand in one bar, and nobody is lost', () => {
  fc.assert(
    fc.property(anyBearers, anyBearers, (girls, boys) => {
      const found = ageDistribution([...girls, ...boys], 0.5);
      const ages = found?.histogram.map(({ age }) => age) ?? [];
      assert.deepEqual(
        ages,
        [...new Set(ages)].sort((a, b) => a - b),
      );
      const births = [...girls, ...boys].reduce((sum, each) => sum + each.births, 0);
      assert.equal(
        found?.histogram.reduce((sum, each) => sum + each.births, 0),
        births,
      );
    }),
  );
});

test('survival is that of the cohort, between two tables in proportion, and unknown beyond them', () => {
  const survival = survivalOf([
    { cohort: 1980, survivors: [1000, 900, 800] },
    { cohort: 1990, survivors: [500, 475, 450] },
    { cohort: 2010, survivors: [100, 99] },
  ]);
  const parts = [survival(1980, 2), survival(1985, 1), survival(1990, 0)];
  for (const [at, expected] of [0.8, 0.925, 1].entries())
    assert.ok(Math.abs((parts[at] ?? 0) - expected) < 1e-12);
  assert.deepEqual(
    [survival(1979, 1), survival(2011, 1), survival(2000, 1), survival(1980, 3), survival(1980, -1)],
    [undefined, undefined, undefined, undefined, undefined],
  );
  const whole = survivalOf([{ cohort: 1900, survivors: Array.from({ length: 111 }, (_, age) => 111 - age) }]);
  assert.equal(whole(1900, 111), 0);
});

test('survival never rises with age, whatever the tables', () => {
  const anyTable = fc
    .array(fc.integer({ min: 1, max: 1000 }), { minLength: 5, maxLength: 5 })
    .map((survivors) => survivors.sort((a, b) => b - a));
  fc.assert(
    fc.property(anyTable, anyTable, fc.integer({ min: 1950, max: 1958 }), (early, late, cohort) => {
      const survival = survivalOf([
        { cohort: 1950, survivors: early },
        { cohort: 1958, survivors: late },
      ]);
      assert.equal(survival(cohort, 0), 1);
      for (let age = 1; age < 5; age++) {
        const [before = 0, now = 0] = [survival(cohort, age - 1), survival(cohort, age)];
        assert.ok(now <= before + 1e-12 && now >= 0);
      }
    }),
  );
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { lifeOfName } from './peak.ts';

test('the life of a name: its peaks, its first, last and number of listed years', () => {
  const life = lifeOfName({
    years: [1990, 1991, 1993, 1994],
    counts: [5, 80, 80, 12],
    ranks: [900, 40, 38, 500],
    ranksPublished: [null, 41, null, 500],
  });
  assert.deepEqual(life, {
    peakCount: { value: 80, year: 1991, years: [1991, 1993] },
    peakRank: { value: 38, year: 1993, years: [1993] },
    peakRankPublished: { value: 41, year: 1991, years: [1991] },
    firstListed: 1990,
    lastListed: 1994,
    yearsListed: 4,
  });
});

test('a listed year without a figure counts as listed and has no peak', () => {
  const nothing = [null, null];
  const hidden = { years: [2001, 2000], counts: nothing, ranks: nothing, ranksPublished: [null, 7] };
  assert.deepEqual(lifeOfName(hidden), {
    peakCount: null,
    peakRank: null,
    peakRankPublished: { value: 7, year: 2000, years: [2000] },
    firstListed: 2000,
    lastListed: 2001,
    yearsListed: 2,
  });
});

test('years before the figures are sound make no peak, unless the name has no others', () => {
  const years = {
    years: [1920, 1936, 1940, 1950],
    counts: [90, 80, 20, 30],
    ranks: [1, 2, 9, 8],
    ranksPublished: [null, null, null, null],
  };
  const sound = lifeOfName({ ...years, peaksFrom: 1937 });
  assert.deepEqual(sound?.peakCount, { value: 30, year: 1950, years: [1950] });
  assert.deepEqual([sound?.peakRank?.year, sound?.firstListed, sound?.yearsListed], [1950, 1920, 4]);
  assert.equal(lifeOfName({ ...years, peaksFrom: 1960 })?.peakCount?.year, 1920);
});

test('a name listed in no year has no life', () => {
  assert.equal(lifeOfName({ years: [], counts: [], ranks: [], ranksPublished: [] }), undefined);
});

test('a peak is the greatest count, all years that have it, the earliest first; the order of years is free', () => {
  const anyPoints = fc.uniqueArray(
    fc.tuple(fc.integer({ min: 1880, max: 2025 }), fc.integer({ min: 1, max: 9 })),
    {
      selector: ([year]) => year,
      minLength: 1,
    },
  );
  fc.assert(
    fc.property(anyPoints, (points) => {
      const life = lifeOfName({
        years: points.map(([year]) => year),
        counts: points.map(([, count]) => count),
        ranks: points.map(([, count]) => 10 - count),
        ranksPublished: points.map(() => null),
      });
      const greatest = Math.max(...points.map(([, count]) => count));
      const years = points.filter(([, count]) => count === greatest).map(([year]) => year);
      years.sort((a, b) => a - b);
      assert.deepEqual(life?.peakCount, { value: greatest, year: years[0], years });
      assert.deepEqual(life?.peakRank, { value: 10 - greatest, year: years[0], years });
    }),
  );
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { CatalogSlice, CountryCatalog } from '../read-model/country-catalog.ts';
import { cutAt, latestStretch, longestStretch, stretchesOf } from './stretches.ts';

/** France counts more completely from 1946 on, as its parser knows. */
const france = { sources: new Map([[1, { parser: 'fr_insee' }]]) } as unknown as CountryCatalog;

function years(from: number, to: number, sum = 10): CatalogSlice[] {
  return Array.from(
    { length: to - from + 1 },
    (_, at) => ({ toYear: from + at, sum, releaseNo: 1 }) as CatalogSlice,
  );
}

test('years are cut where a method breaks, and years without counts are left out', () => {
  const slices = [...years(1938, 1939), ...years(1940, 1942, 0), ...years(1943, 1950)];
  const stretches = stretchesOf(france, slices).map((each) => each.map(({ toYear }) => toYear));
  assert.deepEqual(stretches, [
    [1938, 1939, 1943, 1944, 1945],
    [1946, 1947, 1948, 1949, 1950],
  ]);
  assert.equal(longestStretch(france, slices)[0]?.toYear, 1946);
  assert.equal(latestStretch(france, slices)[0]?.toYear, 1946);
  assert.equal(longestStretch(france, years(1900, 1950))[0]?.toYear, 1900);
  assert.deepEqual(longestStretch(france, years(1940, 1945, 0)), []);
});

test('a break in a year that is not published falls before the next that is', () => {
  const stretches = stretchesOf(france, [...years(1944, 1945), ...years(1948, 1949)]);
  assert.deepEqual(
    stretches.map((each) => each.map(({ toYear }) => toYear)),
    [
      [1944, 1945],
      [1948, 1949],
    ],
  );
});

test('runs put together again are what was cut', () => {
  fc.assert(
    fc.property(fc.array(fc.integer()), fc.nat(5), (items, gap) => {
      const runs = cutAt(items, (item, before) => item - before > gap);
      assert.deepEqual(runs.flat(), items);
      assert.ok(runs.every(({ length }) => length > 0));
    }),
  );
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { CatalogSlice } from '../read-model/country-catalog.ts';
import type { SliceRows } from '../read-model/pages.query.ts';
import type { Summand } from '../read-model/sum-slices.ts';
import { createYearSums } from './year-sums.ts';

const NAMES = 6;

/** Sums by dictionary number. */
function addedUp(summands: readonly Summand[]): Int32Array {
  const sums = new Int32Array(NAMES + 1);
  for (const { numbers, counts, minus, isTaken } of summands) {
    const sign = isTaken ? -1 : 1;
    numbers.forEach((no, at) => (sums[no]! += sign * ((counts[at] as number) - (minus?.[at] ?? 0))));
  }
  return sums;
}

const anyYears = fc.array(fc.array(fc.nat(9), { minLength: NAMES, maxLength: NAMES }), {
  minLength: 1,
  maxLength: 40,
});
const anyRanges = fc.array(fc.tuple(fc.nat(39), fc.nat(39)), { minLength: 1, maxLength: 8 });

test('sums from running totals are the sums of the years', async () => {
  await fc.assert(
    fc.asyncProperty(anyYears, anyRanges, async (years, ranges) => {
      const rowsOf = new Map<CatalogSlice, SliceRows>();
      const all = years.map((counts, at) => {
        const slice = { toYear: 1900 + at, rows: counts.length } as CatalogSlice;
        rowsOf.set(slice, {
          numbers: Int32Array.from(counts.keys(), (no) => no + 1),
          counts: Int32Array.from(counts),
        });
        return slice;
      });
      let asked = 0;
      const sums = createYearSums(
        {
          rows(slices) {
            asked += slices.length;
            return Promise.resolve(slices.map((slice) => rowsOf.get(slice) as SliceRows));
          },
        },
        1,
      );
      for (const [one, other] of ranges) {
        const [from, to] = [Math.min(one, other), Math.max(one, other)].map((at) =>
          Math.min(at, all.length - 1),
        );
        const wanted = all.slice(from, (to as number) + 1);
        const expected = new Int32Array(NAMES + 1);
        for (const slice of wanted)
          (rowsOf.get(slice) as SliceRows).counts.forEach((count, at) => (expected[at + 1]! += count));
        assert.deepEqual(addedUp(await sums.summands(all, wanted)), expected);
      }
      await sums.summands(all, all);
      asked = 0;
      await sums.summands(all, all);
      assert.ok(asked < 8 || all.length < 8, `${asked} slices for ${all.length} years`);
    }),
  );
});

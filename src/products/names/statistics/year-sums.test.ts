import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { CatalogSlice } from '../read-model/country-catalog.ts';
import { createDictionary } from '../read-model/dictionary.ts';
import type { SliceRows } from '../read-model/pages.query.ts';
import { createYearSums } from './year-sums.ts';

const NAMES = 6;

/** As many spellings as are asked for, numbered from 1. */
function dictionaryOf(size: number) {
  return createDictionary(
    Array.from({ length: size }, (_, at) => {
      const name = String.fromCodePoint(97 + at);
      return { no: at + 1, published: name, name, key: name, fold: name, compact: name };
    }),
  );
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
        // A dictionary that has grown since does not make the totals wrong.
        for (const size of [NAMES, NAMES + 2]) {
          const found = await sums.sum(all, wanted, dictionaryOf(size));
          const expected = new Int32Array(size + 1);
          for (const slice of wanted)
            (rowsOf.get(slice) as SliceRows).counts.forEach((count, no) => (expected[no + 1]! += count));
          assert.deepEqual(found, expected);
        }
      }
      await sums.sum(all, all, dictionaryOf(NAMES + 2));
      asked = 0;
      await sums.sum(all, all, dictionaryOf(NAMES + 2));
      assert.ok(asked < 8 || all.length < 8, `${asked} slices for ${all.length} years`);
    }),
  );
});

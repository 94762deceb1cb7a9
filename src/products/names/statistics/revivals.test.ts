import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { CatalogSlice } from '../read-model/country-catalog.ts';
import { createDictionary } from '../read-model/dictionary.ts';
import type { SliceRows } from '../read-model/pages.query.ts';
import { findFlashes } from './flashes.ts';
import { findRevivals } from './revivals.ts';

/** Ten names, of which the last four are spellings of the first four. */
const NAMES = 6;
const dictionary = createDictionary(
  Array.from({ length: 10 }, (_, no) => {
    const key = `n${no % NAMES}`;
    return { no, name: `N${no}`, published: '', key, fold: key, compact: key };
  }),
);
const TOTAL = 10_000;
const THRESHOLD = 5;

/** Counts by year and name; undefined: not listed, 0: hidden. */
type Years = readonly (readonly (number | undefined)[])[];

/** Lists from 1950 on; every other year has the other spellings. */
function published(years: Years): {
  slices: CatalogSlice[];
  model: { rows(slices: readonly CatalogSlice[]): Promise<SliceRows[]> };
} {
  const slices = years.map((_, at) => ({ toYear: 1950 + at, threshold: THRESHOLD }) as CatalogSlice);
  const lists = years.map((counts, at): SliceRows => {
    const rows = counts.flatMap((count, no) =>
      count === undefined ? [] : [{ no: at % 2 === 1 && no < 4 ? no + NAMES : no, count }],
    );
    rows.sort((a, b) => b.count - a.count);
    return {
      numbers: Int32Array.from(rows, ({ no }) => no),
      counts: Int32Array.from(rows, ({ count }) => count),
    };
  });
  const rows = async (some: readonly CatalogSlice[]) =>
    some.map(({ toYear }) => lists[toYear - 1950] as SliceRows);
  return { slices, model: { rows } };
}

const anyCount = fc.oneof(
  { weight: 2, arbitrary: fc.constant(undefined) },
  { weight: 1, arbitrary: fc.constant(0) },
  { weight: 5, arbitrary: fc.integer({ min: 5, max: 100 }) },
);
const anyYears: fc.Arbitrary<Years> = fc.array(fc.array(anyCount, { minLength: NAMES, maxLength: NAMES }), {
  minLength: 1,
  maxLength: 60,
});

test('a revival is four times above its low of forty years, and the low far below what was before', async () => {
  await fc.assert(
    fc.asyncProperty(anyYears, async (years) => {
      const { slices, model } = published(years);
      const found = await findRevivals(model, dictionary, slices, () => TOTAL);
      const last = years.length - 1;
      const expected = Array.from({ length: NAMES }, (_, no) => no).flatMap((no) => {
        const counts = years.map((ofYear) => ofYear[no]);
        const atMost = counts.map((count) => (count ? count : THRESHOLD - 1));
        const window = [...atMost.keys()].filter((at) => at < last && at > last - 40);
        const low = Math.min(...window.map((at) => atMost[at] as number));
        const lowAt = window.find((at) => atMost[at] === low) ?? -1;
        const before = counts.slice(0, Math.max(0, lowAt)).map((count) => count ?? 0);
        const peak = Math.max(0, ...before);
        const now = counts[last] ?? 0;
        return now >= 4 * low && peak >= 4 * low
          ? [
              {
                no,
                now,
                low: 1950 + lowAt,
                lowCount: counts[lowAt] || null,
                peak,
                peakAt: 1950 + before.indexOf(peak),
              },
            ]
          : [];
      });
      assert.deepEqual(
        found
          .map((each) => ({
            no: each.number % NAMES,
            now: each.count,
            low: each.lowYear,
            lowCount: each.lowCount,
            peak: each.peakCount,
            peakAt: each.peakYear,
          }))
          .toSorted((a, b) => a.no - b.no),
        expected,
      );
      const ratios = found.map(({ share, lowShare }) => share / lowShare);
      assert.deepEqual(
        ratios,
        ratios.toSorted((a, b) => b - a),
      );
    }),
    { numRuns: 300 },
  );
});

test('a flash is listed in one or two years of all', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(anyCount, { minLength: NAMES, maxLength: NAMES }), { maxLength: 5 }),
      async (years) => {
        const { slices, model } = published(years);
        const found = await findFlashes(model, dictionary, slices);
        const expected = Array.from({ length: NAMES }, (_, no) => no).flatMap((no) => {
          const listed = [...years.keys()].filter((at) => years[at]?.[no] !== undefined);
          const [first = 0] = listed;
          const last = listed.at(-1) ?? 0;
          return listed.length === 1 || listed.length === 2
            ? [[no, listed.length, 1950 + first, 1950 + last, years[first]?.[no], years[last]?.[no]]]
            : [];
        });
        const lines = Array.from(found.numbers, (no, at) => [
          no,
          found.years[at],
          found.firstYear[at],
          found.lastYear[at],
          found.firstCount[at],
          found.lastCount[at],
        ]);
        assert.deepEqual(
          lines.toSorted((a, b) => (a[0] ?? 0) - (b[0] ?? 0)),
          expected,
        );
        const most = lines.map(([, , , , one = 0, other = 0]) => Math.max(one, other));
        assert.deepEqual(
          most,
          most.toSorted((a, b) => b - a),
        );
      },
    ),
  );
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { SliceRows } from '../read-model/pages.query.ts';
import { createRowComparison } from './compare-rows.ts';
import { type ComparedRows, findGenderSwaps } from './gender-swaps.ts';

/** Counts of names 0, 1, 2…; 0: not listed. */
type Counts = readonly number[];

function rowsOf(counts: Counts): SliceRows {
  const listed = counts.map((count, number) => ({ number, count })).filter(({ count }) => count > 0);
  listed.sort((a, b) => b.count - a.count || a.number - b.number);
  return {
    numbers: Int32Array.from(listed, ({ number }) => number),
    counts: Int32Array.from(listed, ({ count }) => count),
  };
}

async function compared(former: Counts, now: Counts): Promise<ComparedRows> {
  const [before, after] = [rowsOf(former), rowsOf(now)];
  const compareRows = createRowComparison((numbers) =>
    Promise.resolve(new Map(numbers.map((number) => [number, `${number}`]))),
  );
  const changes = await compareRows(before, after);
  return { before, after, changes };
}

async function swapped(girls: readonly [Counts, Counts], boys: readonly [Counts, Counts]): Promise<number[]> {
  const swaps = findGenderSwaps(await compared(...girls), await compared(...boys));
  return swaps.map(({ number }) => number).sort((a, b) => a - b);
}

const CASES: readonly [string, readonly [number, number], readonly [number, number], boolean][] = [
  ['all girls become all boys', [20, 0], [0, 20], true],
  ['too few to say', [19, 0], [0, 400], false],
  ['from all girls to one in twenty', [100, 0], [5, 95], false],
  ['from all girls to fewer than one in twenty', [100, 0], [4, 96], true],
  ['boys join, the girls stay', [100, 0], [100, 2000], true],
  ['97.6 to 2.4 of a hundred', [976, 24], [24, 976], true],
  ['97.4 to 2.6 of a hundred', [974, 26], [26, 974], false],
];

for (const [title, [girls, boys], [girlsNow, boysNow], isSwap] of CASES) {
  test(`${title}: ${isSwap ? 'a swap' : 'none'}`, async () => {
    assert.deepEqual(await swapped([[girls], [girlsNow]], [[boys], [boysNow]]), isSwap ? [0] : []);
  });
}

const anyCounts = fc.array(fc.constantFrom(0, 1, 5, 19, 20, 30, 400, 1000, 40_000), {
  minLength: 6,
  maxLength: 6,
});

test('no swap is overlooked', async () => {
  await fc.assert(
    fc.asyncProperty(anyCounts, anyCounts, anyCounts, anyCounts, async (girls, girlsNow, boys, boysNow) => {
      const expected = girls.flatMap((f, number) => {
        const [m, g, b] = [boys[number] ?? 0, girlsNow[number] ?? 0, boysNow[number] ?? 0];
        if (f + m < 20 || g + b < 20) return [];
        return Math.abs(f / (f + m) - g / (g + b)) > 0.95 ? [number] : [];
      });
      assert.deepEqual(await swapped([girls, girlsNow], [boys, boysNow]), expected);
    }),
    { numRuns: 500 },
  );
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { CatalogSlice } from '../read-model/country-catalog.ts';
import { ranksOf } from '../read-model/histogram.ts';
import { distinctNames, sumOfGroup } from './group-sum.ts';
import type { NameCounts } from './name-counts.ts';

/** A list of a year with these counts, and `withheld` names without one. */
function sliceOf(counts: readonly number[], withheld: number, threshold: number | null): CatalogSlice {
  const distinct = [...new Set(counts)].sort((a, b) => b - a);
  const frequencies = Int32Array.from(distinct, (count) => counts.filter((each) => each === count).length);
  return {
    toYear: 2000,
    rows: counts.length + withheld,
    withheld,
    threshold,
    counts: Int32Array.from(distinct),
    frequencies,
    ranks: ranksOf(frequencies),
  } as CatalogSlice;
}

function groupOf(slice: CatalogSlice, counts: readonly (number | null | undefined)[]): NameCounts[] {
  return counts.map((count) => ({ slices: [slice], counts: [count] }) as unknown as NameCounts);
}

const anyCounts = fc.array(fc.integer({ min: 5, max: 30 }), { maxLength: 20 });
const anyHidden = fc.record({ hidden: fc.nat(3), unlisted: fc.nat(3) });

test('the sum of a group stands where it would if the group were one name', () => {
  fc.assert(
    fc.property(anyCounts, anyCounts, anyHidden, (own, others, { hidden, unlisted }) => {
      fc.pre(own.length > 0);
      const slice = sliceOf([...own, ...others], hidden, 5);
      const [year] = sumOfGroup(
        groupOf(slice, [
          ...own,
          ...Array<null>(hidden).fill(null),
          ...Array<undefined>(unlisted).fill(undefined),
        ]),
      );
      const sum = own.reduce((total, count) => total + count, 0);
      const most = sum + 4 * (hidden + unlisted);
      const rankOf = (count: number): number => 1 + others.filter((other) => other > count).length;
      assert.deepEqual(year, {
        count: sum,
        countAtMost: most,
        namesShown: own.length,
        namesHidden: hidden,
        rank: rankOf(sum),
        rankAtBest: rankOf(most),
        tied: 1 + others.filter((other) => other === sum).length,
        outOf: others.length + 1,
      });
    }),
  );
});

test('a group that no list shows has a bound and no count; a hidden count without a threshold has neither', () => {
  const [unlisted] = sumOfGroup(groupOf(sliceOf([9, 7], 0, 5), [undefined, undefined]));
  assert.deepEqual(
    [unlisted?.count, unlisted?.countAtMost, unlisted?.rank, unlisted?.outOf],
    [null, 8, null, 2],
  );
  const [open] = sumOfGroup(groupOf(sliceOf([9, 7], 1, null), [9, null]));
  assert.deepEqual([open?.count, open?.countAtMost, open?.rankAtBest], [9, null, null]);
  const [whole] = sumOfGroup(groupOf(sliceOf([9, 7], 0, null), [9, undefined]));
  assert.deepEqual([whole?.count, whole?.countAtMost], [9, 9]);
});

test('names of one key are counted once, in the order asked for', () => {
  assert.deepEqual(distinctNames(['Zoe', 'ZOE', 'Zoé', 'zoe', 'Ann']), ['Zoe', 'Zoé', 'Ann']);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createDictionary } from './dictionary.ts';
import type { SliceRows } from './pages.query.ts';
import { rankSums, type Summand } from './sum-slices.ts';

const NAMES = 12;
const anyCounts = fc.array(fc.nat(4), { minLength: NAMES, maxLength: NAMES });

/** Name order is not that of the numbers; with `joined`, the last two are spellings of the first two. */
function dictionaryOf(joined: boolean): ReturnType<typeof createDictionary> {
  const rows = Array.from({ length: NAMES }, (_, no) => {
    const same = joined && no >= NAMES - 2 ? no - NAMES + 2 : no;
    const key = `name ${(same * 5) % NAMES}`;
    return { no: no + 1, name: `${key} ${no}`, published: key, key, fold: key, compact: key };
  });
  return createDictionary(rows.sort((a, b) => (a.name < b.name ? -1 : 1)));
}

function rowsOf(counts: readonly number[]): SliceRows {
  const listed = [...counts.keys()].filter((at) => counts[at] !== 0);
  return {
    numbers: Int32Array.from(listed, (at) => at + 1),
    counts: Int32Array.from(listed, (at) => counts[at] as number),
  };
}

test('running totals give the same ranking as the years one by one', () => {
  fc.assert(
    fc.property(
      fc.array(anyCounts, { minLength: 2, maxLength: 6 }),
      fc.nat(3),
      fc.boolean(),
      fc.boolean(),
      fc.integer({ min: 1, max: 6 }),
      fc.constantFrom(1, 3, Infinity),
      (years, before, takesLast, joined, minSum, names) => {
        const dictionary = dictionaryOf(joined);
        const first = Math.min(before, years.length - 1);
        const total = (upTo: number): Int32Array =>
          Int32Array.from({ length: NAMES }, (_, at) =>
            years.slice(0, upTo).reduce((sum, counts) => sum + (counts[at] as number), 0),
          );
        const between: Summand = {
          numbers: Int32Array.from({ length: NAMES }, (_, at) => at + 1),
          counts: total(years.length - (takesLast ? 0 : 1)),
          minus: total(first),
        };
        const last = rowsOf(years.at(-1) ?? []);
        const wanted = years.slice(first, takesLast ? -1 : undefined).map(rowsOf);
        const summands = [between, { ...last, isTaken: takesLast }];
        for (const least of [minSum, 1]) {
          const expected = rankSums(wanted, dictionary, { names: Infinity, minSum: least });
          const ranked = rankSums(summands, dictionary, { names, minSum: least });
          const length = ranked.numbers.length;
          assert.equal(ranked.total, expected.total);
          assert.ok(length >= Math.min(names, expected.total), `${length} names`);
          assert.deepEqual(ranked.numbers, expected.numbers.slice(0, length));
          assert.deepEqual(ranked.counts, expected.counts.slice(0, length));
        }
      },
    ),
  );
});

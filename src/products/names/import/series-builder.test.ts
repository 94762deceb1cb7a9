import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createSeriesBuilder } from './series-builder.ts';

const NAMES = 8;
const anyNumbers = fc.uniqueArray(fc.integer({ min: 1, max: 100 }), { minLength: NAMES, maxLength: NAMES });
const anyYear = fc.uniqueArray(fc.tuple(fc.nat(NAMES - 1), fc.integer({ min: 5, max: 0x7fffffff })), {
  maxLength: NAMES,
  selector: ([name]) => name,
});
const anyGroup = fc.array(anyYear, { maxLength: 12 });

test('years by name: each name once, by rising number, with its years rising', () => {
  fc.assert(
    fc.property(anyNumbers, fc.array(anyGroup, { maxLength: 3 }), (numbers, groups) => {
      const builder = createSeriesBuilder({ numbers: Int32Array.from(numbers) });
      for (const group of groups) {
        const expected = new Map<number, [number, number][]>();
        group.forEach((rows, at) => {
          const names = Int32Array.from(rows, ([name]) => name);
          const counts = Int32Array.from(rows, ([, count]) => count);
          builder.add({ draft: { year: 2000 + at }, length: rows.length, names, counts });
          for (const [name, count] of rows) {
            const no = numbers[name] as number;
            expected.set(no, [...(expected.get(no) ?? []), [2000 + at, count]]);
          }
        });
        const found: [number, [number, number][]][] = [];
        const { years, counts, length, each } = builder.finish();
        for (let from = 0; from < length; from += 3) {
          each(from, from + 3, (no, start, end) => {
            const places = Array.from({ length: end - start }, (_, at) => start + at);
            found.push([no, places.map((at) => [years[at] as number, counts[at] as number])]);
          });
        }
        assert.deepEqual(
          found,
          [...expected].sort(([a], [b]) => a - b),
        );
      }
    }),
    { numRuns: 300 },
  );
});

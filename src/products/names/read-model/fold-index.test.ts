import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createFoldIndex } from './fold-index.ts';

const text = fc.string({ unit: fc.constantFrom('a', 'n', 'z', ' ', "'", '美', '𐐨'), maxLength: 7 });
const COMPARE = {
  prefix: (fold: string, part: string) => fold.startsWith(part),
  contains: (fold: string, part: string) => fold.includes(part),
  ends_with: (fold: string, part: string) => fold.endsWith(part),
};

for (const kind of ['prefix', 'contains', 'ends_with'] as const) {
  test(`${kind} finds each fold that a look at all of them finds, once`, () => {
    fc.assert(
      fc.property(fc.array(text, { maxLength: 40 }), text, (folds, part) => {
        const found: number[] = [];
        createFoldIndex(folds).match(kind, part, (position) => found.push(position));
        const expected = [...folds.keys()].filter((at) => COMPARE[kind](folds[at] as string, part));
        assert.deepEqual(
          found.sort((a, b) => a - b),
          expected,
        );
      }),
      { numRuns: 500 },
    );
  });
}

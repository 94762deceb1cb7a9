import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { firstWithin, lengthOfTop, rankAt } from './ranking.ts';

const fallingCounts = fc
  .array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 60 })
  .map((counts) => Int32Array.from(counts).sort().reverse());

test('ranks and ties are those of counting', () => {
  fc.assert(
    fc.property(fallingCounts, (counts) => {
      counts.forEach((count, at) => {
        const larger = counts.filter((other) => other > count);
        const tied = counts.filter((other) => other === count).length;
        assert.deepEqual(rankAt(counts, at, 'competition'), { rank: larger.length + 1, tied });
        assert.deepEqual(rankAt(counts, at, 'dense'), { rank: new Set(larger).size + 1, tied });
        assert.deepEqual(rankAt(counts, at, 'ordinal'), { rank: at + 1, tied });
      });
    }),
  );
});

test('a top keeps all ties at its cut and nothing beyond', () => {
  fc.assert(
    fc.property(fallingCounts, fc.integer({ min: 1, max: 70 }), (counts, top) => {
      for (const method of ['competition', 'dense'] as const) {
        const within = [...counts.keys()].filter((at) => rankAt(counts, at, method).rank <= top);
        assert.equal(lengthOfTop(counts, top, method), within.length, method);
      }
      assert.equal(lengthOfTop(counts, top, 'ordinal'), lengthOfTop(counts, top, 'competition'));
    }),
  );
});

test('the first place within a count', () => {
  fc.assert(
    fc.property(fallingCounts, fc.integer({ min: 0, max: 13 }), (counts, count) => {
      assert.equal(firstWithin(counts, count), counts.filter((each) => each > count).length);
    }),
  );
});

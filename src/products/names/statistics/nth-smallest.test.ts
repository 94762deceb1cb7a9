import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { nthSmallest } from './nth-smallest.ts';

describe('the value at a place', () => {
  it('is that of the sorted values', () => {
    const few = fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 1 });
    const any = fc.array(fc.double({ noNaN: true }), { minLength: 1 });
    fc.assert(
      fc.property(fc.oneof(few, any), fc.nat(), (values, place) => {
        const n = place % values.length;
        const sorted = Float64Array.from(values).sort();
        assert.equal(nthSmallest([...values], n), sorted[n]);
      }),
    );
  });
});

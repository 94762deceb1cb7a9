import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createPlaceFinder } from './find-place.ts';

test('a number is found where it stands, with an index and without', () => {
  const distinct = fc.uniqueArray(fc.integer({ min: 1, max: 5_000_000 }), { maxLength: 60 });
  fc.assert(
    fc.property(distinct, fc.integer({ min: 1, max: 5_000_000 }), fc.nat(1), (values, other, indexed) => {
      const numbers = Int32Array.from(values);
      const findPlace = createPlaceFinder(indexed);
      for (const wanted of [...values, other])
        assert.equal(findPlace(numbers, wanted), values.indexOf(wanted));
    }),
  );
});

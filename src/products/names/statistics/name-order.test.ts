import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Dictionary } from '../read-model/dictionary.ts';
import { placesByName } from './name-order.ts';

test('lists short and long are put in the order of the dictionary, whatever numbers their names have', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.nat(500), { minLength: 1, maxLength: 200 }),
      fc.nat(5000),
      (numbers, others) => {
        // The number is the rank by name from the last: position = 500 - number.
        const positions = Int32Array.from({ length: 501 }, (_, no) => 500 - no);
        const dictionary = { positions, size: 501 + others } as unknown as Dictionary;
        const places = placesByName(Int32Array.from(numbers), dictionary);
        const ordered = [...places].map((place) => numbers[place]);
        assert.deepEqual(
          ordered,
          numbers.toSorted((a, b) => b - a),
        );
      },
    ),
  );
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createByteCache } from './byte-cache.ts';

const ENTRY_BYTES = 700;
/** With what an entry takes besides its columns. */
const WHOLE_ENTRY_BYTES = 1000;

test('a cache never holds more bytes than it may, nor gives another value than the last one', () => {
  const anyStep = fc.tuple(fc.constantFrom('get' as const, 'set' as const), fc.nat(30));
  fc.assert(
    fc.property(fc.array(anyStep, { maxLength: 200 }), (steps) => {
      const cache = createByteCache<number, string>(10 * WHOLE_ENTRY_BYTES, () => ENTRY_BYTES);
      const last = new Map<number, string>();
      steps.forEach(([step, key], at) => {
        if (step === 'get') {
          const value = cache.get(key);
          assert.ok(value === undefined || value === last.get(key));
        } else {
          cache.set(key, `${at}`);
          last.set(key, `${at}`);
          assert.equal(cache.get(key), `${at}`);
        }
      });
      const kept = [...last.keys()].filter((key) => cache.get(key) !== undefined);
      assert.equal(kept.length, Math.min(10, last.size));
    }),
  );
});

test('once it fills, what was asked for last stays longest', () => {
  const cache = createByteCache<number, number>(10 * WHOLE_ENTRY_BYTES, () => ENTRY_BYTES);
  for (let key = 0; key < 8; key++) cache.set(key, key);
  assert.equal(cache.isFull(), false);
  cache.get(0);
  for (let key = 8; key < 17; key++) cache.set(key, key);
  assert.equal(cache.isFull(), true);
  assert.equal(cache.get(0), 0);
  assert.equal(cache.get(1), undefined);
});

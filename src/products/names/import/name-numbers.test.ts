import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MAX_NAMES } from '../spelling/name-limit.ts';
import { createNameNumbers } from './name-numbers.ts';

test('a name keeps its number, spellings of one key share theirs, and the order is that of the shown names', async () => {
  const names = createNameNumbers(async (spellings) => Int32Array.from(spellings, (_, at) => 100 - at));
  const numbers = ['ZOE', 'Anna', 'Zoe', 'Anna'].map((name) => names.of(name));
  assert.deepEqual(numbers, [0, 1, 2, 1]);
  const { published, numbers: known, keys, atPlace, order } = await names.settle();
  assert.deepEqual(published, ['ZOE', 'Anna', 'Zoe']);
  assert.deepEqual([...known], [100, 99, 98]);
  assert.equal(keys[0], keys[2]);
  assert.notEqual(keys[0], keys[1]);
  assert.equal(atPlace[0], 1);
  assert.deepEqual(
    [...atPlace].map((local) => order[local]),
    [0, 1, 2],
  );
});

test('a place in name order and the largest count fit into one exact number', () => {
  assert.ok(Number.isSafeInteger(0x7fffffff * MAX_NAMES + (MAX_NAMES - 1)));
});

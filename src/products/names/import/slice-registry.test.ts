import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSliceRegistry } from './slice-registry.ts';

test('a slice is one draft for each inner file that states it', () => {
  const registry = createSliceRegistry();
  const first = registry.find(0, null, 'F', 2000);
  assert.equal(registry.find(0, null, 'M', 2000).index, 1);
  assert.equal(registry.find(0, null, 'F', 2000), first);
  assert.notEqual(registry.find(1, null, 'F', 2000), first);
  assert.notEqual(registry.find(0, 'US-CA', 'F', 2000), first);
  assert.deepEqual(
    registry.slices.map(({ index }) => index),
    [0, 1, 2, 3],
  );
});

test('of three files that state a slice the last supplies it', () => {
  const registry = createSliceRegistry();
  const [late, early, middle] = [2, 0, 1].map((file) => registry.find(file, null, 'F', 2000));
  const other = registry.find(0, null, 'F', 2001);
  assert.deepEqual(new Set(registry.settle(() => 0)), new Set([early, middle]));
  assert.deepEqual(
    [late, early, middle, other].map((slice) => slice?.replaced),
    [false, true, true, false],
  );
});

test('a file that amends another joins its slices in place of replacing them', () => {
  const registry = createSliceRegistry();
  const [lower, upper, own] = [
    registry.find(0, null, 'F', 2000),
    registry.find(1, null, 'F', 2000),
    registry.find(1, null, 'F', 2001),
  ];
  Object.assign(lower, { rowsRead: 10, sumRead: 100 });
  Object.assign(upper, { rowsRead: 2, sumRead: 20 });
  assert.deepEqual(
    registry.settle((file) => file),
    [],
  );
  assert.deepEqual([upper.joins, own.joins], [lower, undefined]);
  assert.deepEqual([lower.rowsRead, lower.sumRead], [12, 120]);
});

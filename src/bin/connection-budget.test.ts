import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { shareConnections } from './connection-budget.ts';

test('the default settings leave nine connections to the API', () => {
  const budget = shareConnections({ maxConnections: 20, concurrency: 4, withApi: true });
  assert.deepEqual(budget, { api: 9, worker: 10, concurrency: 4 });
});

test('without workers the API has all of them', () => {
  const budget = shareConnections({ maxConnections: 20, concurrency: 0, withApi: true });
  assert.deepEqual(budget, { api: 20, worker: 0, concurrency: 0 });
});

test('a worker process needs none for an API', () => {
  const budget = shareConnections({ maxConnections: 20, concurrency: 8, withApi: false });
  assert.deepEqual(budget, { api: 0, worker: 18, concurrency: 8 });
});

test('whatever is asked for, the process keeps to its connections and its jobs do not wait for each other', () => {
  const maxConnections = fc.integer({ min: 5, max: 500 });
  const concurrency = fc.integer({ min: 1, max: 100 });
  fc.assert(
    fc.property(maxConnections, concurrency, fc.boolean(), (most, asked, withApi) => {
      const budget = shareConnections({ maxConnections: most, concurrency: asked, withApi });
      assert.ok(budget.api + budget.worker + 1 <= most);
      assert.ok(budget.concurrency >= 1 && budget.concurrency <= asked);
      assert.ok(budget.worker > budget.concurrency * 2, 'a heartbeat finds a connection beside every job');
      assert.equal(budget.api > 0, withApi);
    }),
  );
});

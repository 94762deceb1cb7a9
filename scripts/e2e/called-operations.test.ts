import assert from 'node:assert/strict';
import { test } from 'node:test';
import { uncalledOperations } from './called-operations.ts';

const OPENAPI = {
  paths: {
    '/v1/names/{name}': { get: {} },
    '/v1/names/search': { get: {} },
    '/v1/names/{name}/trend': { get: {} },
    '/v1/names.csv': { get: {} },
    '/v1/datasets/{id}': { get: {}, delete: {} },
  },
};

test('operations that no call fits are told', () => {
  assert.deepEqual(uncalledOperations(OPENAPI, 'GET /v1/names/Emma\nDELETE /v1/datasets/7\n'), {
    operations: 6,
    uncalled: [
      'GET /v1/names/search',
      'GET /v1/names.csv',
      'GET /v1/names/{name}/trend',
      'GET /v1/datasets/{id}',
    ].toSorted(),
  });
});

test('a call counts for one operation: its path without parameters, if there is one', () => {
  const { uncalled } = uncalledOperations(
    OPENAPI,
    'GET /v1/names/search\nGET /v1/namesxcsv\nGET /v1/names/a/b/trend',
  );
  assert.equal(uncalled.length, 5);
  assert.ok(!uncalled.includes('GET /v1/names/search'));
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isOutage } from './outage.ts';

function withCode(code: string): Error {
  return Object.assign(new Error('x'), { code });
}

const outages = {
  'a refused connection': withCode('ECONNREFUSED'),
  'a server that shuts down': withCode('57P01'),
  'too many connections': withCode('53300'),
  'a broken connection': withCode('08006'),
  'a connection that ended': new Error('Connection terminated unexpectedly'),
  'no connection in time': new Error('timeout exceeded when trying to connect'),
  'all addresses refused': new AggregateError([withCode('ECONNREFUSED')]),
  'a wrapped outage': new Error('query failed', { cause: withCode('ECONNRESET') }),
};

for (const [title, error] of Object.entries(outages)) {
  test(`${title} is an outage`, () => assert.equal(isOutage(error), true));
}

const bugs = {
  'a unique violation': withCode('23505'),
  'a syntax error in SQL': withCode('42601'),
  'a plain error': new TypeError('x is not a function'),
  'something thrown that is no error': 'ECONNREFUSED',
  nothing: undefined,
};

for (const [title, error] of Object.entries(bugs)) {
  test(`${title} is none`, () => assert.equal(isOutage(error), false));
}

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigError, loadConfig, readEnvironment } from './config.ts';

const KEY = `ak_abcdEF12_${'x'.repeat(43)}`;

function problemsOf(variables: Record<string, string>): readonly string[] {
  try {
    loadConfig(variables);
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return error.problems;
  }
  return [];
}

test('an empty environment is the embedded default', () => {
  const config = loadConfig({});
  assert.equal(config.database.url, undefined);
  assert.equal(config.server.host, '127.0.0.1');
  assert.equal(config.server.port, 8080);
  assert.deepEqual(config.storage, { type: 'local', path: 'data/files' });
  assert.equal(config.jobs.leaseMs, 30_000);
  assert.equal(config.uploads.maxUploadBytes, 1024 ** 3);
  assert.equal(config.access.publicRead, true);
  assert.deepEqual(config.server.cors.origins, []);
  assert.deepEqual(config.warnings, []);
});

test('with a database of its own it listens on all addresses', () => {
  const { server, database } = loadConfig({ DATABASE_URL: 'postgres://u:p@db/x' });
  assert.equal(server.host, '0.0.0.0');
  assert.equal(database.url, 'postgres://u:p@db/x');
});

test('every wrong value is named at once, with what it must be', () => {
  const problems = problemsOf({
    SERVER_PORT: '99999',
    LOG_LEVEL: 'loud',
    JOB_LEASE: '30',
    WORKER_CONCURRENCY: '-1',
    PUBLIC_READ: 'perhaps',
    MAX_LINE_BYTES: '12 bananas',
    DATABASE_URL: 'mysql://x',
    STORAGE_TYPE: 'floppy',
    AFFIRM_NAME_URL: 'names.example.org',
  });
  const named = problems.map((problem) => problem.split(' ', 1)[0]);
  assert.deepEqual(
    new Set(named),
    new Set([
      'AFFIRM_NAME_URL',
      'DATABASE_URL',
      'JOB_LEASE',
      'LOG_LEVEL',
      'MAX_LINE_BYTES',
      'PUBLIC_READ',
      'SERVER_PORT',
      'STORAGE_TYPE',
      'WORKER_CONCURRENCY',
    ]),
  );
  assert.ok(
    problems.includes(
      'LOG_LEVEL must be one of fatal, error, warn, info, debug, trace, silent; it is "loud".',
    ),
  );
});

test('known but unbuilt settings refuse the start by name; asking for what is so anyway does not', () => {
  const unbuilt = { RATE_LIMIT_PUBLIC: '100', JWT_SECRET: 'hush' };
  const problems = problemsOf(unbuilt);
  for (const name of Object.keys(unbuilt))
    assert.ok(
      problems.some((problem) => problem.startsWith(name)),
      name,
    );
  assert.deepEqual(
    problemsOf({ RATE_LIMIT_PUBLIC: '0', METRICS_ENABLED: 'false', STORAGE_TYPE: 'local' }),
    [],
  );
});

test('no secret is repeated in a message', () => {
  const variables = {
    DATABASE_URL: 'postgres://u:hushhush@db/x?sslmode=maybe',
    BOOTSTRAP_ADMIN_KEY: 'hushhush',
    DATABASE_DIRECT_URL: 'hushhush',
    JWT_SECRET: 'hushhush',
    DB_PASSWORD: 'hushhush',
    QUEUE_URL: 'http://u:hushhush@broker',
  };
  const problems = problemsOf(variables);
  assert.equal(problems.length >= 4, true);
  assert.doesNotMatch(problems.join(), /hushhush/);
});

test('the address of the broker is amqp or amqps, with a host', () => {
  const url = 'amqps://u:p@broker:5671/names';
  assert.equal(loadConfig({ QUEUE_URL: url }).jobs.queueUrl, url);
  assert.equal(loadConfig({}).jobs.queueUrl, undefined);
  for (const wrong of ['http://broker', 'amqp://', 'broker:5672'])
    assert.match(problemsOf({ QUEUE_URL: wrong }).join(), /QUEUE_URL must read amqp:/);
});

test('the port has an alias and takes a colon; two that differ are refused', () => {
  assert.equal(loadConfig({ PORT: '9000' }).server.port, 9000);
  assert.equal(loadConfig({ SERVER_PORT: ':9000' }).server.port, 9000);
  assert.equal(loadConfig({ SERVER_PORT: '9000', PORT: ':9000' }).server.port, 9000);
  assert.match(problemsOf({ SERVER_PORT: '9000', PORT: '9001' }).join(), /PORT differs from SERVER_PORT/);
});

test('the database may come in parts, which must not contradict the URL', () => {
  const parts = { DB_HOST: 'db', DB_NAME: 'na mes', DB_USER: 'me', DB_PASSWORD: 'a:b@c/d' };
  const { url = '' } = loadConfig(parts).database;
  assert.equal(url, 'postgres://me:a%3Ab%40c%2Fd@db:5432/na%20mes');
  assert.deepEqual(problemsOf({ ...parts, DATABASE_URL: url }), []);
  assert.match(problemsOf({ ...parts, DATABASE_URL: 'postgres://me@other/x' }).join(), /another database/);
  assert.deepEqual(
    problemsOf({ DB_PORT: '1' }).map((problem) => problem.split(' ', 1)[0]),
    ['DB_HOST', 'DB_NAME', 'DB_USER'],
  );
});

test('replicas are a list of addresses beside that of the database', () => {
  const primary = { DATABASE_URL: 'postgres://u@db/x' };
  const { readUrls } = loadConfig({
    ...primary,
    DATABASE_READ_URL: 'postgres://u@one/x, postgres://u@two/x?sslmode=require',
  }).database;
  assert.deepEqual(readUrls, [
    'postgres://u@one/x',
    'postgres://u@two/x?sslmode=require&uselibpqcompat=true',
  ]);
  assert.deepEqual(loadConfig(primary).database.readUrls, []);
  assert.match(problemsOf({ DATABASE_READ_URL: 'postgres://u@one/x' }).join(), /needs DATABASE_URL as well/);
  const wrong = problemsOf({ ...primary, DATABASE_READ_URL: 'postgres://u:hushhush@one/x,hushhush' }).join();
  assert.match(wrong, /^DATABASE_READ_URL must read postgres:/);
  assert.doesNotMatch(wrong, /hushhush/);
});

test('sslmode is one of three, read as PostgreSQL reads them', () => {
  const url = loadConfig({ DATABASE_URL: 'postgres://u@db/x?sslmode=require' }).database.url;
  assert.equal(url, 'postgres://u@db/x?sslmode=require&uselibpqcompat=true');
  assert.match(problemsOf({ DATABASE_URL: 'postgres://u@db/x?sslmode=prefer' }).join(), /verify-full/);
});

test('an empty value is an absent one', () => {
  assert.equal(loadConfig({ SERVER_PORT: '', DATABASE_URL: ' ' }).server.port, 8080);
});

test('an admin key must have the form of a key; the hash cost is ignored with one warning', () => {
  assert.equal(loadConfig({ BOOTSTRAP_ADMIN_KEY: KEY }).access.bootstrapAdminKey, KEY);
  assert.match(problemsOf({ BOOTSTRAP_ADMIN_KEY: 'ak_short' }).join(), /BOOTSTRAP_ADMIN_KEY must be ak_/);
  assert.match(loadConfig({ API_KEY_HASH_COST: '12' }).warnings.join(), /API_KEY_HASH_COST is ignored/);
});

test('the real environment wins over .env', () => {
  const merged = readEnvironment({ SERVER_PORT: '1' }, 'SERVER_PORT=2\nLOG_LEVEL="debug" # loud\n');
  assert.deepEqual({ ...merged }, { SERVER_PORT: '1', LOG_LEVEL: 'debug' });
});

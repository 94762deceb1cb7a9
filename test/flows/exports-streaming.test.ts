import assert from 'node:assert/strict';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { ExportSource } from '#engine/exports/index.ts';
import { rawSql, sql } from '#platform/postgres/sql.ts';
import { testDatabase } from '#test/support/database.ts';
import { until } from '#test/support/server.ts';
import { startExportServer } from './export-scene.ts';

/** Seconds that writers work beside a slowed export; an hour of them changes nothing. */
const SECONDS = Number(process.env['EXPORT_SNAPSHOT_SECONDS'] ?? 2);

const source = (name: string, from: string, value: string): ExportSource => ({
  name,
  columns: [{ name: 'value', type: 'text', value: rawSql(value), isDefault: true, description: '' }],
  filters: [],
  from: rawSql(from),
  order: rawSql('1'),
});

const db = await testDatabase();
const server = await startExportServer(db, {
  atOnce: 2,
  sources: [
    source('sleepers', '(SELECT pg_sleep(60)::text AS nap) AS naps', 'nap'),
    {
      ...source('endless', '(SELECT generate_series(1, 1000000000) AS n) AS numbers', `repeat('x', 200)`),
      order: rawSql('NULL::text'),
    },
    {
      ...source('broken', '(SELECT generate_series(-100000, 0) AS n) AS numbers', `repeat('x', 200 + 1 / n)`),
      order: rawSql('NULL::text'),
    },
  ],
});

async function open(query: string): Promise<IncomingMessage> {
  const [response] = (await once(get(`${server.url}/v1/exports?${query}`), 'response')) as [IncomingMessage];
  return response;
}

/** As `open`, once the exports of earlier tests have been cleared away. */
async function admitted(query: string): Promise<IncomingMessage> {
  let response = await open(query);
  await until(async () => {
    if (response.statusCode === 200) return true;
    response.destroy();
    response = await open(query);
    return response.statusCode === 200;
  }, 'there is room');
  return response;
}

/** Server processes that work for exports. */
async function working(): Promise<{ pid: number; wait_event: string | null }[]> {
  return db.pool.many(
    'working',
    sql`SELECT pid, wait_event FROM pg_stat_activity
        WHERE datname = current_database() AND application_name LIKE 'export %'`,
  );
}

/** Leaves an export; a machine that is busy may have it end late, but not each time. */
async function endsWithinASecond(begin: () => Promise<IncomingMessage>): Promise<void> {
  const took: number[] = [];
  while (took.length < 3) {
    const response = await begin();
    assert.equal((await working()).length, 1);
    const left = performance.now();
    response.destroy();
    await until(async () => (await working()).length === 0, 'the query ends');
    took.push(performance.now() - left);
    if (Math.min(...took) < 1000) return;
  }
  assert.fail(`it took ${took.join(', ')} ms`);
}

test('a client that leaves before the first row ends the query within a second', async () => {
  await endsWithinASecond(async () => {
    const response = await admitted('resource=sleepers');
    await once(response, 'data');
    return response;
  });
});

test('a client that leaves in the middle ends the query within a second', async () => {
  await endsWithinASecond(async () => {
    const response = await admitted('resource=endless');
    let bytes = 0;
    for await (const chunk of response.iterator({ destroyOnReturn: false })) {
      bytes += (chunk as Buffer).length;
      if (bytes > 10_000_000) break;
    }
    return response;
  });
});

test('a client that does not read holds the query back, not the memory of the server', async () => {
  await endsWithinASecond(async () => {
    const response = await admitted('resource=endless');
    await until(async () => (await working())[0]?.wait_event === 'ClientWrite', 'the query waits');
    const before = process.memoryUsage();
    await delay(300);
    const after = process.memoryUsage();
    assert.ok(after.external - before.external < 4_000_000);
    assert.equal((await working())[0]?.wait_event, 'ClientWrite');
    return response;
  });
});

test('a query that fails after its first rows cuts the answer off, and the connection is given back', async () => {
  const response = await admitted('resource=broken');
  assert.equal(response.statusCode, 200);
  await assert.rejects(async () => {
    for await (const chunk of response) void chunk;
  }, /aborted/);
  await until(async () => (await working()).length === 0, 'the query ends');
});

test('more exports than may be sent at a time are refused, and one more is possible when one has ended', async () => {
  const first = await admitted('resource=endless');
  const second = await admitted('resource=endless');
  const third = await server.get('/v1/exports?resource=users');
  assert.equal(third.status, 503);
  assert.equal(((await third.json()) as { error: { code: string } }).error.code, 'too_many_exports');
  assert.ok(Number(third.headers.get('retry-after')) > 0);
  first.destroy();
  await until(async () => (await server.get('/v1/exports?resource=users')).status === 200, 'there is room');
  second.destroy();
  await until(async () => (await working()).length === 0, 'the query ends');
});

test('the first byte comes at once, however long the first row takes', async () => {
  (await admitted('resource=users')).resume();
  const start = performance.now();
  const response = await open('resource=sleepers');
  await once(response, 'data');
  assert.ok(performance.now() - start < 30_000, 'it did not wait for the row, which takes a minute');
  response.destroy();
  await until(async () => (await working()).length === 0, 'the query ends');
});

test('an export is the state at its start, row for row, whatever is written while it is read slowly', async () => {
  await db.pool.run(
    'fill',
    sql`INSERT INTO users (id, email, username, bio, created_at, updated_at)
        SELECT gen_random_uuid(), n || '@example.org', 'u' || n, repeat(md5(n::text), 40), now(), now()
        FROM generate_series(1, 20000) AS n`,
  );
  const before = await db.pool.many<{ line: string }>(
    'before',
    sql`SELECT username || ',' || bio AS line FROM users ORDER BY no`,
  );
  const response = await admitted('resource=users&fields=username,bio');
  const chunks: Buffer[] = [];
  let writing: Promise<void> | undefined;
  const writers = { transactions: 0 };
  const read = new AbortController();
  let bytes = 0;
  const whole = before.reduce((sum, { line }) => sum + line.length, 0);
  const pace = whole / SECONDS;
  const start = performance.now();
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    bytes += chunk.length;
    // The heading comes before the query; the first row is proof of its snapshot.
    if (bytes > 10_000) writing ??= writeUntil(read.signal, writers);
    const ahead = (bytes / pace) * 1000 - (performance.now() - start);
    if (ahead > 10) await delay(ahead);
    if (bytes > whole / 2) await until(async () => writers.transactions > 10, 'there are writers');
  }
  read.abort();
  await writing;
  const lines = Buffer.concat(chunks).toString().trimEnd().split('\n');
  assert.deepEqual(
    lines.slice(1),
    before.map(({ line }) => line),
  );
});

/** Changes, removes and adds rows until the signal, and counts the transactions. */
async function writeUntil(signal: AbortSignal, done: { transactions: number }): Promise<void> {
  while (!signal.aborted) {
    const part = done.transactions % 50;
    await db.pool.transaction(async (tx) => {
      await tx.run('change', sql`UPDATE users SET bio = 'changed ' || bio WHERE no % 50 = ${part}`);
      await tx.run('remove', sql`DELETE FROM users WHERE no % 997 = ${part}`);
      await tx.run(
        'add',
        sql`INSERT INTO users (id, email, username, bio, created_at, updated_at)
            SELECT gen_random_uuid(), gen_random_uuid() || '@example.org', gen_random_uuid(), 'new', now(), now()`,
      );
    });
    done.transactions++;
  }
}

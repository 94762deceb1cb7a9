import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { Type } from 'typebox';
import { defineJob } from '#engine/jobs/define-job.ts';
import { enqueueJob } from '#engine/jobs/enqueue.query.ts';
import { createJobWatch } from '#engine/jobs/job-watch.ts';
import { jobRoutes } from '#engine/jobs/jobs.route.ts';
import type { Caller } from '#platform/http/access-rule.ts';
import { createHttpServer, type HttpServer, stopHttpServer } from '#platform/http/server.ts';
import { createPool, type Pool } from '#platform/postgres/database.ts';
import { type TestDatabase, testDatabase } from '#test/support/database.ts';
import { watchJob } from '#test/support/job-watcher.ts';
import { silent, startTestWorker, until } from '../faults/jobs-support.ts';

const WATCHERS = 200;
const JOBS = 20;
const CONNECTIONS = 3;
const POLL_MS = 500;
const TYPE = 'watched';
const alice: Caller = { keyId: 'alice', name: 'alice', role: 'viewer', scopes: null };

let database: TestDatabase;
let pool: Pool;
let app: HttpServer;
let base: string;
/** How often it was asked how watched jobs are. */
let questions = 0;

before(async () => {
  database = await testDatabase();
  pool = createPool({
    url: database.url,
    maxConnections: CONNECTIONS,
    maxIdle: CONNECTIONS,
    maxLifetimeMs: 3_600_000,
    maxIdleTimeMs: 60_000,
    slowQueryMs: 0,
    applicationName: 'affirm-name watchers',
    onSlowQuery: (name) => {
      if (name === 'find jobs') questions++;
    },
    onConnectionError: () => undefined,
  });
  app = await createHttpServer({
    version: '0',
    log: silent,
    authorize: () => alice,
    publicRead: true,
    readTimeoutMs: 30_000,
    writeTimeoutMs: 30_000,
    idleTimeoutMs: 30_000,
    maxHeaderBytes: 65_536,
    cors: { origins: [], methods: [], headers: [], maxAgeSeconds: 0 },
  });
  await app.register(jobRoutes({ pool, definitions: new Map(), log: silent }));
  await app.listen({ port: 0, host: '127.0.0.1' });
  base = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
});
after(async () => {
  await stopHttpServer(app, 100);
  await pool.close();
});

function enqueue(type = TYPE): Promise<string> {
  return enqueueJob(database.pool, { type, payload: {}, createdBy: alice.keyId });
}

test(`${WATCHERS} watchers see the end of their jobs over ${CONNECTIONS} connections, by one question for all`, async (t) => {
  const ids = await Promise.all(Array.from({ length: JOBS }, () => enqueue()));
  const watchers = await Promise.all(
    Array.from({ length: WATCHERS }, (_, at) =>
      watchJob(`${base}/v1/jobs/${ids[at % JOBS]}/events`, alice.name),
    ),
  );
  const { length } = watchers.filter(({ events }) => events[0]?.job.status === 'queued');
  assert.equal(length, WATCHERS);

  const [asked, since] = [questions, performance.now()];
  await until('two more looks', () => questions >= asked + 2);
  assert.ok(performance.now() - since > POLL_MS - 50, 'watchers cost more than a look every 500 ms');
  const other = await fetch(`${base}/v1/jobs/${ids[0]}`, { signal: AbortSignal.timeout(30_000) });
  assert.equal(other.status, 200);

  const nothing = defineJob({ type: TYPE, payload: Type.Object({}), run: async () => ({ rows: 1 }) });
  const worker = await startTestWorker(database, [nothing]);
  t.after(() => worker.stop());
  await Promise.all(watchers.map(({ ended }) => ended));
  watchers.forEach(({ events }, at) => {
    const statuses = events.map(({ job }) => job.status);
    const order = ['queued', 'running', 'completed'].filter((status) => statuses.includes(status));
    assert.deepEqual(statuses, order);
    assert.equal(statuses.at(-1), 'completed');
    assert.ok(events.every(({ job }) => job.id === ids[at % JOBS]));
  });
});

test('who begins to watch is told at once, and nobody else again', async () => {
  const watch = createJobWatch(pool, silent, 3_600_000);
  const heard: string[] = [];
  const [first, second] = await Promise.all([enqueue('idle'), enqueue('idle')]);
  const leave = [
    watch.observe(first, (job) => heard.push(`first ${job?.status}`)),
    watch.observe(first, () => heard.push('left')),
  ];
  leave.pop()?.();
  await until('the first is told', () => heard.length > 0);
  leave.push(watch.observe(second, (job) => heard.push(`second ${job?.status}`)));
  await until('the second is told', () => heard.length > 1);
  assert.deepEqual(heard, ['first queued', 'second queued']);
  for (const each of leave) each();
});

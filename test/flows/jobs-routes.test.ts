import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { claimJobs } from '#engine/jobs/claim.query.ts';
import { enqueueJob } from '#engine/jobs/enqueue.query.ts';
import { completeJob } from '#engine/jobs/finish.query.ts';
import { streamJobEvents } from '#engine/jobs/job-events.ts';
import { createJobWatch } from '#engine/jobs/job-watch.ts';
import { jobRoutes } from '#engine/jobs/jobs.route.ts';
import { renewLease } from '#engine/jobs/lease.query.ts';
import type { Caller } from '#platform/http/access-rule.ts';
import { createHttpServer, type HttpServer, stopHttpServer } from '#platform/http/server.ts';
import { newId } from '#platform/ids.ts';
import type { Pool } from '#platform/postgres/database.ts';
import { sql } from '#platform/postgres/sql.ts';
import { testDatabase } from '#test/support/database.ts';
import { silent } from '../faults/jobs-support.ts';

interface Answer {
  status: number;
  headers: Record<string, unknown>;
  // oxlint-disable-next-line typescript/no-explicit-any -- the answers of many routes
  body: any;
}

const limits = { leaseMs: 30_000, stallTimeoutMs: 300_000, jobTimeoutMs: 3_600_000 };
const callers: Readonly<Record<string, Caller>> = {
  alice: { keyId: 'alice', name: 'alice', role: 'viewer', scopes: null },
  bob: { keyId: 'bob', name: 'bob', role: 'viewer', scopes: null },
  admin: { keyId: 'root', name: 'root', role: 'admin', scopes: null },
};

let app: HttpServer;
let pool: Pool;
let base: string;

before(async () => {
  ({ pool } = await testDatabase());
  app = await createHttpServer({
    version: '0',
    log: silent,
    authorize: ({ authorization = '' }) => callers[authorization] as Caller,
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

after(() => stopHttpServer(app, 100));

async function ask(who: string, method: 'GET' | 'POST', url: string): Promise<Answer> {
  const { statusCode, headers, body } = await app.inject({ method, url, headers: { authorization: who } });
  return { status: statusCode, headers, body: body === '' ? undefined : JSON.parse(body) };
}

function enqueue(createdBy: string | null, type = 'parse_dataset', datasetId?: string): Promise<string> {
  return enqueueJob(pool, { type, payload: { secret: 1 }, createdBy, ...(datasetId && { datasetId }) });
}

test('a job is shown to its creator and to admins, and is 404 to everybody else', async () => {
  const id = await enqueue('alice');
  const { status, body } = await ask('alice', 'GET', `/v1/jobs/${id}`);
  assert.equal(status, 200);
  assert.equal(body.data.status, 'queued');
  assert.equal(body.data.type, 'parse_dataset');
  assert.equal('payload' in body.data, false);
  assert.deepEqual(body.data.progress, {
    bytes_done: 0,
    bytes_total: null,
    records_done: 0,
    rate: null,
    eta_seconds: null,
  });
  assert.equal((await ask('admin', 'GET', `/v1/jobs/${id}`)).status, 200);
  for (const [method, path] of [
    ['GET', ''],
    ['POST', '/cancel'],
    ['POST', '/retry'],
    ['GET', '/events'],
  ] as const) {
    const refused = await ask('bob', method, `/v1/jobs/${id}${path}`);
    assert.deepEqual([refused.status, refused.body.error.code], [404, 'not_found']);
  }
  assert.equal((await ask('admin', 'GET', `/v1/jobs/${newId()}`)).status, 404);
  assert.equal((await ask('admin', 'GET', '/v1/jobs/7')).status, 400);
});

test('jobs of the system are for admins', async () => {
  const id = await enqueue(null);
  assert.equal((await ask('alice', 'GET', `/v1/jobs/${id}`)).status, 404);
  assert.equal((await ask('admin', 'GET', `/v1/jobs/${id}`)).status, 200);
});

test('the list: own jobs, filters, pages that give each job once', async () => {
  const datasetId = newId();
  // The queue does not care whether there is such a dataset.
  await pool.run('loosen', sql`ALTER TABLE jobs DROP CONSTRAINT IF EXISTS jobs_dataset`);
  const ids: string[] = [];
  for (let n = 0; n < 7; n++) ids.push(await enqueue('carol', 'paged', datasetId));
  await enqueue('alice', 'paged');

  const filter = `/v1/jobs?dataset_id=${datasetId}&type=paged&status=queued&created_by=carol&limit=3`;
  const seen: string[] = [];
  for (let url: string | null = filter; url;) {
    const { body, headers }: Answer = await ask('admin', 'GET', url);
    seen.push(...body.data.map((job: { id: string }) => job.id));
    assert.equal(headers['link'] !== undefined, body.meta.next_cursor !== null);
    url = body.meta.next_cursor && `${filter}&cursor=${body.meta.next_cursor}`;
  }
  assert.deepEqual(seen, ids.reverse());
  const { body: byOffset } = await ask('admin', 'GET', `${filter}&offset=3`);
  assert.deepEqual(
    byOffset.data.map((job: { id: string }) => job.id),
    ids.slice(3, 6),
  );

  const { body: own } = await ask('alice', 'GET', '/v1/jobs?type=paged');
  assert.equal(own.data.length, 1);
  assert.equal((await ask('alice', 'GET', '/v1/jobs?created_by=carol')).body.data.length, 0);
  assert.equal((await ask('admin', 'GET', '/v1/jobs?status=lost')).status, 400);
  assert.equal((await ask('admin', 'GET', '/v1/jobs?cursor=nonsense')).body.error.code, 'invalid_cursor');
});

test('cancel and retry answer 202 with the job; what cannot be is 409', async () => {
  const id = await enqueue('alice', 'commanded');
  const canceled = await ask('alice', 'POST', `/v1/jobs/${id}/cancel`);
  assert.deepEqual([canceled.status, canceled.body.data.status], [202, 'canceled']);
  assert.equal(canceled.headers['location'], `/v1/jobs/${id}`);
  assert.equal((await ask('alice', 'POST', `/v1/jobs/${id}/cancel`)).status, 202, 'twice is no mistake');
  const retried = await ask('alice', 'POST', `/v1/jobs/${id}/retry`);
  assert.deepEqual([retried.status, retried.body.data.status], [202, 'queued']);
  const again = await ask('alice', 'POST', `/v1/jobs/${id}/retry`);
  assert.deepEqual([again.status, again.body.error.code], [409, 'job_not_ended']);

  const lease = await claim('commanded');
  const asked = await ask('admin', 'POST', `/v1/jobs/${id}/cancel`);
  assert.equal(asked.body.data.status, 'running');
  assert.ok(asked.body.data.cancel_requested_at);
  await completeJob(pool, lease, nothing, {});
  const late = await ask('alice', 'POST', `/v1/jobs/${id}/cancel`);
  assert.deepEqual([late.status, late.body.error.code], [409, 'job_ended']);
});

test('rate and remaining time of a running job', async () => {
  const id = await enqueue('alice', 'measured');
  const lease = await claim('measured');
  await renewLease(
    pool,
    lease,
    { phase: 'load', bytes_done: 250, bytes_total: 1000, records_done: 500 },
    limits,
  );
  await pool.run(
    'age',
    sql`UPDATE jobs SET locked_at = clock_timestamp() - interval '10 s' WHERE id = ${id}`,
  );
  const { phase, progress } = (await ask('alice', 'GET', `/v1/jobs/${id}`)).body.data;
  assert.equal(phase, 'load');
  assert.ok(Math.abs(progress.rate - 50) < 1, `${progress.rate} records/s`);
  assert.ok(Math.abs(progress.eta_seconds - 30) < 1, `${progress.eta_seconds} s`);
});

test('events: every state from now to the end, resumed by the last one seen, 204 after it', async () => {
  const id = await enqueue('alice', 'watched');
  const first = await openEvents(id);
  assert.equal(first.response.headers.get('content-type'), 'text/event-stream; charset=utf-8');
  const queued = await first.next();
  assert.equal(queued.data.status, 'queued');
  const lease = await claim('watched');
  assert.equal((await first.next()).data.status, 'running');
  await renewLease(pool, lease, { ...nothing, phase: 'load', records_done: 5 }, limits);
  const loading = await first.next();
  assert.deepEqual([loading.data.phase, loading.data.progress.records_done], ['load', 5]);
  await first.leave();

  // Nothing changed meanwhile: the first event of the resumed stream is the end.
  const second = await openEvents(id, loading.id);
  await completeJob(pool, lease, { ...nothing, records_done: 9 }, { rows_processed: 9 });
  const completed = await second.next();
  assert.deepEqual([completed.data.status, completed.data.result], ['completed', { rows_processed: 9 }]);
  assert.equal(await second.ends(), true);

  assert.equal((await openEvents(id, completed.id)).response.status, 204);
  assert.equal((await (await openEvents(id, queued.id)).next()).data.status, 'completed');
});

test('a quiet stream shows that it lives', async (t) => {
  const jobId = await enqueue('alice', 'quiet');
  const watch = createJobWatch(pool, silent);
  const server = createServer((_request, response) => {
    streamJobEvents(response, { watch, jobId, lastEventId: undefined, stopping: undefined, heartbeatMs: 20 });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const { body } = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  let text = '';
  for await (const chunk of body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk;
    if (text.split(': still here\n\n').length > 3) break;
  }
  assert.equal(text.split('event: job').length, 2, 'the state itself came once');
});

test('streams end when the server stops', async () => {
  const stream = await openEvents(await enqueue('alice', 'waiting'));
  await stream.next();
  const stopped = performance.now();
  await stopHttpServer(app, 60_000);
  assert.equal(await stream.ends(), true);
  assert.ok(performance.now() - stopped < 30_000, 'it did not wait for their end');
});

const nothing = { phase: null, bytes_done: 0, bytes_total: null, records_done: 0 };

async function claim(type: string): Promise<{ jobId: string; leaseToken: number }> {
  const [job] = await claimJobs(pool, {
    types: [type],
    worker: 'host:1',
    freeSlots: [1],
    leaseMs: 30_000,
    maxAttempts: 3,
  });
  assert.ok(job);
  return { jobId: job.id, leaseToken: job.leaseToken };
}

interface Events {
  readonly response: Response;
  // oxlint-disable-next-line typescript/no-explicit-any -- the event's JSON
  next(): Promise<{ id: string; data: any }>;
  ends(): Promise<boolean>;
  leave(): Promise<void>;
}

async function openEvents(id: string, lastEventId?: string): Promise<Events> {
  const leaving = new AbortController();
  const response = await fetch(`${base}/v1/jobs/${id}/events`, {
    headers: { authorization: 'alice', ...(lastEventId && { 'last-event-id': lastEventId }) },
    signal: AbortSignal.any([leaving.signal, AbortSignal.timeout(60_000)]),
  });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  return {
    response,
    async next() {
      for (;;) {
        const end = text.indexOf('\n\n');
        if (end >= 0) {
          const fields = Object.fromEntries(
            text
              .slice(0, end)
              .split('\n')
              .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
          );
          text = text.slice(end + 2);
          if (fields['data']) return { id: fields['id'] ?? '', data: JSON.parse(fields['data']) };
          continue;
        }
        const chunk = await reader?.read();
        assert.ok(chunk && !chunk.done, 'the stream goes on');
        text += chunk.value;
      }
    },
    async ends() {
      return (await reader?.read())?.done === true;
    },
    async leave() {
      leaving.abort();
      await reader?.closed.catch(() => undefined);
    },
  };
}

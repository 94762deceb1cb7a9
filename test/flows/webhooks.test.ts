import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { jobDefinitions } from '#engine/jobs/define-job.ts';
import { cancelJob, retryJobByHand } from '#engine/jobs/job-commands.ts';
import { sql } from '#platform/postgres/sql.ts';
import { PUBLIC, recordDials } from '#test/support/dialled.ts';
import { jobReaches, until } from '../faults/jobs-support.ts';
import { listen } from './fetching-scene.ts';
import { DATA, ended, NOW, type Received, receiver, SECRET, webhookScene } from './webhooks-scene.ts';

test('a message is signed over its time and its bytes, and its secret forgotten', async (t) => {
  const { received, host, url } = await receiver(t, () => 204);
  const { pool, enqueue, row } = await webhookScene(t, { url, allowedHosts: [host] });
  const id = await enqueue();
  await ended(pool, 'completed', 1);
  const [{ headers, body } = { headers: {}, body: '' }] = received;
  assert.equal(received.length, 1);
  assert.deepEqual(JSON.parse(body), { event_id: id, event: 'import.completed', data: DATA });
  const seconds = String(Math.floor(NOW.getTime() / 1000));
  assert.deepEqual(headers, {
    host,
    connection: 'close',
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    'user-agent': 'affirm-name',
    'affirm-event': 'import.completed',
    'affirm-event-id': id,
    'affirm-timestamp': seconds,
    'affirm-signature': `sha256=${createHmac('sha256', SECRET).update(`${seconds}.${body}`).digest('hex')}`,
  });
  assert.deepEqual(await row(id), {
    attempts: 1,
    last_status: 204,
    last_error: null,
    delivered: true,
    given_up: false,
    secret: null,
  });
});

test('the secret of an import that failed is kept: tried again, it will tell again', async (t) => {
  const { host, url } = await receiver(t, () => 200);
  const { pool, enqueue, row } = await webhookScene(t, { url, allowedHosts: [host], status: 'failed' });
  const id = await enqueue();
  await ended(pool, 'completed', 1);
  assert.equal((await row(id)).secret, SECRET);
});

test('a message of a transaction that is rolled back is never sent', async (t) => {
  const { received, host, url } = await receiver(t, () => 200);
  const { pool, enqueue } = await webhookScene(t, { url, allowedHosts: [host] });
  await assert.rejects(
    pool.transaction(async (tx) => {
      await enqueue(tx);
      throw new Error('rolled back');
    }),
  );
  await enqueue();
  await ended(pool, 'completed', 1);
  assert.equal(received.length, 1);
});

test('a receiver that was down, then out of order, has the message once, by the same id and bytes', async (t) => {
  const taken: Received[] = [];
  let isUp = false;
  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (!isUp) return void request.destroy();
    taken.push({ headers: request.headers, body: await text(request) });
    response.writeHead(taken.length < 3 ? 503 : 200).end();
  };
  const port = await listen(
    t,
    createServer((request, response) => void take(request, response)),
  );
  const host = `127.0.0.1:${port}`;
  const { pool, enqueue, row } = await webhookScene(t, { url: `http://${host}/`, allowedHosts: [host] });
  const id = await enqueue();
  await until('two attempts', async () => (await row(id)).attempts >= 2);
  isUp = true;
  await until('delivered', async () => (await row(id)).delivered);
  // All there was to do is done: nothing else waits.
  const waiting = await pool.many('waiting', sql`SELECT FROM jobs WHERE status <> 'completed'`);
  assert.equal(waiting.length, 0);
  assert.equal(taken.length, 3);
  assert.deepEqual(new Set(taken.map(({ body }) => body)).size, 1);
  assert.deepEqual(new Set(taken.map(({ headers }) => headers['affirm-event-id'])), new Set([id]));
  const { attempts, last_status, last_error } = await row(id);
  assert.ok(attempts >= 5);
  assert.deepEqual({ last_status, last_error }, { last_status: 200, last_error: null });
});

test('a receiver that refused connections has the message once when it is up', async (t) => {
  const place = createServer();
  const port = await listen(t, place);
  await new Promise((resolve) => place.close(resolve));
  const host = `127.0.0.1:${port}`;
  const { pool, enqueue, row } = await webhookScene(t, { url: `http://${host}/`, allowedHosts: [host] });
  const id = await enqueue();
  await until('four attempts', async () => (await row(id)).attempts >= 4);
  const { last_status, last_error } = await row(id);
  assert.deepEqual({ last_status, last_error }, { last_status: null, last_error: 'url_unreachable' });

  const ids: unknown[] = [];
  const up = createServer(({ headers }, response) => {
    ids.push(headers['affirm-event-id']);
    response.writeHead(204).end();
  });
  t.after(() => up.close());
  await once(up.listen(port, '127.0.0.1'), 'listening');
  await until('delivered', async () => (await row(id)).delivered);
  assert.deepEqual(await pool.many('waiting', sql`SELECT FROM jobs WHERE status <> 'completed'`), []);
  assert.deepEqual(ids, [id]);
});

test('an attempt that dies between the answer and the note of it is made again, by the same id and bytes', async (t) => {
  const { received, host, url } = await receiver(t, () => 200);
  const { pool, enqueue, row } = await webhookScene(t, { url, allowedHosts: [host] });
  const id = await pool.transaction(async (tx) => {
    const event = await enqueue(pool);
    await tx.run('hold', sql`SELECT FROM webhook_deliveries WHERE id = ${event} FOR UPDATE`);
    await until('answered', () => received.length === 1);
    await until('killed', async () => {
      const killed = await pool.run(
        'kill',
        sql`SELECT FROM (
              SELECT pg_terminate_backend(pid) FROM pg_stat_activity
              WHERE datname = current_database() AND application_name LIKE 'job %' AND wait_event_type = 'Lock') AS backends`,
      );
      return killed === 1;
    });
    return event;
  });
  await until('delivered', async () => (await row(id)).delivered);
  assert.equal(received.length, 2);
  assert.equal(new Set(received.map(({ body }) => body)).size, 1);
  assert.deepEqual(new Set(received.map(({ headers }) => headers['affirm-event-id'])), new Set([id]));
});

test('a redirect is no success, and is not followed', async (t) => {
  const { dialled } = recordDials(t);
  const { host, url } = await receiver(t, () => 307);
  const { pool, enqueue, row } = await webhookScene(t, { url, allowedHosts: [host], retryForMs: 0 });
  const id = await enqueue();
  await ended(pool, 'failed', 1);
  assert.ok(dialled.includes(host));
  assert.ok(!dialled.includes('127.0.0.1:1'));
  assert.deepEqual(await row(id), {
    attempts: 1,
    last_status: 307,
    last_error: null,
    delivered: false,
    given_up: true,
    secret: SECRET,
  });
});

const closed = {
  'a literal': { url: 'http://169.254.169.254/latest', names: {} },
  'a name': { url: 'http://hooks.example/', names: { 'hooks.example': ['10.0.0.1'] } },
  'a mixed answer': { url: 'http://hooks.example/', names: { 'hooks.example': [PUBLIC[0] ?? '', '::1'] } },
  'an odd port': { url: 'http://hooks.example:8080/', names: { 'hooks.example': [PUBLIC[0] ?? ''] } },
};
for (const [what, { url, names }] of Object.entries(closed)) {
  test(`${what} that is closed is never dialled; in the end the job says so`, async (t) => {
    const { dialled } = recordDials(t);
    const { pool, enqueue, row } = await webhookScene(t, { url, names, retryForMs: 50 });
    const id = await enqueue();
    await ended(pool, 'failed', 1);
    const [job] = await pool.many<{ error_code: string; last_error: string }>(
      'job',
      sql`SELECT error_code, last_error FROM jobs WHERE status = 'failed'`,
    );
    assert.equal(job?.error_code, 'webhook_given_up');
    assert.match(job.last_error, /url_not_allowed/);
    const { delivered, given_up, last_error } = await row(id);
    assert.deepEqual(
      { delivered, given_up, last_error },
      { delivered: false, given_up: true, last_error: 'url_not_allowed' },
    );
    // Connections to the database go by a name or by another port.
    assert.deepEqual(
      dialled.filter((address) => /:(?:80|443|8080)$/.test(address)),
      [],
    );
  });
}

test('an answer without end is left after a little', async (t) => {
  const gone = Promise.withResolvers<void>();
  const server = createServer((_request, response) => {
    const more = (): void => {
      while (response.write(Buffer.alloc(65_536)) && !response.destroyed);
    };
    response.writeHead(200).on('drain', more).on('close', gone.resolve);
    more();
  });
  const host = `127.0.0.1:${await listen(t, server)}`;
  const { pool, enqueue, row } = await webhookScene(t, { url: `http://${host}/`, allowedHosts: [host] });
  const id = await enqueue();
  await ended(pool, 'completed', 1);
  await gone.promise;
  assert.equal((await row(id)).delivered, true);
});

test('what was given up is delivered when somebody has the job tried again', async (t) => {
  const { received, host, url } = await receiver(t, (number) => (number === 1 ? 500 : 200));
  const { pool, definition, enqueue, row } = await webhookScene(t, {
    url,
    allowedHosts: [host],
    retryForMs: 0,
  });
  const id = await enqueue();
  await ended(pool, 'failed', 1);
  assert.equal((await row(id)).given_up, true);
  const [job] = await pool.many<{ id: string }>('job', sql`SELECT id FROM jobs`);
  await retryJobByHand(pool, jobDefinitions([definition]), job?.id ?? '');
  await jobReaches(pool, job?.id ?? '', 'completed');
  assert.equal(received.length, 2);
  const { delivered, given_up } = await row(id);
  assert.deepEqual({ delivered, given_up }, { delivered: true, given_up: false });
});

test('canceling the attempt that waits ends the message', async (t) => {
  const { host, url } = await receiver(t, () => 500);
  const { pool, definition, enqueue, row } = await webhookScene(t, { url, allowedHosts: [host] });
  const id = await enqueue();
  const job = await until('third attempt waits', async () => {
    const [waiting] = await pool.many<{ id: string }>(
      'waiting',
      sql`SELECT id FROM jobs WHERE status = 'queued' AND (payload ->> 'attempt')::int >= 3`,
    );
    return waiting;
  });
  await cancelJob(pool, jobDefinitions([definition]), job.id, null);
  await until('given up', async () => (await row(id)).given_up);
  assert.equal((await row(id)).delivered, false);
});

test('messages of a month ago are removed by those that are delivered', async (t) => {
  const { host, url } = await receiver(t, () => 200);
  const { pool, enqueue, row } = await webhookScene(t, { url, allowedHosts: [host], status: 'failed' });
  const old = await enqueue();
  await ended(pool, 'completed', 1);
  await pool.run(
    'age',
    sql`UPDATE webhook_deliveries SET delivered_at = clock_timestamp() - interval '31 days'`,
  );
  const young = await enqueue();
  await ended(pool, 'completed', 2);
  await assert.rejects(row(old), /no delivery/);
  assert.equal((await row(young)).delivered, true);
});

test('a worker that stops in the midst of it leaves the message to the next one', async (t) => {
  const asked = Promise.withResolvers<void>();
  const ids: unknown[] = [];
  const server = createServer(({ headers }, response) => {
    ids.push(headers['affirm-event-id']);
    // The first one waits for its answer in vain.
    if (ids.length > 1) response.end();
    else asked.resolve();
  });
  const host = `127.0.0.1:${await listen(t, server)}`;
  const scene = await webhookScene(t, { url: `http://${host}/`, allowedHosts: [host] });
  const id = await scene.enqueue();
  await asked.promise;
  await scene.worker.stop();
  assert.deepEqual((await scene.row(id)).attempts, 0);
  await scene.startWorker();
  await ended(scene.pool, 'completed', 1);
  assert.deepEqual(ids, [id, id]);
  assert.equal((await scene.row(id)).delivered, true);
});

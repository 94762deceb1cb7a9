import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { after, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { newId } from '#platform/ids.ts';
import { connect } from '#platform/postgres/database.ts';
import { startImportApi, USERS } from './import-api.ts';

const ROUNDS = 40;

const api = await startImportApi();
const killer = await connect(api.databaseUrl, 'killer');
const outside = await connect(
  Object.assign(new URL(api.databaseUrl), { pathname: '/postgres' }).href,
  'outside',
);
after(() => Promise.all([killer.end(), outside.end()]));

/** Ends every connection of the server, whatever it is doing. */
async function cutConnections(): Promise<void> {
  await killer.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = current_database() AND pid <> pg_backend_pid()`,
  );
}

/** What a client does that got no answer: the same again, until it has one. */
async function untilAnswered(key: string, content: string): Promise<string> {
  const deadline = performance.now() + 20_000;
  for (;;) {
    const { status, body } = await api.upload({}, { key, content });
    if (status === 200 || status === 202) return body.job_id;
    assert.ok(status === 409 || status >= 500, `${status} ${JSON.stringify(body)}`);
    // Long before the lease of its key ends: a holder that could not give it up does so once the database is back.
    assert.ok(performance.now() < deadline, `still ${status}`);
    await delay(20);
  }
}

test('a request that is cut off from the database at any moment makes one import in the end', async () => {
  let cut = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const key = newId();
    const content = `${USERS}user${round}@example.org,user${round}\n`;
    const first = api.upload({}, { key, content });
    // Such a request takes some 10 ms; the moments are spread over them.
    await delay((round % 10) * 1.5);
    await cutConnections();
    const { status } = await first;
    if (status >= 500) cut++;
    const id = await untilAnswered(key, content);
    assert.equal(await untilAnswered(key, content), id);
    const found = await killer.query(
      `SELECT i.id FROM import_jobs i JOIN jobs j ON j.id = i.id
       WHERE i.checksum = (SELECT checksum FROM import_jobs WHERE id = $1)`,
      [id],
    );
    assert.deepEqual(
      found.rows.map((row: { id: string }) => row.id),
      [id],
      `round ${round}`,
    );
  }
  assert.ok(cut > 0, 'no request was cut off');
});

test('a key that could not be given up while the database was away is free when it is back', async () => {
  const key = newId();
  const content = `${USERS}late@example.org,late\n`;
  const sending = request(`${api.url}/v1/imports`, {
    method: 'POST',
    headers: { 'idempotency-key': key, 'content-type': 'multipart/form-data; boundary=half' },
  });
  const answered = once(sending, 'response') as Promise<[IncomingMessage]>;
  sending.write(
    '--half\r\ncontent-disposition: form-data; name="resource_type"\r\n\r\nusers\r\n' +
      '--half\r\ncontent-disposition: form-data; name="file"; filename="users.csv"\r\n\r\n',
  );
  await untilHeld(key);
  await allowConnections(false);
  await cutConnections();
  sending.end(`${content}\r\n--half--\r\n`);
  const [{ statusCode = 0 }] = await answered;
  assert.ok(statusCode >= 500, `${statusCode}`);
  await allowConnections(true);
  await untilAnswered(key, content);
});

async function untilHeld(key: string): Promise<void> {
  const deadline = performance.now() + 20_000;
  while ((await killer.query('SELECT FROM idempotency_keys WHERE key = $1', [key])).rowCount === 0) {
    assert.ok(performance.now() < deadline, 'nobody holds the key');
    await delay(5);
  }
}

async function allowConnections(isAllowed: boolean): Promise<void> {
  const { pathname } = new URL(api.databaseUrl);
  await outside.query(`ALTER DATABASE ${pathname.slice(1)} ALLOW_CONNECTIONS ${isAllowed}`);
}

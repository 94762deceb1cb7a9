import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { newId } from '#platform/ids.ts';
import { connect } from '#platform/postgres/database.ts';
import { startImportApi, USERS } from './import-api.ts';

const ROUNDS = 40;

const api = await startImportApi();
const killer = await connect(api.databaseUrl, 'killer');
after(() => killer.end());

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
    assert.ok(performance.now() < deadline, `still ${status}`);
    // A key whose holder could not give it up is free when its lease ends.
    await killer.query(`UPDATE idempotency_keys SET lease_expires_at = now() WHERE status = 'receiving'`);
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

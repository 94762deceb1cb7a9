import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { test, type TestContext } from 'node:test';
import { Type } from 'typebox';
import { defineJob } from '#engine/jobs/define-job.ts';
import { enqueueJob } from '#engine/jobs/enqueue.query.ts';
import { sql } from '#platform/postgres/sql.ts';
import { testDatabase } from '#test/support/database.ts';
import { jobReaches, startTestWorker, until } from '../faults/jobs-support.ts';

const KEY_DATA = Buffer.from([0x4b, 0, 0, 0, 12]);

/** Tells clients another process id than the server's, as poolers do; everything else passes. */
async function poolerTo(t: TestContext, url: string): Promise<string> {
  const target = new URL(url);
  const server = createServer((socket) => {
    const upstream = connect(Number(target.port), target.hostname);
    upstream.on('data', (chunk: Buffer) => {
      const at = chunk.indexOf(KEY_DATA);
      if (at >= 0) chunk.writeInt32BE(1, at + KEY_DATA.length);
      socket.write(chunk);
    });
    for (const end of [socket, upstream]) end.on('error', () => undefined);
    socket.pipe(upstream).on('close', () => socket.destroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const through = new URL(url);
  through.port = String((server.address() as AddressInfo).port);
  return through.href;
}

test('a worker that would LISTEN through a pooler polls instead, and keeps no connection for it', async (t) => {
  const db = await testDatabase(t);
  const nothing = defineJob({ type: 'nothing', payload: Type.Object({}), run: async () => {} });
  const listening = (): Promise<unknown[]> =>
    db.pool.many(
      'listening',
      sql`SELECT 1 FROM pg_stat_activity WHERE application_name = 'affirm-name wake-up' AND datname = current_database()`,
    );
  const direct = await startTestWorker(db, [nothing]);
  assert.equal((await listening()).length, 1);
  await direct.stop();

  const listenUrl = await poolerTo(t, db.url);
  const worker = await startTestWorker(db, [nothing], { listenUrl, pollIntervalMs: 50 });
  t.after(() => worker.stop());
  await until('no connection', async () => (await listening()).length === 0);
  const id = await enqueueJob(db.pool, { type: 'nothing', payload: {}, createdBy: null });
  await jobReaches(db.pool, id, 'completed');
});

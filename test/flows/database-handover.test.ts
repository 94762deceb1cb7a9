import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect as dial, createServer, type Socket } from 'node:net';
import { test } from 'node:test';
import { connect } from '#platform/postgres/database.ts';
import { sql } from '#platform/postgres/sql.ts';
import { testDatabase } from '#test/support/database.ts';
import { openTestPool, until } from '../faults/jobs-support.ts';

/** Between a client and its server; what the server says can be held back, and comes at once later. */
async function startGate(target: URL) {
  let held: Buffer[] | undefined;
  let client: Socket | undefined;
  const gate = createServer((socket) => {
    client = socket.on('error', () => undefined);
    const server = dial(Number(target.port), target.hostname).on('error', () => undefined);
    socket.on('data', (bytes) => server.write(bytes)).on('close', () => server.destroy());
    server.on('data', (bytes: Buffer) => (held ? held.push(bytes) : socket.write(bytes)));
  });
  await once(gate.listen(0, '127.0.0.1'), 'listening');
  return {
    port: (gate.address() as AddressInfo).port,
    shut: () => void (held = []),
    heldText: () => Buffer.concat(held ?? []).toString('latin1'),
    open() {
      client?.write(Buffer.concat(held ?? []));
      held = undefined;
    },
    close: () => void gate.close(),
  };
}

test('a connection that ends in the moment in which the pool hands it over ends nothing else', async (t) => {
  const { url } = await testDatabase(t);
  const gate = await startGate(new URL(url));
  const pool = openTestPool(Object.assign(new URL(url), { port: gate.port }).href, {
    maxConnections: 1,
    silenceMs: 120_000,
  });
  const killer = await connect(url, 'killer');
  t.after(async () => {
    await pool.close();
    await killer.end();
    gate.close();
  });
  const row = await pool.maybeOne<{ pid: number }>('pid', sql`SELECT pg_backend_pid() AS pid`);
  gate.shut();
  const last = pool.run('last', sql`SELECT 1`);
  // The only connection is busy: this one waits for it, and gets it with the answer that it waits for.
  const next = pool.session((session) => session.run('next', sql`SELECT 1`));
  await until('the answer is held', () => gate.heldText().includes('SELECT 1'));
  await killer.query('SELECT pg_terminate_backend($1)', [row?.pid]);
  await until('the end of the connection is held', () => gate.heldText().includes('57P01'));
  gate.open();
  assert.equal(await last, 1);
  await assert.rejects(next);
  assert.equal(await pool.run('after', sql`SELECT 1`), 1);
});

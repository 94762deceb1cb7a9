import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Client } from 'pg';
import { PREFIX, startThrowawayServer, type ThrowawayServer } from '#test/support/postgres-server.ts';
import { productApi, TEST_ADMIN_KEY } from '#test/support/product-api.ts';
import { type ServeProcess, startServe } from '#test/support/serve-process.ts';
import { until } from '#test/support/server.ts';
import { type Standby, startStandby } from '#test/support/standby.ts';

const skip = process.platform === 'linux' && process.getuid?.() === 0 ? false : 'needs root on Linux';

describe('questions about published numbers are asked of a replica', { skip }, () => {
  const folder = mkdtempSync(join(tmpdir(), PREFIX));
  let primary: ThrowawayServer;
  let standby: Standby;
  let server: ServeProcess;
  let year = 2000;

  before(async () => {
    primary = await startThrowawayServer();
    await onPrimary('CREATE EXTENSION pg_stat_statements');
    standby = await startStandby(primary.url);
    server = await startServe(join(folder, 'data'), {
      DATABASE_URL: primary.url,
      DATABASE_READ_URL: standby.url,
      BOOTSTRAP_ADMIN_KEY: TEST_ADMIN_KEY,
      WORKER_POLL_INTERVAL: '500ms',
    });
    await publish(10);
  });
  after(async () => {
    await server?.stop();
    await standby?.stop();
    await primary.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function onPrimary(statement: string): Promise<void> {
    const client = new Client({ connectionString: primary.url });
    await client.connect();
    await client.query(statement);
    await client.end();
  }

  /** Another year in which Emma was given that many times. */
  async function publish(count: number): Promise<void> {
    const file = join(folder, `yob${++year}.txt`);
    writeFileSync(file, `Emma,F,${count}\nOlivia,F,5\n`);
    await productApi(server).imported(file);
  }

  async function newestCount(): Promise<number> {
    const answer = await productApi(server).get('/v1/names/Emma/trend?country=US&gender=F');
    return answer.data.series[0].points.at(-1).count;
  }

  async function askedOfStandby(): Promise<number> {
    const [row] = await standby.ask<{ calls: string }>(
      `SELECT coalesce(sum(calls), 0) AS calls FROM pg_stat_statements WHERE query LIKE '%FROM name_series%'`,
    );
    return Number(row?.calls);
  }

  /** Until a question reaches the replica again. */
  async function untilAsked(): Promise<void> {
    const former = await askedOfStandby();
    await until(async () => {
      await newestCount();
      return (await askedOfStandby()) > former;
    }, 'the replica is asked');
  }

  test('its own statistics show it, and the answers are those of the primary', async () => {
    await untilAsked();
    const former = await askedOfStandby();
    for (let turn = 0; turn < 20; turn++) assert.equal(await newestCount(), 10);
    assert.ok((await askedOfStandby()) >= former + 20);
  });

  test('while it does not replay, a caller reads its own write; later the replica is asked again', async () => {
    await standby.ask('SELECT pg_wal_replay_pause()');
    await publish(11);
    // What the first question asked while the versions came was asked for the former ones.
    assert.equal(await newestCount(), 11);
    const former = await askedOfStandby();
    for (let turn = 0; turn < 5; turn++) assert.equal(await newestCount(), 11);
    assert.equal(await askedOfStandby(), former);
    await standby.ask('SELECT pg_wal_replay_resume()');
    await untilAsked();
    assert.equal(await newestCount(), 11);
  });

  test('a replica that is killed or stands still fails no question', async () => {
    await untilAsked();
    let isEnding = false;
    const answers: number[] = [];
    const asking = Array.from({ length: 4 }, async () => {
      while (!isEnding) answers.push(await newestCount());
    });
    process.kill(standby.pid(), 'SIGSTOP');
    await standby.kill();
    const before = answers.length;
    await until(async () => answers.length > before + 50, 'answers go on');
    isEnding = true;
    await Promise.all(asking);
    assert.ok(answers.every((count) => count === 11));
    await publish(12);
    assert.equal(await newestCount(), 12);
    await standby.start();
    await untilAsked();
    assert.equal(await newestCount(), 12);
  });

  test('a server that is no copy of ours is not asked', async () => {
    const stranger = await startThrowawayServer();
    const other = await startServe(join(folder, 'other'), {
      DATABASE_URL: primary.url,
      DATABASE_READ_URL: stranger.url,
      BOOTSTRAP_ADMIN_KEY: TEST_ADMIN_KEY,
      WORKER_CONCURRENCY: '0',
    });
    try {
      const answer = await productApi(other).get('/v1/names/Emma/trend?country=US&gender=F');
      assert.ok(JSON.stringify(answer).includes('12'));
      await until(async () => /no copy of the database/.test(other.output()), 'it says so');
    } finally {
      await other.stop();
      await stranger.stop();
    }
  });
});

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { connect } from 'amqplib';
import { newId } from '#platform/ids.ts';
import { sql } from '#platform/postgres/sql.ts';
import { launch } from '#test/support/launch.ts';
import { type RabbitMqServer, startRabbitMq, WITHOUT_RABBITMQ } from '#test/support/rabbitmq-server.ts';
import { until } from '../faults/jobs-support.ts';
import { queueScene } from './queue-scene.ts';

suite('dead letters on the command line', { skip: WITHOUT_RABBITMQ ?? false }, () => {
  let broker: RabbitMqServer;
  before(async () => {
    broker = await startRabbitMq();
  });
  after(() => broker.remove());

  test('a job that three workers did not survive is listed and queued again; what leads to no job is removed', async (t) => {
    const scene = await queueScene(t, broker);
    const folder = mkdtempSync(join(tmpdir(), 'affirm-name-queue-'));
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    const run = async (...words: string[]): Promise<string> => {
      const env = { DATABASE_URL: scene.url, QUEUE_URL: broker.url };
      const launched = launch(['queue', ...words], { dataDir: folder, env, measured: false });
      assert.equal(await launched.exit, 0, launched.stderr);
      return launched.stdout;
    };
    assert.equal(await run('dead'), 'No dead letters.\n');

    const unknown = newId();
    await send(broker, 'affirm-name.jobs', ['nonsense', JSON.stringify({ job_id: unknown })]);
    const [lost] = await scene.pool.many<{ id: string }>(
      'lost twice',
      sql`INSERT INTO jobs (type, payload, status, attempts, lease_token, locked_at, locked_by, lease_expires_at,
                            progress_at, lost_leases, setback_done)
          VALUES ('counted', '{"n": 1}', 'running', 1, 3, now(), 'gone:1:1', now() - interval '1 s', now(), 2, 0)
          RETURNING id`,
    );
    const jobId = lost?.id ?? '';
    let runs = 0;
    await scene.worker(async () => void runs++, { leaseMs: 1_000 });
    const listed = await until('all three', async () => {
      const text = await run('dead');
      return text.split('\n').length >= 5 && text;
    });
    assert.match(listed, new RegExp(`^${jobId} +counted +worker_lost `, 'm'));
    assert.match(listed, new RegExp(`^${unknown} +– +there is no such job `, 'm'));
    assert.match(listed, /^– +– +cannot be understood +nonsense$/m);

    assert.equal(await run('requeue', newId()), 'Nothing to queue again.\n');
    assert.equal(runs, 0);
    assert.equal(await run('requeue'), `queued again: ${jobId}\n`);
    await scene.completed(1);
    assert.equal(runs, 1);

    assert.equal((await run('dead')).split('\n').length, 4, 'the two without a job stay');
    assert.equal(await run('discard'), 'removed: 2\n');
    assert.equal(await run('dead'), 'No dead letters.\n');
  });

  test('without QUEUE_URL, or with a broker that is away, the command says so', async (t) => {
    const scene = await queueScene(t, broker);
    const folder = mkdtempSync(join(tmpdir(), 'affirm-name-queue-'));
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    for (const [settings, problem] of [
      [{}, /^no_queue: /],
      [{ QUEUE_URL: 'amqp://127.0.0.1:1' }, /^queue_unreachable: .*ECONNREFUSED/m],
    ] as const) {
      const env = { DATABASE_URL: scene.url, ...settings };
      const launched = launch(['queue', 'dead'], { dataDir: folder, env, measured: false });
      assert.equal(await launched.exit, 1);
      assert.match(launched.stderr, problem);
    }
  });
});

async function send({ url }: RabbitMqServer, queue: string, texts: readonly string[]): Promise<void> {
  const connection = await connect(url);
  const channel = await connection.createConfirmChannel();
  for (const text of texts) channel.sendToQueue(queue, Buffer.from(text), { persistent: true });
  await channel.waitForConfirms();
  await connection.close();
}

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { type RabbitMqServer, startRabbitMq, WITHOUT_RABBITMQ } from '#test/support/rabbitmq-server.ts';
import { affirmName, ask, dataFolder, startProcess, until } from '#test/support/server.ts';

suite('an API and a worker process with RabbitMQ between them', { skip: WITHOUT_RABBITMQ ?? false }, () => {
  let broker: RabbitMqServer;
  before(async () => {
    broker = await startRabbitMq();
  });
  after(() => broker.remove());

  test('uploads are worked off although nobody polls, also after the broker was away, and both stop in order', async (t) => {
    const dataDir = dataFolder(t);
    const env = { QUEUE_URL: broker.url, WORKER_POLL_INTERVAL: '1h', LOG_LEVEL: 'info' };
    const api = await startProcess(t, dataDir, { env: { ...env, WORKER_CONCURRENCY: '0' } });
    const worker = await startProcess(t, dataDir, { command: 'worker', env });
    const [queueOfApi, queueOfWorker] = [api, worker].map(({ url }) => async (): Promise<unknown> => {
      const response = await fetch(`${url}/health`);
      const health = (await response.json()) as { status: string; checks: { queue: string } };
      assert.equal(health.status, 'healthy');
      return health.checks.queue;
    });
    const upload = async (year: number): Promise<void> => {
      writeFileSync(join(dataDir, `yob${year}.txt`), `Emma,F,${year}\n`);
      await affirmName(api, 'import', `yob${year}.txt`, '--country', 'US', '--no-wait');
    };
    const isCompleted = async (datasets: number): Promise<boolean> => {
      const { data } = await ask(api, '/v1/datasets');
      return data.filter(({ status }: { status: string }) => status === 'completed').length === datasets;
    };

    await upload(2001);
    await until(() => isCompleted(1), 'the first');
    await broker.kill();
    await until(async () => (await queueOfApi?.()) === 'disconnected', 'noticed by the API');
    await until(async () => (await queueOfWorker?.()) === 'disconnected', 'noticed by the worker');
    await upload(2002);
    await broker.start();
    await until(() => isCompleted(2), 'the second');
    await until(async () => (await queueOfApi?.()) === 'connected', 'connected again');
    await upload(2003);
    await until(() => isCompleted(3), 'the third');
    assert.equal((await worker.end()).code, 0, worker.output());
    assert.equal((await api.end()).code, 0, api.output());
  });
});

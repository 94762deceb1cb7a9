import { after, before, suite, test } from 'node:test';
import { type RabbitMqServer, startRabbitMq, WITHOUT_RABBITMQ } from '#test/support/rabbitmq-server.ts';
import { startApart } from '../faults/import-scene.ts';
import { stopWorkerAtWork } from '../faults/sigterm-run.ts';

suite('SIGTERM to a worker that only a broker wakes', { skip: WITHOUT_RABBITMQ ?? false }, () => {
  let broker: RabbitMqServer;
  before(async () => {
    broker = await startRabbitMq();
  });
  after(() => broker.remove());

  test('in the middle of an import, an export and a task: the next worker hears of them', async (t) => {
    const scene = await startApart({ QUEUE_URL: broker.url, WORKER_POLL_INTERVAL: '1h' });
    t.after(() => scene.stop());
    await stopWorkerAtWork(t, scene);
  });
});

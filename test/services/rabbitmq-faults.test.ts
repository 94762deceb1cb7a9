import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { connect } from 'amqplib';
import { enqueueJob } from '#engine/jobs/enqueue.query.ts';
import { newId } from '#platform/ids.ts';
import { type RabbitMqServer, startRabbitMq, WITHOUT_RABBITMQ } from '#test/support/rabbitmq-server.ts';
import { until } from '../faults/jobs-support.ts';
import { wireTo } from '../faults/wire.ts';
import { counted, type QueueScene, queueScene } from './queue-scene.ts';

const POLL_MS = 500;
/** A poll, and what a busy machine adds. */
const POLLED_WITHIN_MS = 15_000;
/** Two heartbeats of a second without a word, and what a busy machine adds. */
const SILENCE_NOTICED_WITHIN_MS = 20_000;

suite('RabbitMQ fails, and nothing but time is lost', { skip: WITHOUT_RABBITMQ ?? false }, () => {
  let broker: RabbitMqServer;
  before(async () => {
    broker = await startRabbitMq();
  });
  after(() => broker.remove());

  test('no broker: all jobs run by polling, and queueing waits for nothing', async (t) => {
    const scene = await queueScene(t, { ...broker, url: 'amqp://127.0.0.1:1' });
    const worker = await scene.worker(async () => undefined, { pollIntervalMs: POLL_MS });
    assert.equal(scene.publisher.isOpen(), false);
    assert.equal(worker.isQueueOpen(), false);
    await enqueue(scene, 0, 50);
    await scene.completed(50, POLLED_WITHIN_MS);
  });

  test('the broker is killed and started again: jobs of before, meanwhile and after run, once', async (t) => {
    const scene = await queueScene(t, broker);
    const runs = new Map<number, number>();
    const going = Promise.withResolvers<void>();
    await scene.worker(async (n) => {
      runs.set(n, (runs.get(n) ?? 0) + 1);
      await going.promise;
    });
    await enqueue(scene, 0, 30);
    await until('four at work', () => runs.size === 4);
    await broker.kill();
    await enqueue(scene, 30, 60);
    await broker.start();
    await until('heard again', () => scene.publisher.isOpen());
    // The messages of the four at work have come a second time by now, or do soon.
    going.resolve();
    await enqueue(scene, 60, 90);
    await scene.completed(90);
    assert.deepEqual(
      [...runs.values()].filter((count) => count !== 1),
      [],
    );
    await isEmpty(broker);
  });

  test('connections to it that carry nothing any more are noticed and made anew, and no job is left', async (t) => {
    const wire = await wireTo(t, `${broker.url}?heartbeat=1`);
    const scene = await queueScene(t, { ...broker, url: wire.url });
    const worker = await scene.worker(async () => undefined);
    await enqueue(scene, 0, 5);
    await scene.completed(5);
    wire.deaden();
    assert.equal(wire.deadOnes(), 2, 'one that sends, one that receives');
    await enqueue(scene, 5, 10);
    await until('given up', () => wire.deadOnes() === 0, SILENCE_NOTICED_WITHIN_MS);
    // Those of before, which nobody could be told of, and those of now.
    await scene.completed(10);
    await until('open', () => scene.publisher.isOpen() && worker.isQueueOpen());
    await enqueue(scene, 10, 15);
    await scene.completed(15);
    await isEmpty(broker);
  });

  test('a broker without memory holds nobody up: jobs run by polling until it takes messages again', async (t) => {
    const scene = await queueScene(t, broker);
    await broker.control('set_vm_memory_high_watermark', '0.000001');
    t.after(() => broker.control('set_vm_memory_high_watermark', '0.4'));
    // It says so to whoever sends something.
    await enqueue(scene, 0, 1);
    await until('blocked', () => !scene.publisher.isOpen());
    const worker = await scene.worker(async () => undefined, { pollIntervalMs: POLL_MS });
    await enqueue(scene, 1, 50);
    await scene.completed(50, POLLED_WITHIN_MS);
    await broker.control('set_vm_memory_high_watermark', '0.4');
    await until('open', () => scene.publisher.isOpen() && worker.isQueueOpen());
    await isEmpty(broker);
  });

  test('messages that come again and again, also of jobs that have ended, run nothing twice', async (t) => {
    const scene = await queueScene(t, broker);
    const runs = new Map<number, number>();
    const ids = await enqueue(scene, 0, 20);
    const repeat = async (): Promise<void> => {
      for (let time = 0; time < 5; time++)
        await send(
          broker,
          ids.map((id) => JSON.stringify({ job_id: id })),
        );
    };
    await repeat();
    for (let worker = 0; worker < 2; worker++) {
      await scene.worker(async (n) => void runs.set(n, (runs.get(n) ?? 0) + 1));
    }
    await scene.completed(20);
    await repeat();
    await isEmpty(broker);
    assert.deepEqual(
      [...runs.values()],
      Array.from({ length: 20 }, () => 1),
    );
  });

  test('what cannot be understood or has no job goes to the dead letters and stops nothing', async (t) => {
    const scene = await queueScene(t, broker);
    await scene.worker(async () => undefined);
    await send(broker, ['', 'job', '{"job_id":7}', 'null', JSON.stringify({ job_id: newId() })]);
    await enqueue(scene, 0, 5);
    await scene.completed(5);
    await until(
      'rejected',
      async () => (await depths(broker)).get('affirm-name.jobs.dead') === 5,
      20_000,
      200,
    );
  });
});

async function enqueue({ pool }: QueueScene, from: number, to: number): Promise<string[]> {
  const ids: string[] = [];
  for (let n = from; n < to; n++) ids.push(await enqueueJob(pool, counted(n)));
  return ids;
}

async function send({ url }: RabbitMqServer, texts: readonly string[]): Promise<void> {
  const connection = await connect(url);
  const channel = await connection.createConfirmChannel();
  for (const text of texts) channel.sendToQueue('affirm-name.jobs', Buffer.from(text), { persistent: true });
  await channel.waitForConfirms();
  await connection.close();
}

async function isEmpty(broker: RabbitMqServer): Promise<void> {
  await until('empty', async () => (await depths(broker)).get('affirm-name.jobs') === 0, 20_000, 200);
}

/** Messages in each queue, in hand or not. */
async function depths(broker: RabbitMqServer): Promise<Map<string, number>> {
  const lines = (await broker.control('list_queues', 'name', 'messages')).trim().split('\n');
  return new Map(lines.map((line) => line.split('\t')).map(([name = '', count]) => [name, Number(count)]));
}

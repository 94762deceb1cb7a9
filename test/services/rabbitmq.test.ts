import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { cancelJob } from '#engine/jobs/job-commands.ts';
import { enqueueJob } from '#engine/jobs/enqueue.query.ts';
import { enqueueJobOnce } from '#engine/jobs/enqueue-once.query.ts';
import { jobReaches, until } from '../faults/jobs-support.ts';
import { untilAborted } from '../flows/jobs-scene.ts';
import { type RabbitMqServer, startRabbitMq, WITHOUT_RABBITMQ } from '#test/support/rabbitmq-server.ts';
import { counted, queueScene, quietly } from './queue-scene.ts';

const HOUR = 3_600_000;

suite(
  'RabbitMQ wakes the workers, which poll once an hour and do not LISTEN',
  { skip: WITHOUT_RABBITMQ ?? false },
  () => {
    let broker: RabbitMqServer;
    before(async () => {
      broker = await startRabbitMq();
    });
    after(() => broker.remove());

    test('200 jobs over two workers: each runs once, and the queue is empty', async (t) => {
      const scene = await queueScene(t, broker);
      const runs = new Map<number, number>();
      const workers = await Promise.all(
        [1, 2].map(() => scene.worker(async (n) => void runs.set(n, (runs.get(n) ?? 0) + 1))),
      );
      assert.ok(workers.every((worker) => worker.isQueueOpen()));
      await scene.pool.transaction(async (tx) => {
        for (let n = 0; n < 100; n++) await enqueueJob(tx, counted(n));
      });
      for (let n = 100; n < 200; n++) await enqueueJob(scene.pool, counted(n));
      await scene.completed(200);
      assert.deepEqual(
        [...runs.values()].filter((count) => count !== 1),
        [],
      );
      assert.equal(runs.size, 200);
      await queueIsEmpty();
    });

    test('an idle worker begins within 100 ms of the commit', async (t) => {
      const scene = await queueScene(t, broker);
      const begun: number[] = [];
      await scene.worker(async () => void begun.push(performance.now()));
      const delays: number[] = [];
      for (let n = 0; n < 20; n++) {
        await enqueueJob(scene.pool, counted(n));
        const committed = performance.now();
        await until('begun', () => begun.length > n, 10_000, 1);
        delays.push((begun[n] ?? Infinity) - committed);
      }
      delays.sort((a, b) => a - b);
      t.diagnostic(`median ${delays[10]?.toFixed(1)} ms, longest ${delays.at(-1)?.toFixed(1)} ms`);
      assert.ok((delays[0] ?? Infinity) < 100);
    });

    test('what is rolled back is told to nobody', async (t) => {
      const scene = await queueScene(t, broker);
      await assert.rejects(
        scene.pool.transaction(async (tx) => {
          await enqueueJob(tx, counted(1));
          throw new Error('no');
        }),
      );
      await enqueueJob(scene.pool, counted(2));
      await until('one message', async () => (await depth('affirm-name.jobs')) === 1);
      await scene.worker(async () => undefined);
      await scene.completed(1);
      await queueIsEmpty();
    });

    test('a running job is canceled at once', async (t) => {
      const scene = await queueScene(t, broker);
      const started = Promise.withResolvers<void>();
      await scene.worker(
        async (_n, context) => {
          started.resolve();
          await untilAborted(context);
        },
        // No heartbeat comes in time to notice it.
        { leaseMs: HOUR },
      );
      const id = await enqueueJob(scene.pool, counted(1));
      await started.promise;
      await cancelJob(scene.pool, new Map(), id, null);
      await jobReaches(scene.pool, id, 'canceled', 10_000);
      await queueIsEmpty();
    });

    test('jobs that wait for their time begin then: a retry, and one that was queued for later', async (t) => {
      const scene = await queueScene(t, broker);
      await scene.worker(async (n, { attempt }) => {
        if (n === 1 && attempt === 1) throw new Error('once');
      });
      await scene.pool.transaction(async (tx) => {
        await enqueueJobOnce(tx, counted(2), { delayMs: 1_500 });
      });
      await enqueueJob(scene.pool, counted(1));
      await scene.completed(2, 30_000);
      await queueIsEmpty();
    });

    test('a worker with no free slot keeps no idle one from the jobs whose messages it was given', async (t) => {
      const scene = await queueScene(t, broker);
      const going = Promise.withResolvers<void>();
      t.after(() => going.resolve());
      const long = async (): Promise<void> => going.promise;
      // Both of its jobs are found by polling, so that it still has room for two messages.
      const busy = await scene.worker(long, { concurrency: 2 });
      await scene.pool.run('quietly', quietly([101, 102]));
      await enqueueJob(scene.pool, counted(100));
      await until('two at work', () => busy.running().length === 2);
      await scene.worker(async () => undefined, { concurrency: 1 });
      for (let n = 0; n < 20; n++) await enqueueJob(scene.pool, counted(n));
      await until('all others', async () => ((await scene.states())['completed'] ?? 0) >= 20, 20_000);
      going.resolve();
      await scene.completed(23);
      await queueIsEmpty();
    });

    async function depth(queue: string): Promise<number> {
      const lines = (await broker.control('list_queues', 'name', 'messages')).split('\n');
      return Number(lines.find((line) => line.startsWith(`${queue}\t`))?.split('\t')[1]);
    }

    async function queueIsEmpty(): Promise<void> {
      await until('empty', async () => (await depth('affirm-name.jobs')) === 0, 20_000, 200);
      assert.equal(await depth('affirm-name.jobs.dead'), 0);
    }
  },
);

import { PgBoss } from 'pg-boss';
import { onConnection } from '../support/connection.ts';
import { type Contender, SPARE_CONNECTIONS } from './contender.ts';

const QUEUE = 'nothing';

/**
 * It pauses between fetches unless each brings a full batch: so it gets its jobs in batches, and acknowledges them in
 * batches, which the others do not.
 */
export async function pgBoss(url: string, slots: number): Promise<Contender> {
  const boss = new PgBoss({ connectionString: url, max: slots + SPARE_CONNECTIONS, useListenNotify: true });
  boss.on('error', () => undefined);
  await boss.start();
  await boss.createQueue(QUEUE, { notify: true });
  return {
    name: 'pg-boss',
    async fill(jobs) {
      await boss.insert(
        QUEUE,
        Array.from({ length: jobs }, () => ({ data: {} })),
      );
    },
    async add() {
      await boss.send(QUEUE, {});
    },
    async start(concurrency, run) {
      await boss.work(
        QUEUE,
        { batchSize: concurrency, burstWhenBatchFull: true, pollingIntervalSeconds: 0.5 },
        async (jobs) => void (await Promise.all(jobs.map(run))),
      );
      return { stop: () => boss.offWork(QUEUE) };
    },
    open: () =>
      onConnection(url, async (client) => {
        const { rows } = await client.query<{ open: number }>(
          "SELECT count(*)::int AS open FROM pgboss.job WHERE state <> 'completed' AND name = $1",
          [QUEUE],
        );
        return rows[0]?.open ?? 0;
      }),
    close: () => boss.stop({ graceful: false }),
  };
}

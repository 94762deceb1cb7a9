import { Logger, makeWorkerUtils, run as startRunner } from 'graphile-worker';
import { Pool } from 'pg';
import { onConnection } from '../support/connection.ts';
import { type Contender, SPARE_CONNECTIONS } from './contender.ts';

/** One statement takes a job, another one deletes it: its way of acknowledging each job by itself. */
export async function graphileWorker(url: string, slots: number): Promise<Contender> {
  const pgPool = new Pool({ connectionString: url, max: slots + SPARE_CONNECTIONS });
  const logger = new Logger(() => () => undefined);
  const utils = await makeWorkerUtils({ pgPool, logger });
  await utils.migrate();
  return {
    name: 'graphile-worker',
    fill: (jobs) =>
      onConnection(url, async (client) => {
        await client.query(
          "SELECT graphile_worker.add_job('nothing', '{}'::json) FROM generate_series(1, $1::int)",
          [jobs],
        );
      }),
    async add() {
      await utils.addJob('nothing', {});
    },
    async start(concurrency, run) {
      const runner = await startRunner({
        pgPool,
        concurrency,
        logger,
        noHandleSignals: true,
        pollInterval: 5_000,
        taskList: { nothing: run },
      });
      return { stop: () => runner.stop() };
    },
    open: () =>
      onConnection(url, async (client) => {
        const { rows } = await client.query<{ open: number }>(
          'SELECT count(*)::int AS open FROM graphile_worker.jobs',
        );
        return rows[0]?.open ?? 0;
      }),
    async close() {
      await utils.release();
      await pgPool.end();
    },
  };
}

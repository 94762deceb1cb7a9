import type { TestContext } from 'node:test';
import { Type } from 'typebox';
import { defineJob, type JobContext, type JobDefinition } from '#engine/jobs/define-job.ts';
import { createJobPublisher, type JobPublisher } from '#engine/jobs/wake-up/job-publisher.ts';
import type { Worker, WorkerOptions } from '#engine/jobs/worker.ts';
import { createPool, type Pool } from '#platform/postgres/database.ts';
import { type Sql, sql } from '#platform/postgres/sql.ts';
import { testDatabase } from '#test/support/database.ts';
import type { RabbitMqServer } from '#test/support/rabbitmq-server.ts';
import { silent, startTestWorker, until } from '../faults/jobs-support.ts';

const HOUR = 3_600_000;

type Run = (n: number, context: JobContext) => Promise<object | void>;

/** A database whose pool tells the broker, and workers that hear of jobs by the broker alone. */
export interface QueueScene {
  readonly url: string;
  readonly pool: Pool;
  readonly publisher: JobPublisher;
  worker(run: Run, overrides?: Partial<WorkerOptions>): Promise<Worker>;
  /** How many jobs are in each state. */
  states(): Promise<Readonly<Record<string, number>>>;
  /** Settles when that many are completed. */
  completed(count: number, withinMs?: number): Promise<void>;
}

export async function queueScene(t: TestContext, broker: RabbitMqServer): Promise<QueueScene> {
  const { url } = await testDatabase(t);
  const publisher = createJobPublisher({ url: broker.url, name: 'affirm-name test', log: silent });
  const pool = openPool(url, publisher);
  t.after(async () => {
    await pool.close();
    await publisher.close();
  });
  await publisher.ready;
  const states = async (): Promise<Readonly<Record<string, number>>> =>
    Object.fromEntries(
      (
        await pool.many<{ status: string; jobs: number }>(
          'states',
          sql`SELECT status, count(*)::int AS jobs FROM jobs GROUP BY status`,
        )
      ).map(({ status, jobs }) => [status, jobs]),
    );
  return {
    url,
    pool,
    publisher,
    states,
    async worker(run, overrides) {
      const own = openPool(url, publisher);
      const worker = await startTestWorker({ url, pool: own }, [countedJob(run)], {
        listenUrl: undefined,
        queueUrl: broker.url,
        pollIntervalMs: HOUR,
        ...overrides,
      });
      t.after(async () => {
        await worker.stop();
        await own.close();
      });
      return worker;
    },
    async completed(count, withinMs) {
      await until(`${count} completed`, async () => (await states())['completed'] === count, withinMs);
    },
  };
}

export const counted = (n: number) => ({ type: 'counted', payload: { n }, createdBy: null });

function countedJob(run: Run): JobDefinition {
  return defineJob({
    type: 'counted',
    payload: Type.Object({ n: Type.Integer() }),
    run: ({ n }, context) => run(n, context),
  });
}

function openPool(url: string, { onAnnounced }: JobPublisher): Pool {
  return createPool({
    url,
    maxConnections: 8,
    maxIdle: 8,
    maxLifetimeMs: HOUR,
    maxIdleTimeMs: 60_000,
    slowQueryMs: Number.POSITIVE_INFINITY,
    applicationName: 'affirm-name test',
    onSlowQuery: () => undefined,
    onConnectionError: () => undefined,
    onAnnounced,
  });
}

/** Queues jobs that nobody is told of. */
export function quietly(numbers: readonly number[]): Sql {
  return sql`
    INSERT INTO jobs (type, payload)
    SELECT 'counted', json_build_object('n', n) FROM unnest(${numbers}::int[]) AS n`;
}

import type { Client } from 'pg';
import { Type } from 'typebox';
import { defineJob, jobDefinitions } from '#engine/jobs/define-job.ts';
import { enqueueJob } from '#engine/jobs/enqueue.query.ts';
import { startWorker, type Worker } from '#engine/jobs/worker.ts';
import { createLogger } from '#platform/observability/log.ts';
import { createPool } from '#platform/postgres/database.ts';
import { migrateUp } from '#platform/postgres/migrate.ts';
import { onConnection } from '../support/connection.ts';
import { type Contender, SPARE_CONNECTIONS } from './contender.ts';

const CALLERS = 100;
const HOUR = 3_600_000;

export interface AffirmName extends Contender {
  fill(jobs: number, client?: Client): Promise<void>;
  /** Queues one job that goes before all others. */
  addUrgent(n: number): Promise<void>;
  /** `run` gets the number of an urgent job. */
  startNumbered(
    slots: number,
    run: (n: number | undefined) => Promise<void>,
  ): Promise<{ stop(): Promise<void> }>;
}

/** Ours, as `serve` and `worker` run it. */
export async function affirmName(url: string, slots: number): Promise<AffirmName> {
  await migrateUp(url);
  const pool = createPool({
    url,
    maxConnections: slots + SPARE_CONNECTIONS,
    maxIdle: slots + SPARE_CONNECTIONS,
    maxLifetimeMs: HOUR,
    maxIdleTimeMs: HOUR,
    slowQueryMs: Number.POSITIVE_INFINITY,
    applicationName: 'affirm-name bench',
    onSlowQuery: () => undefined,
    onConnectionError: () => undefined,
  });
  const log = createLogger({ level: 'silent', format: 'json' });
  const caller = (n: number): string => `00000000-0000-4000-8000-${String(n % CALLERS).padStart(12, '0')}`;
  return {
    name: 'affirm-name',
    fill: (jobs, client) => (client ? fill(client, jobs) : onConnection(url, (own) => fill(own, jobs))),
    async add() {
      await enqueueJob(pool, { type: 'nothing', payload: {}, createdBy: caller(0) });
    },
    async addUrgent(n) {
      await enqueueJob(pool, { type: 'nothing', payload: { n }, priority: 1, createdBy: caller(n) });
    },
    start: (concurrency, run) => startNumbered(concurrency, run),
    startNumbered,
    open: () =>
      onConnection(url, async (client) => {
        const { rows } = await client.query<{ open: number }>(
          "SELECT count(*)::int AS open FROM jobs WHERE status <> 'completed'",
        );
        return rows[0]?.open ?? 0;
      }),
    close: () => pool.close(),
  };

  function startNumbered(
    concurrency: number,
    run: (n: number | undefined) => Promise<void>,
  ): Promise<Worker> {
    return startWorker({
      pool,
      listenUrl: url,
      definitions: jobDefinitions([
        defineJob({
          type: 'nothing',
          payload: Type.Object({ n: Type.Optional(Type.Integer()) }),
          run: ({ n }) => run(n),
        }),
      ]),
      concurrency,
      pollIntervalMs: 5_000,
      leaseMs: 30_000,
      jobTimeoutMs: HOUR,
      stallTimeoutMs: 300_000,
      retryWindowMs: 1_800_000,
      maxAttempts: 3,
      retentionMs: 24 * HOUR,
      log,
    });
  }
}

async function fill(client: Client, jobs: number): Promise<void> {
  await client.query(
    `INSERT INTO jobs (type, payload, created_by)
     SELECT 'nothing', '{}', format('00000000-0000-4000-8000-%s', lpad((n % $2)::text, 12, '0'))
     FROM generate_series(1, $1::int) AS n`,
    [jobs, CALLERS],
  );
}

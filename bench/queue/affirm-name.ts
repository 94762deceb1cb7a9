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
  /** Queues one job with a number. */
  addNumbered(n: number, of: { readonly caller: string; readonly priority: number }): Promise<void>;
  /** `run` gets the number of a job that has one. */
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
  let filled = 0;
  const log = createLogger({ level: 'silent', format: 'json' });
  return {
    name: 'affirm-name',
    async fill(jobs, client) {
      const from = filled;
      filled += jobs;
      if (client) await fill(client, from, jobs);
      else await onConnection(url, (own) => fill(own, from, jobs));
    },
    async add() {
      await enqueueJob(pool, { type: 'nothing', payload: {}, createdBy: null });
    },
    async addNumbered(n, { caller: createdBy, priority }) {
      await enqueueJob(pool, { type: 'nothing', payload: { n }, priority, createdBy });
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

/** Of each caller in turn, from number `from` on. */
async function fill(client: Client, from: number, jobs: number): Promise<void> {
  await client.query(
    `INSERT INTO jobs (type, payload, created_by)
     SELECT 'nothing', '{}', format('00000000-0000-4000-8000-%s', lpad((n % $3)::text, 12, '0'))
     FROM generate_series($1::int, $1 + $2::int - 1) AS n`,
    [from, jobs, CALLERS],
  );
}

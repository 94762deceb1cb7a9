import { once } from 'node:events';
import type { TestContext } from 'node:test';
import { Type } from 'typebox';
import { defineJob, type EndedJob, type JobContext, type JobDefinition } from '#engine/jobs/define-job.ts';
import { enqueueJob } from '#engine/jobs/enqueue.query.ts';
import type { Worker, WorkerOptions } from '#engine/jobs/worker.ts';
import type { Pool } from '#platform/postgres/database.ts';
import { sql } from '#platform/postgres/sql.ts';
import { testDatabase } from '#test/support/database.ts';
import { type JobRow, startTestWorker } from '../faults/jobs-support.ts';

type Run = (context: JobContext, run: number) => Promise<object | void>;

export interface Scene {
  readonly pool: Pool;
  readonly jobId: string;
  readonly definition: JobDefinition;
  /** What the `ended` and `paused` hooks were told, written in their transactions. */
  ended(): Promise<object[]>;
  worker(overrides?: Partial<WorkerOptions>): Promise<Worker>;
  /** Settles when the handler runs. */
  readonly started: Promise<JobContext>;
}

/** One job in a database of its own, whose handler is `run`. */
export async function scene(t: TestContext, run: Run): Promise<Scene> {
  const db = await testDatabase(t);
  await db.pool.run('create', sql`CREATE TABLE endings (job_id uuid, status text, code text)`);
  const started = Promise.withResolvers<JobContext>();
  let runs = 0;
  const definition = defineJob({
    type: 'scene',
    payload: Type.Object({}),
    run(_payload, context) {
      started.resolve(context);
      return run(context, ++runs);
    },
    async ended(tx, job: EndedJob<object>) {
      await tx.run(
        'ended',
        sql`INSERT INTO endings VALUES (${job.id}, ${job.status}, ${job.error?.code ?? null})`,
      );
    },
    async paused(tx, job) {
      await tx.run(
        'paused',
        sql`INSERT INTO endings VALUES (${job.id}, ${job.isPaused ? 'paused' : 'resumed'}, NULL)`,
      );
    },
    async retried(tx, job) {
      await tx.run('retried', sql`DELETE FROM endings WHERE job_id = ${job.id}`);
    },
  });
  return {
    pool: db.pool,
    definition,
    started: started.promise,
    jobId: await enqueueJob(db.pool, { type: 'scene', payload: {}, createdBy: null }),
    ended: () => db.pool.many('endings', sql`SELECT status, code FROM endings`),
    async worker(overrides) {
      const worker = await startTestWorker(db, [definition], overrides);
      t.after(() => worker.stop());
      return worker;
    },
  };
}

export async function untilAborted({ signal }: JobContext): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort');
  signal.throwIfAborted();
}

export function facts({ status, attempts, error_code, outages, lost_leases }: JobRow): object {
  return { status, attempts, error_code, outages, lost_leases };
}

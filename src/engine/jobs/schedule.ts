import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '#platform/observability/log.ts';
import type { Pool } from '#platform/postgres/database.ts';
import { enqueueJobOnce } from './enqueue-once.query.ts';

/** A job that comes again and again. */
export interface RecurringJob {
  readonly type: string;
  readonly payload: object;
  readonly priority: number;
  readonly everyMs: number;
}

export interface Schedule {
  stop(): Promise<void>;
}

/**
 * Queues each job now and then every `everyMs`. Any number of processes may do so: at most one such job waits or runs,
 * and whoever finds that another process has queued it within the interval leaves it at that.
 */
export function startSchedule(options: {
  readonly pool: Pool;
  readonly jobs: readonly RecurringJob[];
  readonly log: Logger;
}): Schedule {
  const stopping = new AbortController();
  const loops = options.jobs.map((job) => repeat(options.pool, job, options.log, stopping.signal));
  return {
    async stop() {
      stopping.abort();
      await Promise.all(loops);
    },
  };
}

async function repeat(pool: Pool, job: RecurringJob, log: Logger, signal: AbortSignal): Promise<void> {
  const { everyMs, ...fields } = job;
  // A start queues it at once, however lately another process did.
  for (let quietMs = 0; !signal.aborted; quietMs = everyMs / 2) {
    try {
      await pool.transaction((tx) => enqueueJobOnce(tx, { ...fields, createdBy: null }, { quietMs }));
    } catch (error) {
      log.warn({ err: error, jobType: job.type }, 'recurring job could not be queued');
    }
    await delay(everyMs, undefined, { signal, ref: false }).catch(() => {});
  }
}

import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '#platform/observability/log.ts';
import type { Pool } from '#platform/postgres/database.ts';
import { createAlarm } from './alarm.ts';
import { deleteOldJobs } from './command.query.ts';
import type { JobDefinitions } from './define-job.ts';
import { createSlots, type RunningJob } from './job-slots.ts';
import { reapExpiredLeases } from './reaper.ts';
import type { Random } from './retry-policy.ts';
import { listenOnPostgres } from './wake-up/postgres.ts';
import type { WakeUpMessage } from './wake-up/wake-up.ts';

const CLEAN_UP_EVERY_MS = 3_600_000;
const SHUTDOWN_GRACE_MS = 20_000;

export interface WorkerOptions {
  readonly pool: Pool;
  /** A direct connection for LISTEN; undefined: polling only. */
  readonly listenUrl: string | undefined;
  readonly definitions: JobDefinitions;
  readonly concurrency: number;
  readonly pollIntervalMs: number;
  readonly leaseMs: number;
  readonly jobTimeoutMs: number;
  readonly stallTimeoutMs: number;
  readonly retryWindowMs: number;
  readonly maxAttempts: number;
  /** Ended jobs are removed after this time. */
  readonly retentionMs: number;
  /** How long `stop` lets running jobs finish; default 20 s. */
  readonly shutdownGraceMs?: number;
  /** How long a handler may ignore its signal before its job is ended without it; default 5 s. */
  readonly abandonAfterMs?: number;
  readonly random?: Random;
  readonly log: Logger;
}

export interface Worker {
  /** `host:pid`, the start of `locked_by`. */
  readonly name: string;
  /** What runs now; empty when idle. */
  readonly running: () => RunningJob[];
  /** When it last asked for work with success; for health checks and supervisors. */
  lastPollAt(): Date;
  /** Claims nothing more, lets jobs finish for the grace, gives the others back. */
  stop(): Promise<void>;
}

/** Runs jobs in this process until stopped. */
export async function startWorker(options: WorkerOptions): Promise<Worker> {
  const { pool, log, leaseMs } = options;
  const name = `${hostname()}:${process.pid}`;
  const alarm = createAlarm();
  const slots = createSlots({ ...options, random: options.random ?? Math.random }, name, alarm);
  const stopping = new AbortController();
  let lastPollAt = new Date();

  async function claimLoop(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        await slots.fill();
        lastPollAt = new Date();
      } catch (error) {
        log.warn({ err: error }, 'jobs could not be claimed');
      }
      await alarm.wait(options.pollIntervalMs);
    }
  }

  function heard(message: WakeUpMessage): void {
    if (message.kind === 'cancel') slots.beat(message.jobId);
    else alarm.ring();
  }

  const wakeUp = options.listenUrl ? listenOnPostgres(options.listenUrl, heard, log) : undefined;
  const upkeep = [
    repeat(leaseMs / 3, stopping.signal, log, () =>
      reapExpiredLeases({ ...options, isAtWorkHere: slots.isAtWorkHere }),
    ),
    repeat(CLEAN_UP_EVERY_MS, stopping.signal, log, () => cleanUp(pool, options.retentionMs)),
  ];
  const claiming = claimLoop();
  await wakeUp?.ready;
  log.info({ worker: name, concurrency: options.concurrency }, 'worker started');

  return {
    name,
    running: slots.running,
    lastPollAt: () => lastPollAt,
    async stop() {
      stopping.abort();
      alarm.ring();
      await Promise.all([wakeUp?.stop(), claiming]);
      await slots.drain(options.shutdownGraceMs ?? SHUTDOWN_GRACE_MS);
      await Promise.all(upkeep);
      log.info({ worker: name }, 'worker stopped');
    },
  };
}

async function cleanUp(pool: Pool, retentionMs: number): Promise<void> {
  while ((await deleteOldJobs(pool, retentionMs)) > 0);
}

/** Calls `work` now and then every `intervalMs` until the signal; never two at a time, errors are logged. */
async function repeat(
  intervalMs: number,
  signal: AbortSignal,
  log: Logger,
  work: () => Promise<void>,
): Promise<void> {
  while (!signal.aborted) {
    await work().catch((error: unknown) => log.warn({ err: error }, 'job upkeep failed'));
    await delay(intervalMs, undefined, { signal, ref: false }).catch(() => {});
  }
}

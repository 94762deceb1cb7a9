import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '#platform/observability/log.ts';
import type { Pool } from '#platform/postgres/database.ts';
import { createAlarm } from './alarm.ts';
import { claimJobs } from './claim.query.ts';
import { deleteOldJobs } from './command.query.ts';
import type { JobDefinitions } from './define-job.ts';
import { type JobRun, type RunSettings, startJobRun } from './job-run.ts';
import { reapExpiredLeases } from './reaper.ts';
import type { Random } from './retry-policy.ts';
import { listenOnPostgres } from './wake-up/postgres.ts';
import type { WakeUpMessage } from './wake-up/wake-up.ts';

const CLEAN_UP_EVERY_MS = 3_600_000;
const SETTLE_AFTER_ABORT_MS = 8_000;

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
  readonly random?: Random;
  readonly log: Logger;
}

export interface RunningJob {
  readonly jobId: string;
  readonly type: string;
  readonly lockedBy: string;
  readonly startedAt: Date;
}

export interface Worker {
  /** `host:pid`, the start of `locked_by`. */
  readonly name: string;
  /** What runs now; empty when idle. */
  running(): RunningJob[];
  /** When it last asked for work with success; for health checks and supervisors. */
  lastPollAt(): Date;
  /** Claims nothing more, lets jobs finish for the grace, gives the others back. */
  stop(): Promise<void>;
}

/** Runs jobs in this process until stopped. */
export async function startWorker(options: WorkerOptions): Promise<Worker> {
  const { pool, log, concurrency, leaseMs } = options;
  const settings: RunSettings = { ...options, random: options.random ?? Math.random };
  const name = `${hostname()}:${process.pid}`;
  const runs = new Map<number, JobRun>();
  const alarm = createAlarm();
  const stopping = new AbortController();
  let lastPollAt = new Date();

  function heard(message: WakeUpMessage): void {
    if (message.kind === 'work') return alarm.ring();
    for (const run of runs.values()) if (run.job.id === message.jobId) void run.beat();
  }

  async function fillSlots(): Promise<void> {
    const freeSlots = slotsOf(concurrency).filter((slot) => !runs.has(slot));
    if (freeSlots.length === 0 || stopping.signal.aborted) return;
    const types = [...options.definitions.keys()];
    const jobs = await claimJobs(pool, {
      types,
      worker: name,
      freeSlots,
      leaseMs,
      maxAttempts: options.maxAttempts,
    });
    lastPollAt = new Date();
    for (const job of jobs) {
      const run = startJobRun(job, settings);
      runs.set(job.slot, run);
      void run.settled.then(({ retryInMs }) => {
        runs.delete(job.slot);
        alarm.ring();
        if (retryInMs !== undefined) setTimeout(alarm.ring, retryInMs + 1).unref();
      });
    }
  }

  async function claimLoop(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        await fillSlots();
      } catch (error) {
        log.warn({ err: error }, 'jobs could not be claimed');
      }
      await alarm.wait(options.pollIntervalMs);
    }
  }

  const wakeUp = options.listenUrl ? listenOnPostgres(options.listenUrl, heard, log) : undefined;
  const reaping = repeat(leaseMs / 3, stopping.signal, log, () =>
    reapExpiredLeases(pool, options.definitions, options, log),
  );
  const cleaning = repeat(CLEAN_UP_EVERY_MS, stopping.signal, log, async () => {
    while ((await deleteOldJobs(pool, options.retentionMs)) > 0);
  });
  const claiming = claimLoop();
  await wakeUp?.ready;
  log.info({ worker: name, concurrency }, 'worker started');

  async function stop(): Promise<void> {
    stopping.abort();
    alarm.ring();
    await Promise.all([wakeUp?.stop(), claiming]);
    const settled = Promise.all([...runs.values()].map((run) => run.settled));
    await within(options.shutdownGraceMs ?? 20_000, settled);
    for (const run of runs.values()) run.giveBack();
    await within(SETTLE_AFTER_ABORT_MS, settled);
    await Promise.all([reaping, cleaning]);
    log.info({ worker: name }, 'worker stopped');
  }

  return {
    name,
    running: () =>
      [...runs.values()].map(({ job, startedAt }) => ({
        jobId: job.id,
        type: job.type,
        lockedBy: job.lockedBy,
        startedAt,
      })),
    lastPollAt: () => lastPollAt,
    stop,
  };
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

async function within(milliseconds: number, work: Promise<unknown>): Promise<void> {
  const timer = new AbortController();
  await Promise.race([work, delay(milliseconds, undefined, { signal: timer.signal }).catch(() => {})]);
  timer.abort();
}

function slotsOf(concurrency: number): number[] {
  return Array.from({ length: concurrency }, (_, index) => index + 1);
}

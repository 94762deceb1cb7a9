import { hostname } from 'node:os';
import { setImmediate as turn, setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '#platform/observability/log.ts';
import type { Pool } from '#platform/postgres/database.ts';
import { createAlarm } from './alarm.ts';
import { findNextDue } from './claim.query.ts';
import { deleteOldJobs } from './command.query.ts';
import type { JobDefinitions } from './define-job.ts';
import { createSlots, type RunningJob, type Slots } from './job-slots.ts';
import { reapExpiredLeases } from './reaper.ts';
import type { Random } from './retry-policy.ts';
import { listenOnPostgres } from './wake-up/postgres.ts';
import { listenOnRabbitMq } from './wake-up/rabbitmq.ts';
import type { WakeUp, WakeUpMessage, WorkerState } from './wake-up/wake-up.ts';

const CLEAN_UP_EVERY_MS = 3_600_000;
const SHUTDOWN_GRACE_MS = 20_000;

export interface WorkerOptions {
  readonly pool: Pool;
  /** A direct connection for LISTEN; undefined: polling only, unless there is a broker. */
  readonly listenUrl: string | undefined;
  /** RabbitMQ, which wakes the worker instead of LISTEN. */
  readonly queueUrl?: string | undefined;
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
  /** For how long it has not asked for work with success; for health checks and supervisors. */
  idleMs(): number;
  /** Whether the broker wakes it; true without one. */
  isQueueOpen(): boolean;
  /** Aborts what runs, and gives it back as soon as it has let go. */
  giveBack(): void;
  /** Claims nothing more, lets jobs finish for the grace, gives the others back. */
  stop(): Promise<void>;
}

/** Runs jobs in this process until stopped. */
export async function startWorker(options: WorkerOptions): Promise<Worker> {
  const { pool, log, leaseMs } = options;
  const name = `${hostname()}:${process.pid}`;
  const alarm = createAlarm();
  const onSettled = (jobId: string, isCompleted: boolean): void => wakeUp?.settled(jobId, isCompleted);
  const slots = createSlots({ ...options, random: options.random ?? Math.random, onSettled }, name, alarm);
  const stopping = new AbortController();
  let polledAt = performance.now();

  async function claimLoop(): Promise<void> {
    while (!stopping.signal.aborted) {
      let waitMs = options.pollIntervalMs;
      try {
        const isFull = await slots.fill();
        polledAt = performance.now();
        await wakeUp?.claimed(stateOf(slots, !isFull));
        if (!isFull) waitMs = Math.min(waitMs, await findNextDue(pool, [...options.definitions.keys()]));
      } catch (error) {
        log.warn({ err: error }, 'jobs could not be claimed');
      }
      await alarm.wait(waitMs);
      // Jobs that end together free their slots in the same turn: one claim for all of them.
      await turn();
    }
  }

  function heard(message: WakeUpMessage): void {
    if (message.kind === 'cancel') slots.beat(message.jobId);
    else alarm.ring();
  }

  const wakeUp = openWakeUp(options, heard);
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
    idleMs: () => performance.now() - polledAt,
    isQueueOpen: () => wakeUp?.isOpen() ?? true,
    giveBack: slots.giveBack,
    async stop() {
      stopping.abort();
      slots.stopClaiming();
      alarm.ring();
      await claiming;
      await wakeUp?.pause(stateOf(slots, false));
      await slots.drain(options.shutdownGraceMs ?? SHUTDOWN_GRACE_MS);
      await Promise.all([wakeUp?.stop(), ...upkeep]);
      log.info({ worker: name }, 'worker stopped');
    },
  };
}

function openWakeUp(options: WorkerOptions, heard: (message: WakeUpMessage) => void): WakeUp | undefined {
  const { queueUrl, listenUrl, pool: db, concurrency: prefetch, log } = options;
  if (queueUrl === undefined) return listenUrl ? listenOnPostgres(listenUrl, heard, log) : undefined;
  const types = [...options.definitions.keys()];
  return listenOnRabbitMq({ url: queueUrl, db, types, prefetch, log }, heard);
}

function stateOf(slots: Slots, hasFreeSlots: boolean): WorkerState {
  return { running: new Set(slots.running().map(({ jobId }) => jobId)), hasFreeSlots };
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

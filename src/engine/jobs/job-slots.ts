import { setTimeout as delay } from 'node:timers/promises';
import type { Alarm } from './alarm.ts';
import { type ClaimedJob, claimJobs } from './claim.query.ts';
import { createClaims } from './claims.ts';
import { createCompletions } from './completions.ts';
import type { Lease } from './lease.query.ts';
import { type JobRun, type RunSettings, startJobRun } from './job-run.ts';

/** How long aborted jobs may take to give their leases back. */
const SETTLE_AFTER_ABORT_MS = 8_000;

export interface SlotSettings extends Omit<RunSettings, 'completions'> {
  readonly concurrency: number;
  readonly maxAttempts: number;
  readonly onSettled: (jobId: string, isCompleted: boolean) => void;
}

export interface RunningJob {
  readonly jobId: string;
  readonly type: string;
  readonly lockedBy: string;
  readonly startedAt: Date;
}

export interface Slots {
  /** Claims and starts as many jobs as there are free slots. False: there are free slots still, and no job for them. */
  fill(): Promise<boolean>;
  readonly running: () => RunningJob[];
  readonly isAtWorkHere: (lease: Lease) => boolean;
  /** Has the job, if it runs here, look whether it is canceled. */
  beat(jobId: string): void;
  /** Aborts what runs. */
  giveBack(): void;
  /** What runs is completed from now on without a claim along with it. */
  stopClaiming(): void;
  /** Waits for the running jobs, then gives the leases of the others back. */
  drain(graceMs: number): Promise<void>;
}

/** The places of one worker where jobs run; rings the alarm when there may be something to claim. */
export function createSlots(settings: SlotSettings, worker: string, alarm: Alarm): Slots {
  const { pool, definitions, concurrency, leaseMs, maxAttempts } = settings;
  const claims = createClaims({ types: [...definitions.keys()], worker, leaseMs, maxAttempts });
  const runs = new Map<number, JobRun>();
  let isDraining = false;
  const completions = createCompletions(pool, {
    wanted: () => (claims.foundEnough() && !isDraining ? claims.next() : undefined),
    start,
  });

  function start(jobs: readonly ClaimedJob[], slots: number): void {
    claims.note(jobs, slots);
    for (const job of jobs) void occupy(startJobRun(job, { ...settings, completions }));
  }

  async function occupy(run: JobRun): Promise<void> {
    const { slot } = run.job;
    runs.set(slot, run);
    const { retryInMs, isCompleted } = await run.settled;
    // The statement that completed it may have claimed another one for its slot.
    if (runs.get(slot) === run) runs.delete(slot);
    settings.onSettled(run.job.id, isCompleted);
    alarm.ring();
    // Polling would find it as well, but later.
    if (retryInMs !== undefined) setTimeout(alarm.ring, retryInMs + 1).unref();
  }

  function giveBack(): void {
    for (const run of runs.values()) run.giveBack();
  }

  return {
    giveBack,
    async fill() {
      const freeSlots = slotsOf(concurrency).filter((slot) => !runs.has(slot));
      if (freeSlots.length === 0) return true;
      const jobs = await claimJobs(pool, { ...claims.next(), freeSlots });
      start(jobs, freeSlots.length);
      return jobs.length === freeSlots.length;
    },
    running: () => [...runs.values()].map(describe),
    isAtWorkHere: ({ jobId, leaseToken }) =>
      [...runs.values()].some(({ job }) => job.id === jobId && job.leaseToken === leaseToken),
    beat(jobId) {
      for (const run of runs.values()) if (run.job.id === jobId) void run.beat();
    },
    stopClaiming() {
      isDraining = true;
    },
    async drain(graceMs) {
      await within(graceMs, allSettled(runs));
      giveBack();
      await within(SETTLE_AFTER_ABORT_MS, allSettled(runs));
    },
  };
}

function describe({ job, startedAt }: JobRun): RunningJob {
  return { jobId: job.id, type: job.type, lockedBy: job.lockedBy, startedAt };
}

/** Also those that a statement on its way has yet to claim. */
async function allSettled(runs: ReadonlyMap<number, JobRun>): Promise<void> {
  while (runs.size > 0) await Promise.all([...runs.values()].map((run) => run.settled));
}

async function within(milliseconds: number, work: Promise<unknown>): Promise<void> {
  const timer = new AbortController();
  await Promise.race([work, delay(milliseconds, undefined, { signal: timer.signal }).catch(() => {})]);
  timer.abort();
}

function slotsOf(concurrency: number): number[] {
  return Array.from({ length: concurrency }, (_, index) => index + 1);
}

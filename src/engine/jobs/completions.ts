import { setImmediate as turn } from 'node:timers/promises';
import type { Pool } from '#platform/postgres/database.ts';
import type { ClaimedJob } from './claim.query.ts';
import type { NextClaim } from './claims.ts';
import { completeAndClaim, completeJobs, type Completion } from './complete-jobs.query.ts';
import { completeJob } from './finish.query.ts';

/** One statement for jobs that end together. */
export interface Completions {
  /** Settles when the job's row says `completed`; false when the lease is another's. */
  complete(completion: Completion): Promise<boolean>;
}

/** Who puts other jobs in the place of those that end. */
interface Successors {
  /** What to claim for the slots of jobs that end now; undefined: nothing. */
  wanted(): NextClaim | undefined;
  /** What was claimed, of so many slots. */
  start(claimed: readonly ClaimedJob[], slots: number): void;
}

interface Waiting extends Completion {
  readonly settle: (isCompleted: Promise<boolean> | boolean) => void;
}

/**
 * What ends while a statement is on its way waits for the next one, and that statement claims the jobs that follow:
 * short jobs cost neither a transaction nor a round trip each.
 */
export function createCompletions(pool: Pool, successors?: Successors): Completions {
  let waiting: Waiting[] = [];
  let isWriting = false;

  async function writeAll(): Promise<void> {
    if (isWriting) return;
    isWriting = true;
    // Jobs that were begun together often end in the same turn.
    await turn();
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      await write(batch);
    }
    isWriting = false;
  }

  async function write(batch: readonly Waiting[]): Promise<void> {
    // What goes wrong for one must not stop the others: each is tried by itself then.
    const completed = new Set(await together(batch).catch(() => []));
    for (const { settle, ...completion } of batch) {
      const { lease, progress, result } = completion;
      settle(completed.has(lease.jobId) || completeJob(pool, lease, progress, result));
    }
  }

  async function together(batch: readonly Waiting[]): Promise<string[]> {
    const next = successors?.wanted();
    if (!next) return completeJobs(pool, batch);
    const { completed, claimed } = await completeAndClaim(pool, batch, next);
    successors?.start(claimed, completed.length);
    return completed;
  }

  return {
    complete(completion) {
      return new Promise((settle) => {
        waiting.push({ ...completion, settle });
        void writeAll();
      });
    },
  };
}

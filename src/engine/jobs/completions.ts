import { setImmediate as turn } from 'node:timers/promises';
import type { Pool } from '#platform/postgres/database.ts';
import { type Completion, completeJobs } from './complete-jobs.query.ts';
import { completeJob } from './finish.query.ts';

/** One statement for jobs that end together. */
export interface Completions {
  /** Settles when the job's row says `completed`; false when the lease is another's. */
  complete(completion: Completion): Promise<boolean>;
}

interface Waiting extends Completion {
  readonly settle: (isCompleted: Promise<boolean> | boolean) => void;
}

/** What ends while a statement is on its way waits for the next one: short jobs cost no transaction each. */
export function createCompletions(pool: Pool): Completions {
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
    const together = batch.length > 1 ? await completeJobs(pool, batch).catch(() => []) : [];
    const completed = new Set(together);
    for (const { settle, ...completion } of batch) {
      const { lease, progress, result } = completion;
      settle(completed.has(lease.jobId) || completeJob(pool, lease, progress, result));
    }
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

import { AppError } from '#platform/errors.ts';
import { type StoredMessage, withStoredMessages } from '#platform/messaging/stored-messages.ts';
import type { Database, Pool } from '#platform/postgres/database.ts';
import type { JobDefinitions } from '../define-job.ts';
import { retryJobByHand } from '../job-commands.ts';
import { findJobs, type JobRecord } from '../jobs.query.ts';
import { announce } from './announce.ts';
import { DEAD_QUEUE, JOBS_TOPOLOGY, jobOf } from './broker-messages.ts';

/** A message that no worker takes any more. */
export interface DeadLetter {
  readonly text: string;
  /** Undefined when it cannot be understood. */
  readonly jobId: string | undefined;
  /** Undefined when there is no such job. */
  readonly job: JobRecord | undefined;
}

interface HeldLetter extends DeadLetter, Pick<StoredMessage, 'remove'> {}

export function listDeadLetters(db: Database, url: string): Promise<DeadLetter[]> {
  return withLetters(db, url, async (letters) =>
    letters.map(({ text, jobId, job }) => ({ text, jobId, job })),
  );
}

/**
 * Queues the jobs of dead letters again: those that failed or were canceled, with all their attempts. Letters without a
 * job stay. Without `only` all of them. Returns the ids of the jobs.
 */
export function requeueDeadLetters(options: {
  readonly pool: Pool;
  readonly definitions: JobDefinitions;
  readonly url: string;
  readonly only: readonly string[];
}): Promise<string[]> {
  const { pool, definitions, url, only } = options;
  return withLetters(pool, url, async (letters) => {
    const queued = new Set<string>();
    for (const { job, remove } of letters) {
      if (!job || (only.length > 0 && !only.includes(job.id))) continue;
      if (!queued.has(job.id)) await queueAgain(pool, definitions, job.id);
      queued.add(job.id);
      remove();
    }
    return [...queued];
  });
}

/** Removes the letters that lead to no job. Returns how many. */
export function discardDeadLetters(db: Database, url: string): Promise<number> {
  return withLetters(db, url, async (letters) => {
    const useless = letters.filter(({ job }) => !job);
    for (const { remove } of useless) remove();
    return useless.length;
  });
}

async function queueAgain(pool: Pool, definitions: JobDefinitions, jobId: string): Promise<void> {
  try {
    await retryJobByHand(pool, definitions, jobId);
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'job_not_ended') throw error;
    // It waits or runs: a worker looks at it, and that is all.
    announce(pool, 'work', jobId);
  }
}

function withLetters<T>(
  db: Database,
  url: string,
  work: (letters: readonly HeldLetter[]) => Promise<T>,
): Promise<T> {
  return withStoredMessages({ url, topology: JOBS_TOPOLOGY, queue: DEAD_QUEUE }, async (messages) => {
    const read = messages.map(({ text, body, remove }) => ({ text, remove, jobId: jobOf(body) }));
    const ids = read.flatMap(({ jobId }) => jobId ?? []);
    const jobs = new Map((await findJobs(db, ids)).map((job) => [job.id, job]));
    return work(read.map((letter) => ({ ...letter, job: jobs.get(letter.jobId ?? '') })));
  });
}

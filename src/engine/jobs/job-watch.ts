import type { Logger } from '#platform/observability/log.ts';
import type { Database } from '#platform/postgres/database.ts';
import { findJobs, type JobRecord } from './jobs.query.ts';

/** Undefined: the job is gone. */
type JobObserver = (job: JobRecord | undefined) => void;

type Observers = Map<string, Set<JobObserver>>;

export interface JobWatch {
  /** Tells the job's state now and at every poll until the returned function is called. */
  observe(jobId: string, observer: JobObserver): () => void;
}

/**
 * One question for all jobs that anybody in this process watches; none while nobody does. Who begins to watch is told
 * at once, by a question for the jobs of those who just came: many who come do not have all others told again.
 */
export function createJobWatch(db: Database, log: Logger, intervalMs = 500): JobWatch {
  const observers: Observers = new Map();
  let newcomers: Observers = new Map();
  let timer: NodeJS.Timeout | undefined;
  let asking = false;
  let nextPollAt = 0;

  /** One question after the other, so that nobody hears of a former state after a later one. */
  async function ask(): Promise<void> {
    if (asking) return;
    asking = true;
    clearTimeout(timer);
    while (observers.size > 0) {
      const isPoll = performance.now() >= nextPollAt;
      const those = isPoll ? observers : newcomers;
      if (those.size === 0) break;
      newcomers = new Map();
      if (isPoll) nextPollAt = performance.now() + intervalMs;
      await tell(those);
    }
    asking = false;
    if (observers.size > 0) timer = setTimeout(() => void ask(), nextPollAt - performance.now());
  }

  async function tell(those: Observers): Promise<void> {
    const ids = [...those.keys()];
    try {
      const jobs = new Map((await findJobs(db, ids)).map((job) => [job.id, job]));
      for (const id of ids) {
        for (const observer of those.get(id) ?? []) {
          if (observers.get(id)?.has(observer)) observer(jobs.get(id));
        }
      }
    } catch (error) {
      log.warn({ err: error }, 'watched jobs could not be read');
    }
  }

  return {
    observe(jobId, observer) {
      add(observers, jobId, observer);
      add(newcomers, jobId, observer);
      void ask();
      return () => {
        remove(observers, jobId, observer);
        remove(newcomers, jobId, observer);
        if (observers.size === 0) clearTimeout(timer);
      };
    },
  };
}

function add(to: Observers, jobId: string, observer: JobObserver): void {
  const set = to.get(jobId) ?? new Set();
  to.set(jobId, set.add(observer));
}

function remove(from: Observers, jobId: string, observer: JobObserver): void {
  const set = from.get(jobId);
  set?.delete(observer);
  if (set?.size === 0) from.delete(jobId);
}

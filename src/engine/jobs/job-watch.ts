import type { Logger } from '#platform/observability/log.ts';
import type { Database } from '#platform/postgres/database.ts';
import { findJobs, type JobRecord } from './jobs.query.ts';

/** Undefined: the job is gone. */
type JobObserver = (job: JobRecord | undefined) => void;

export interface JobWatch {
  /** Tells the job's state now and at every poll until the returned function is called. */
  observe(jobId: string, observer: JobObserver): () => void;
}

/** One question for all jobs that anybody in this process watches; none while nobody does. */
export function createJobWatch(db: Database, log: Logger, intervalMs = 500): JobWatch {
  const observers = new Map<string, Set<JobObserver>>();
  let timer: NodeJS.Timeout | undefined;
  let asking = false;

  async function ask(): Promise<void> {
    if (asking) return;
    asking = true;
    clearTimeout(timer);
    const ids = [...observers.keys()];
    try {
      const jobs = new Map((await findJobs(db, ids)).map((job) => [job.id, job]));
      for (const id of ids) for (const tell of observers.get(id) ?? []) tell(jobs.get(id));
    } catch (error) {
      log.warn({ err: error }, 'watched jobs could not be read');
    } finally {
      asking = false;
      if (observers.size > 0) timer = setTimeout(() => void ask(), intervalMs);
    }
  }

  return {
    observe(jobId, observer) {
      const set = observers.get(jobId) ?? new Set();
      observers.set(jobId, set.add(observer));
      void ask();
      return () => {
        set.delete(observer);
        if (set.size === 0 && observers.get(jobId) === set) observers.delete(jobId);
        if (observers.size === 0) clearTimeout(timer);
      };
    },
  };
}

import type { JobContext } from '#engine/jobs/define-job.ts';
import type { Session } from '#platform/postgres/database.ts';

/** One transaction of a job: what `work` does counts only while the job is ours. */
export function fenced<T>(context: JobContext, work: (tx: Session) => Promise<T>): Promise<T> {
  context.signal.throwIfAborted();
  return context.session((session) =>
    session.transaction(async (tx) => {
      const result = await work(tx);
      await context.fence(tx);
      return result;
    }),
  );
}

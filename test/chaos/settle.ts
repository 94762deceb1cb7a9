import { maintainExportsJob } from '#engine/exports/maintain-exports.job.ts';
import { maintainImportsJob } from '#engine/imports/maintain-imports.job.ts';
import { enqueueJob } from '#engine/jobs/enqueue.query.ts';
import { openFileStore } from '#platform/files/open-file-store.ts';
import type { Pool } from '#platform/postgres/database.ts';
import { sql } from '#platform/postgres/sql.ts';
import { findCountriesToFold } from '#products/names/maintenance/fold.query.ts';
import { maintainNamesJob } from '#products/names/maintenance/maintain-names.job.ts';
import { maintainTasksJob } from '#products/tasks/maintain-tasks.job.ts';
import { silent, startTestWorker, until } from '../faults/jobs-support.ts';
import type { Site } from './cluster.ts';

const SETTLED_WITHIN_MS = 120_000;
const NOW = { retiredReleaseMs: 0, reportMs: 0, deletedDatasetMs: 0, dryRunMs: 0, fileMs: 0 };
/** What a run of the sweep has done, as its job says. */
const SWEPT = ['maintain_names', 'maintain_imports', 'maintain_exports', 'maintain_tasks'];

/** Waits, without a pause between uploads for more to come, until series are folded and no job is left. */
export async function settleJobs(pool: Pool): Promise<void> {
  await until(
    'nothing is queued, running or to be folded',
    async () => {
      await pool.run(
        'hurry',
        sql`UPDATE jobs SET next_retry_at = NULL WHERE type = 'fold_series' AND status = 'queued' AND next_retry_at > now()`,
      );
      const busy = await pool.maybeOne<{ jobs: number }>(
        'busy',
        sql`SELECT count(*)::int AS jobs FROM jobs WHERE status IN ('queued', 'running', 'paused')`,
      );
      return busy?.jobs === 0 && (await findCountriesToFold(pool)).length === 0;
    },
    SETTLED_WITHIN_MS,
    200,
  );
}

/** Removes what nobody needs as the product does, but at once. The processes of the site have stopped. */
export async function sweep({ databaseUrl: url, bucket }: Site, pool: Pool): Promise<void> {
  const files = await openFileStore({ type: 's3', ...bucket.options });
  const worker = await startTestWorker({ url, pool }, [
    maintainNamesJob({ pool, files, log: silent, retention: NOW }),
    maintainImportsJob({ pool, files, fileMs: 0 }),
    maintainExportsJob({ pool, files, unnamedAfterMs: 0 }),
    maintainTasksJob({ pool, files, unnamedAfterMs: 0 }),
  ]);
  try {
    for (const type of SWEPT) await enqueueJob(pool, { type, payload: {}, createdBy: null });
    await settleJobs(pool);
  } finally {
    await worker.stop();
  }
}

import type { JobContext } from '#engine/jobs/define-job.ts';
import type { FileStore } from '#platform/files/file-store.ts';
import type { Pool } from '#platform/postgres/database.ts';
import { fenced } from './fenced.ts';
import {
  deleteDatasetRow,
  findPurgeableDatasets,
  holdPurgeable,
  listReleasesOf,
  listReportsOf,
  type PurgeableDataset,
} from './purge.query.ts';
import { removeReleases } from './remove-releases.ts';
import { removeReports } from './remove-reports.ts';

const DATASETS_PER_RUN = 20;

export interface PurgeDependencies {
  readonly pool: Pool;
  readonly files: FileStore;
}

/** Removes datasets for good that were deleted longer ago than `afterMs`; returns how many. */
export async function purgeDatasets(
  dependencies: PurgeDependencies,
  afterMs: number,
  context: JobContext,
): Promise<number> {
  let purged = 0;
  for (const dataset of await findPurgeableDatasets(dependencies.pool, afterMs, DATASETS_PER_RUN)) {
    if (await purge(dependencies, dataset, afterMs, context)) purged++;
  }
  return purged;
}

/** The dataset's row goes last: whatever interrupts this, the next run finds it and repeats what is left to do. */
async function purge(
  { pool, files }: PurgeDependencies,
  { id, file_path: file }: PurgeableDataset,
  afterMs: number,
  context: JobContext,
): Promise<boolean> {
  // After this nobody can restore it any more.
  if (!(await fenced(context, (tx) => holdPurgeable(tx, id, afterMs)))) return false;
  await removeReleases(pool, await listReleasesOf(pool, id), context);
  await removeReports(await listReportsOf(pool, id), context);
  if (file !== null) await files.delete(file);
  await fenced(context, (tx) => deleteDatasetRow(tx, id));
  return true;
}

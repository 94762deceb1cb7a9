import { Type } from 'typebox';
import { defineJob, type JobContext, type JobDefinition } from '#engine/jobs/define-job.ts';
import type { RecurringJob } from '#engine/jobs/schedule.ts';
import type { FileStore } from '#platform/files/file-store.ts';
import { sweepFiles } from '#platform/files/sweep-files.ts';
import { momentBefore } from '#platform/postgres/server-state.ts';
import type { Logger } from '#platform/observability/log.ts';
import type { Pool } from '#platform/postgres/database.ts';
import { retireOldDryRuns } from '../editions/changes.query.ts';
import { findUnnamedFiles } from './files.query.ts';
import { findCountriesToFold, retireUnusedFolds } from './fold.query.ts';
import { purgeDatasets } from './purge-datasets.ts';
import { findAbandonedReleases, findRetiredReleases } from './removal.query.ts';
import { removeReleases } from './remove-releases.ts';
import { removeReports } from './remove-reports.ts';
import { findUnusedReports } from './reports.query.ts';
import { requestFold } from './request-fold.ts';
import { RETENTION, type Retention } from './retention.ts';

const RELEASES_PER_RUN = 50;
const REPORTS_PER_RUN = 200;

export interface MaintenanceDependencies {
  readonly pool: Pool;
  readonly files: FileStore;
  readonly log: Logger;
  /** Default: `RETENTION`. */
  readonly retention?: Retention;
}

/** For the schedule of every process that runs jobs. */
export const NAMES_MAINTENANCE: RecurringJob = {
  type: 'maintain_names',
  payload: {},
  priority: -50,
  everyMs: 600_000,
};

/** What one run did. */
interface Maintained {
  readonly abandoned_releases: number;
  readonly unused_folds: number;
  readonly old_dry_runs: number;
  readonly retired_releases: number;
  readonly purged_datasets: number;
  readonly unused_reports: number;
  readonly folds_requested: number;
  readonly files: number;
}

/** The job that removes what nobody needs any more. Every step is small and can be repeated; a run does only so much. */
export function maintainNamesJob(dependencies: MaintenanceDependencies): JobDefinition {
  return defineJob({
    type: NAMES_MAINTENANCE.type,
    payload: Type.Object({}),
    async run(_payload, context) {
      const maintained = await maintainNames(dependencies, context);
      const isAny = Object.values(maintained).some((count) => count > 0);
      dependencies.log[isAny ? 'info' : 'debug'](maintained, 'names maintained');
      return maintained;
    },
  });
}

async function maintainNames(
  dependencies: MaintenanceDependencies,
  context: JobContext,
): Promise<Maintained> {
  const { pool, retention = RETENTION } = dependencies;
  const { retiredReleaseMs, deletedDatasetMs, reportMs, dryRunMs, fileMs } = retention;
  const abandoned = await findAbandonedReleases(pool, RELEASES_PER_RUN);
  const abandonedReleases = await removeReleases(pool, abandoned, context);
  const unusedFolds = await retireUnusedFolds(pool);
  const oldDryRuns = await retireOldDryRuns(pool, dryRunMs);
  const retired = await findRetiredReleases(pool, retiredReleaseMs, RELEASES_PER_RUN);
  return {
    abandoned_releases: abandonedReleases,
    unused_folds: unusedFolds,
    old_dry_runs: oldDryRuns,
    retired_releases: await removeReleases(pool, retired, context),
    purged_datasets: await purgeDatasets(dependencies, deletedDatasetMs, context),
    unused_reports: await removeReports(await findUnusedReports(pool, reportMs, REPORTS_PER_RUN), context),
    folds_requested: await requestMissingFolds(pool),
    // Last: the only step that a store out of reach can fail.
    files: await sweepUploads(dependencies, fileMs, context.signal),
  };
}

/** Deletes what lies in the store without a dataset for longer than `afterMs`. Returns how many files. */
async function sweepUploads(
  { pool, files }: MaintenanceDependencies,
  afterMs: number,
  signal: AbortSignal,
): Promise<number> {
  const before = await momentBefore(pool, afterMs);
  const findUnnamed = (keys: readonly string[]): Promise<string[]> => findUnnamedFiles(pool, keys);
  return sweepFiles(files, { prefix: 'datasets/', before, findUnnamed, signal });
}

/** A publish asks for its fold itself; this is for those whose job failed or was canceled. */
async function requestMissingFolds(pool: Pool): Promise<number> {
  const countries = await findCountriesToFold(pool);
  for (const country of countries) await pool.transaction((tx) => requestFold(tx, country));
  return countries.length;
}

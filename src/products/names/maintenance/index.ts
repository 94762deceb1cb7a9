import type { JobDefinition } from '#engine/jobs/define-job.ts';
import { foldSeriesJob } from './fold-series.job.ts';
import { maintainNamesJob, type MaintenanceDependencies } from './maintain-names.job.ts';

export { NAMES_MAINTENANCE } from './maintain-names.job.ts';

/** The jobs that keep the product's storage in order. */
export function maintenanceJobs(dependencies: MaintenanceDependencies): JobDefinition[] {
  return [maintainNamesJob(dependencies), foldSeriesJob(dependencies.pool)];
}

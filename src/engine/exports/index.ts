import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import type { FileStore } from '#platform/files/file-store.ts';
import type { Logger } from '#platform/observability/log.ts';
import type { Pool } from '#platform/postgres/database.ts';
import type { JobDefinition, JobDefinitions } from '../jobs/define-job.ts';
import { createExportRoute } from './create-export.route.ts';
import { exportJobRoutes } from './export-jobs.route.ts';
import { type ExportJobDependencies, exportRecordsJob } from './export-records.job.ts';
import type { ExportSource } from './export-source.query.ts';
import { exportStreamRoute } from './export-streams.route.ts';
import { maintainExportsJob } from './maintain-exports.job.ts';
import { createExportStreams } from './stream-export.ts';

export { EXPORT_MAINTENANCE } from './maintain-exports.job.ts';
export { resourceSource } from './resource-source.query.ts';
export type { ExportColumn, ExportFilter, ExportSource, ExportTerms } from './export-source.query.ts';

export interface ExportDependencies {
  readonly pool: Pool;
  readonly files: FileStore;
  readonly sources: readonly ExportSource[];
  /** All jobs of the server, for cancel. */
  readonly definitions: JobDefinitions;
  readonly log: Logger;
  /** Exports that are sent at a time; each holds a connection to the database for as long as its client reads. */
  readonly atOnce: number;
}

/** Everything about exports that is served over HTTP. */
export function exportRoutes(dependencies: ExportDependencies): FastifyPluginCallbackTypebox {
  const { pool, log, sources, atOnce } = dependencies;
  const streams = createExportStreams({ pool, log, atOnce });
  return (app, _options, done) => {
    void app.register(exportStreamRoute({ pool, sources, streams }));
    void app.register(createExportRoute(dependencies));
    void app.register(exportJobRoutes(dependencies));
    done();
  };
}

/** The jobs behind them, for workers. */
export function exportJobs(dependencies: ExportJobDependencies): JobDefinition[] {
  return [exportRecordsJob(dependencies), maintainExportsJob(dependencies)];
}

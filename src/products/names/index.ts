import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import type { UrlRules } from '#engine/fetching/url-guard.ts';
import type { IngestionLimits } from '#engine/ingestion/limits.ts';
import type { JobDefinition, JobDefinitions } from '#engine/jobs/define-job.ts';
import type { FileStore } from '#platform/files/file-store.ts';
import type { Caller } from '#platform/http/access-rule.ts';
import type { Logger } from '#platform/observability/log.ts';
import type { Pool } from '#platform/postgres/database.ts';
import { birthsRoutes } from './births/births.route.ts';
import { countryRoutes } from './catalog/countries.route.ts';
import { datasetCommandRoutes } from './catalog/dataset-commands.route.ts';
import { datasetErrorRoutes } from './catalog/dataset-errors.route.ts';
import { datasetEventsRoute } from './catalog/dataset-events.route.ts';
import { datasetFileRoute } from './catalog/dataset-file.route.ts';
import { datasetSliceRoutes } from './catalog/dataset-slices.route.ts';
import { datasetRoutes } from './catalog/datasets.route.ts';
import { parserRoutes } from './catalog/parsers.route.ts';
import { genderizeRoute } from './compat/genderize.route.ts';
import { countryEditionsRoute } from './editions/country-editions.route.ts';
import { datasetDiffRoutes } from './editions/dataset-diff.route.ts';
import { importNameFileJobs } from './import/import-name-file.job.ts';
import type { ImportDependencies } from './import/import-run.ts';
import { lifeTableRoutes } from './life-tables/life-table.route.ts';
import { maintenanceJobs } from './maintenance/index.ts';
import { columnProfileRoutes } from './profiles/column-profiles.route.ts';
import type { ReadModel } from './read-model/read-model.ts';
import { comparisonRoutes } from './statistics/comparisons.route.ts';
import { distributionRoutes } from './statistics/distributions.route.ts';
import { createGenderAnswers } from './statistics/gender-answers.ts';
import { genderBulkRoute } from './statistics/gender-bulk.route.ts';
import { nameFactsRoute } from './statistics/name-facts.route.ts';
import { nameGenderRoute } from './statistics/name-gender.route.ts';
import { nameGroupsRoutes } from './statistics/name-groups.route.ts';
import { nameSearchRoute } from './statistics/name-search.route.ts';
import { nameTrendRoute } from './statistics/name-trend.route.ts';
import { namesListRoute } from './statistics/names-list.route.ts';
import { unisexRoutes } from './statistics/unisex.route.ts';
import type { FetchDependencies } from './upload/fetch-dataset.ts';
import { uploadRoutes } from './upload/upload.route.ts';

export { type NameAnswer, type NameQuestion, openNames } from './enrich/enrich-names.ts';
export { namesSource } from './exports/names-source.query.ts';
export { NAMES_MAINTENANCE } from './maintenance/index.ts';
export { createReadModel, type ReadModel } from './read-model/read-model.ts';
export { queueSample } from './samples/queue-sample.ts';

export interface NamesDependencies {
  readonly pool: Pool;
  readonly files: FileStore;
  readonly limits: IngestionLimits;
  /** Largest file that this caller may send, in bytes; 0: no limit. */
  readonly maxUploadBytes: (caller: Caller) => number;
  /** What may be fetched. */
  readonly sourceRules: UrlRules;
  /** All jobs of the server, for cancel. */
  readonly definitions: JobDefinitions;
  readonly log: Logger;
}

/** Everything of the product that is served over HTTP. */
export function namesRoutes(dependencies: NamesDependencies): FastifyPluginCallbackTypebox {
  const { pool, files, log } = dependencies;
  return (app, _options, done) => {
    void app.register(countryRoutes(pool));
    void app.register(countryEditionsRoute(pool));
    void app.register(birthsRoutes(pool));
    void app.register(lifeTableRoutes(pool));
    void app.register(nameGroupsRoutes(pool));
    void app.register(parserRoutes(dependencies));
    void app.register(columnProfileRoutes(pool));
    void app.register(uploadRoutes(dependencies));
    void app.register(datasetRoutes(pool));
    void app.register(datasetSliceRoutes(pool));
    void app.register(datasetDiffRoutes(pool));
    void app.register(datasetErrorRoutes(pool));
    void app.register(datasetFileRoute(pool, files));
    void app.register(datasetEventsRoute(pool, log));
    void app.register(datasetCommandRoutes(dependencies));
    done();
  };
}

/** The questions about published numbers. */
export function statisticsRoutes(pool: Pool, model: ReadModel): FastifyPluginCallbackTypebox {
  const genders = createGenderAnswers(pool, model);
  return (app, _options, done) => {
    void app.register(namesListRoute(pool, model));
    void app.register(nameSearchRoute(model));
    void app.register(nameFactsRoute(pool, model));
    void app.register(nameTrendRoute(pool, model));
    void app.register(nameGenderRoute(model, genders));
    void app.register(genderBulkRoute(model, genders));
    void app.register(genderizeRoute(model, genders));
    void app.register(distributionRoutes(model));
    void app.register(unisexRoutes(model));
    void app.register(comparisonRoutes(pool, model));
    done();
  };
}

/** The jobs of the product, for workers. */
export function namesJobs(
  dependencies: ImportDependencies & FetchDependencies & { readonly log: Logger },
): JobDefinition[] {
  return [...importNameFileJobs(dependencies), ...maintenanceJobs(dependencies)];
}

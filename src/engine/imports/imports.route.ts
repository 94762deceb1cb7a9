import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { creatorsSeenBy } from '#platform/http/access-rule.ts';
import { registerList } from '#platform/http/list-formats.ts';
import { newestPage } from '#platform/http/newest-page.ts';
import { pagingParameters } from '#platform/http/paging.ts';
import { Nullable, OneOf } from '#platform/http/schemas.ts';
import type { Logger } from '#platform/observability/log.ts';
import type { Pool } from '#platform/postgres/database.ts';
import type { JobDefinitions } from '../jobs/define-job.ts';
import { type CreateDependencies, createImportRoute } from './create-import.route.ts';
import { importCommandRoutes } from './import-commands.route.ts';
import { importSchemas, ImportParams, NO_SUCH_IMPORT } from './import-form.ts';
import { importRejectsRoute } from './import-rejects.route.ts';
import { IMPORT_STATUSES, listImports } from './import-job.query.ts';
import { inspectImportRoute } from './inspect-import.route.ts';
import { ImportItem, ImportView, viewImport, viewImports } from './import-view.ts';
import { findReportPage, RecordErrorItem, ReportMeta } from './report-list.ts';
import { visibleImport } from './visible-import.ts';

export interface ImportRoutesDependencies extends CreateDependencies {
  /** All jobs of the server, for the commands. */
  readonly definitions: JobDefinitions;
  readonly log: Logger;
}

type App = Parameters<FastifyPluginCallbackTypebox>[0];
const tags = ['imports'];

/** Records in bulk: taking them in, and how that gets on. */
export function importRoutes(dependencies: ImportRoutesDependencies): FastifyPluginCallbackTypebox {
  const schemas = importSchemas(dependencies.resources);
  return (app, _options, done) => {
    void app.register(createImportRoute(dependencies, schemas));
    void app.register(inspectImportRoute(dependencies, schemas));
    void app.register(readRoutes(dependencies));
    void app.register(importRejectsRoute(dependencies));
    void app.register(importCommandRoutes(dependencies));
    done();
  };
}

function readRoutes(dependencies: ImportRoutesDependencies): FastifyPluginCallbackTypebox {
  return (app, _options, done) => {
    listRoute(app, dependencies);
    oneRoute(app, dependencies.pool);
    errorsRoute(app, dependencies.pool);
    done();
  };
}

function listRoute(app: App, { pool, resources }: ImportRoutesDependencies): void {
  registerList(app, {
    url: '/v1/imports',
    config: { access: 'viewer', example: { query: { limit: 10 } } },
    summary: 'Imports, the newest first',
    description: 'An admin sees all, other callers their own.',
    tags,
    query: Type.Object({
      status: Type.Optional(OneOf(IMPORT_STATUSES)),
      resource_type: Type.Optional(OneOf(resources.map(({ name }) => name))),
      ...pagingParameters,
    }),
    item: ImportItem,
    meta: Type.Object({ next_cursor: Nullable(Type.String()) }),
    async find({ query: { status, resource_type: resourceType, ...page }, request }) {
      const createdBy = creatorsSeenBy(request.caller);
      if (createdBy === null) return { data: [], meta: { next_cursor: null } };
      const filter = { status: status && [status], resourceType, createdBy };
      const { rows, nextCursor } = await newestPage(page, (wanted) => listImports(pool, filter, wanted));
      return { data: await viewImports(pool, rows), meta: { next_cursor: nextCursor } };
    },
  });
}

function oneRoute(app: App, pool: Pool): void {
  app.get(
    '/v1/imports/:id',
    {
      config: { access: 'viewer', example: NO_SUCH_IMPORT },
      schema: {
        summary: 'One import',
        description: 'A failed import is a 200 that says so.',
        tags,
        params: ImportParams,
        response: { 200: ImportView },
      },
    },
    async (request) => viewImport(pool, await visibleImport(pool, request)),
  );
}

function errorsRoute(app: App, pool: Pool): void {
  registerList(app, {
    url: '/v1/imports/:id/errors',
    config: { access: 'viewer', example: NO_SUCH_IMPORT },
    summary: 'Why records of an import were refused, in file order',
    description: 'There once all records are judged; `meta` has the counts of all of them.',
    tags,
    params: ImportParams,
    query: Type.Object(pagingParameters),
    item: RecordErrorItem,
    meta: ReportMeta,
    async find({ query, request }) {
      const { report_no: report } = await visibleImport(pool, request);
      return findReportPage(pool, report, query);
    },
  });
}

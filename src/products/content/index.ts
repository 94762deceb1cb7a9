import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import {
  EXPORT_MAINTENANCE,
  exportJobs,
  exportRoutes,
  type ExportSource,
  resourceSource,
} from '#engine/exports/index.ts';
import { importJobs } from '#engine/imports/import-records.job.ts';
import { importRoutes } from '#engine/imports/imports.route.ts';
import { IMPORTS_MAINTENANCE, maintainImportsJob } from '#engine/imports/maintain-imports.job.ts';
import type { Resource } from '#engine/imports/resource.ts';
import type { IngestionLimits } from '#engine/ingestion/limits.ts';
import type { JobDefinition, JobDefinitions } from '#engine/jobs/define-job.ts';
import type { RecurringJob } from '#engine/jobs/schedule.ts';
import { webhookJob } from '#engine/webhooks/webhook.job.ts';
import { systemClock } from '#platform/clock.ts';
import type { FileStore } from '#platform/files/file-store.ts';
import type { Caller } from '#platform/http/access-rule.ts';
import type { Logger } from '#platform/observability/log.ts';
import type { Pool } from '#platform/postgres/database.ts';
import { articlesResource } from './articles.resource.ts';
import { readContentRoutes } from './catalog/content.route.ts';
import { commentsResource } from './comments.resource.ts';
import { createPasswordHasher } from './password-hash.ts';
import { passwordProtector } from './protect-passwords.ts';
import { usersResource } from './users.resource.ts';

const MAX_PLAIN_PASSWORDS = 10_000;

/** What can be moved in and out in bulk, in the order in which references allow it. */
export function contentResources(options: { readonly maxPlainPasswords: number }): readonly Resource[] {
  const protectPasswords = passwordProtector(createPasswordHasher(), options.maxPlainPasswords);
  return [usersResource(protectPasswords), articlesResource, commentsResource];
}

export const CONTENT_RESOURCES = contentResources({ maxPlainPasswords: MAX_PLAIN_PASSWORDS });

/** What routes and jobs of the product have in common. */
export interface ContentDependencies {
  readonly pool: Pool;
  readonly files: FileStore;
  readonly log: Logger;
  readonly resources: readonly Resource[];
  /** What else can be exported. */
  readonly otherSources: readonly ExportSource[];
  /** Exports that may be on their way to clients at a time, each with a connection to the database. */
  readonly exportsAtOnce: number;
  /** How long the file of an export can be fetched. */
  readonly exportRetentionMs: number;
  readonly limits: IngestionLimits;
  /** Largest file that is fetched from an address, in bytes; 0: no limit. */
  readonly maxFetchBytes: number;
  /** Records that an import stores in one transaction. */
  readonly batchRecords: number;
  /** Hosts that may be private: to import from, and to tell about ends. */
  readonly outgoing: { readonly importHosts: readonly string[]; readonly webhookHosts: readonly string[] };
}

export interface ContentRoutesDependencies extends ContentDependencies {
  /** Largest file that this caller may send, in bytes; 0: no limit. */
  readonly maxUploadBytes: (caller: Caller) => number;
  /** All jobs of the server, for commands. */
  readonly definitions: JobDefinitions;
}

/** Everything of the product that is served over HTTP. */
export function contentRoutes(dependencies: ContentRoutesDependencies): FastifyPluginCallbackTypebox {
  const { pool, outgoing, exportsAtOnce: atOnce } = dependencies;
  const sources = exportSources(dependencies);
  const sourceRules = { allowedHosts: outgoing.importHosts };
  const callbackRules = { allowedHosts: outgoing.webhookHosts };
  return (app, _options, done) => {
    void app.register(readContentRoutes(pool, sources));
    void app.register(importRoutes({ ...dependencies, sourceRules, callbackRules }));
    void app.register(exportRoutes({ ...dependencies, sources, atOnce }));
    done();
  };
}

function exportSources({ resources, otherSources }: ContentDependencies): readonly ExportSource[] {
  return [...resources.map(resourceSource), ...otherSources];
}

/** For the schedule of every process that runs jobs. */
export const CONTENT_MAINTENANCE: readonly RecurringJob[] = [IMPORTS_MAINTENANCE, EXPORT_MAINTENANCE];

/** The jobs of the product, for workers. */
export function contentJobs(dependencies: ContentDependencies): JobDefinition[] {
  const { pool, files, outgoing, exportRetentionMs: retentionMs } = dependencies;
  return [
    ...importJobs({ ...dependencies, sourceRules: { allowedHosts: outgoing.importHosts } }),
    ...exportJobs({ pool, files, sources: exportSources(dependencies), retentionMs }),
    webhookJob({ pool, rules: { allowedHosts: outgoing.webhookHosts }, clock: systemClock }),
    maintainImportsJob({ pool, files }),
  ];
}

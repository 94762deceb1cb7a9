import { createAuthorize } from '#engine/access/authorize.ts';
import { apiKeyRoutes } from '#engine/access/api-keys.route.ts';
import { maintainIdempotencyJob } from '#engine/idempotency/maintain-idempotency.job.ts';
import { type JobDefinitions, jobDefinitions } from '#engine/jobs/define-job.ts';
import { jobRoutes } from '#engine/jobs/jobs.route.ts';
import { createJobPublisher, type JobPublisher } from '#engine/jobs/wake-up/job-publisher.ts';
import { systemClock } from '#platform/clock.ts';
import type { Config } from '#platform/config.ts';
import type { FileStore } from '#platform/files/file-store.ts';
import { openFileStore } from '#platform/files/open-file-store.ts';
import type { Caller } from '#platform/http/access-rule.ts';
import { type HealthDependencies, healthRoutes } from '#platform/http/health.route.ts';
import { createHttpServer, type HttpServer } from '#platform/http/server.ts';
import type { Logger } from '#platform/observability/log.ts';
import { createPool, type Pool } from '#platform/postgres/database.ts';
import { pingServer } from '#platform/postgres/server-state.ts';
import {
  type ContentDependencies,
  contentJobs,
  contentResources,
  contentRoutes,
} from '#products/content/index.ts';
import {
  namesJobs,
  namesRoutes,
  namesSource,
  openNames,
  type ReadModel,
  statisticsRoutes,
} from '#products/names/index.ts';
import { type TasksDependencies, tasksJobs, tasksRoutes, UNVERSIONED_PATHS } from '#products/tasks/index.ts';
import { scratchFolder } from './scratch-folder.ts';
import { VERSION } from './version.ts';

/** What both the API and the workers stand on. */
export interface Foundation {
  readonly config: Config;
  readonly log: Logger;
  readonly pool: Pool;
  readonly files: FileStore;
  readonly definitions: JobDefinitions;
  readonly content: ContentDependencies;
  readonly tasks: TasksDependencies;
  /** Where a broker wakes the workers. */
  readonly queue: JobPublisher | undefined;
  close(): Promise<void>;
}

export interface FoundationOptions {
  readonly config: Config;
  readonly log: Logger;
  readonly databaseUrl: string;
  readonly maxConnections: number;
  readonly applicationName: string;
}

export async function layFoundation(options: FoundationOptions): Promise<Foundation> {
  const { config, log } = options;
  const { queueUrl } = config.jobs;
  const queue =
    queueUrl === undefined
      ? undefined
      : createJobPublisher({ url: queueUrl, name: options.applicationName, log });
  const pool = openPool(options, queue?.onAnnounced);
  const files = await openFileStore(config.storage);
  const scratchDir = scratchFolder(config.dataDir);
  const { uploads: limits, outgoing } = config;
  const maxFetchBytes = limits.maxUploadBytes;
  const sourceRules = { allowedHosts: outgoing.importHosts };
  const content = {
    pool,
    files,
    log,
    limits,
    maxFetchBytes,
    batchRecords: limits.importBatchSize,
    outgoing,
    resources: contentResources(limits),
    otherSources: [namesSource],
    exportsAtOnce: Math.max(1, Math.floor(options.maxConnections / 3)),
    exportRetentionMs: config.retention.exportMs,
  };
  const tasks = { pool, files, limits, openNames: () => openNames(pool) };
  const definitions = jobDefinitions([
    ...namesJobs({ pool, files, limits, scratchDir, log, maxFetchBytes, sourceRules }),
    ...contentJobs(content),
    ...tasksJobs({ ...tasks, scratchDir, retentionMs: config.retention.resultMs }),
    maintainIdempotencyJob(pool, config.retention.idempotencyMs),
  ]);
  const close = async (): Promise<void> => {
    await pool.close();
    await queue?.close();
  };
  return { config, log, pool, files, definitions, content, tasks, queue, close };
}

/** Connections to the database with the settings of all pools. */
export function openPool(
  { config, log, databaseUrl, maxConnections, applicationName }: FoundationOptions,
  onAnnounced: (message: object) => void = () => undefined,
): Pool {
  return createPool({
    ...config.database,
    url: databaseUrl,
    maxConnections,
    applicationName,
    // A direct address beside the other says that the other one is a pooler.
    directUrl: config.database.directUrl,
    onSlowQuery: (name, durationMs) =>
      log.warn({ query: name, duration_ms: Math.round(durationMs) }, 'slow query'),
    onConnectionError: (error) => log.warn({ err: error }, 'an idle database connection broke'),
    onAnnounced,
  });
}

export interface ApiOptions {
  readonly model: ReadModel;
  /** For questions about published numbers; default: the pool of everything else. */
  readonly reads?: Pool;
  readonly readiness: HealthDependencies['readiness'];
  /** The key that the command line on this machine uses by itself. */
  readonly localKeyId: string | undefined;
}

/** The whole API, not listening yet. */
export async function composeApi(foundation: Foundation, options: ApiOptions): Promise<HttpServer> {
  const { config, log, pool, definitions } = foundation;
  const { publicRead } = config.access;
  const authorize = createAuthorize(pool, { publicRead, log });
  const app = await createHttpServer({
    ...config.server,
    version: VERSION,
    log,
    authorize,
    publicRead,
    unversioned: UNVERSIONED_PATHS,
  });
  const maxUploadBytes = (caller: Caller): number =>
    caller.keyId !== null && caller.keyId === options.localKeyId ? 0 : config.uploads.maxUploadBytes;
  void app.register(healthRoutes(healthOf(foundation, options.readiness)));
  void app.register(apiKeyRoutes(pool));
  void app.register(jobRoutes({ pool, definitions, log }));
  const sourceRules = { allowedHosts: config.outgoing.importHosts };
  void app.register(namesRoutes({ ...foundation, limits: config.uploads, maxUploadBytes, sourceRules }));
  void app.register(statisticsRoutes(options.reads ?? pool, options.model));
  void app.register(contentRoutes({ ...foundation.content, maxUploadBytes, definitions }));
  void app.register(tasksRoutes({ ...foundation.tasks, log, definitions, maxUploadBytes }));
  return app;
}

/** What a process of workers alone answers: how it is. */
export async function composeWorkerHealth(
  { pool, files, config, log }: Foundation,
  worker: { readonly isPolling: () => boolean; readonly isQueueOpen: () => boolean },
): Promise<HttpServer> {
  const app = await createHttpServer({
    ...config.server,
    version: VERSION,
    log,
    authorize: createAuthorize(pool, { publicRead: false, log }),
    publicRead: false,
  });
  const queue = { isOpen: worker.isQueueOpen };
  void app.register(healthRoutes(healthOf({ pool, files, queue }, [worker.isPolling])));
  return app;
}

function healthOf(
  { pool, files, queue }: Pick<Foundation, 'pool' | 'files'> & { queue: { isOpen(): boolean } | undefined },
  readiness: HealthDependencies['readiness'],
): HealthDependencies {
  // PostgreSQL is the queue; a broker only wakes the workers.
  const database = (): Promise<void> => pingServer(pool);
  const isQueueOpen = async (): Promise<void> => {
    if (queue && !queue.isOpen()) throw new Error('the broker is out of reach');
    await database();
  };
  return {
    version: VERSION,
    clock: systemClock,
    checks: { database, storage: () => files.check(), queue: isQueueOpen },
    readiness,
  };
}

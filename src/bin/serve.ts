import { mkdirSync } from 'node:fs';
import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { ensureAdminKey } from '#engine/access/admin-key.ts';
import { expireLeasesOf, freeAllLeases } from '#engine/jobs/takeover.query.ts';
import type { Config } from '#platform/config.ts';
import { type HttpServer, stopHttpServer } from '#platform/http/server.ts';
import { releaseMemory } from '#platform/memory.ts';
import { createLogger, type Logger } from '#platform/observability/log.ts';
import type { Pool } from '#platform/postgres/database.ts';
import { migrateUp } from '#platform/postgres/migrate.ts';
import { createReadModel, type ReadModel } from '#products/names/index.ts';
import { adminKeyFile } from './admin-key-file.ts';
import { composeApi, type Foundation, layFoundation, openPool } from './compose.ts';
import { type ConnectionBudget, shareConnections } from './connection-budget.ts';
import { keepWarm } from './keep-warm.ts';
import { listen } from './listen.ts';
import { findLocalKeyId, showNewKey } from './local-key.ts';
import { type OpenDatabase, openDatabase } from './open-database.ts';
import { openReading } from './read-replicas.ts';
import { requireSupportedServer } from './require-server.ts';
import { loadSample } from './sample.ts';
import { rehearse } from './rehearse.ts';
import { sweepScratch } from './scratch-folder.ts';
import { superviseThread } from './supervise-thread.ts';
import type { WorkerThreadData } from './worker-thread.ts';

/** A server at work. */
export interface RunningServer {
  readonly address: string;
  /** Drains requests, gives jobs back, and ends the embedded database last. */
  stop(): Promise<void>;
}

const ANSWERS_AT = 'affirm-name answers at';
const HTTP_GRACE_MS = 15_000;
const THREAD_STOP_WITHIN_MS = 20_000;
const THREAD_ABORT_WITHIN_MS = 4_000;

/** Starts everything that `serve` is: database, migrations, API, workers. What was started is ended if a step fails. */
export async function startServer(config: Config): Promise<RunningServer> {
  const log = createLogger(config.log);
  for (const warning of config.warnings) log.warn(warning);
  await using endings = new AsyncDisposableStack();
  mkdirSync(config.dataDir, { recursive: true });
  const database = await openDatabase(config, log);
  endings.defer(() => database.close());

  const { maxConnections } = config.database;
  const { concurrency } = config.worker;
  const budget = shareConnections({ maxConnections, concurrency, withApi: true });
  const foundation = await layFoundation({
    config,
    log,
    databaseUrl: database.url,
    maxConnections: Math.max(1, budget.api - 1),
    applicationName: 'affirm-name api',
  });
  endings.defer(() => foundation.close());
  await prepare(foundation, database);

  const stopping = new AbortController();
  endings.defer(() => stopping.abort());
  const { model, reads } = openModel(foundation, database, budget, endings);
  const listening = Promise.withResolvers<{ app: HttpServer; address: string }>();
  const isWarm = keepWarm(model, stopping.signal, log, listening.promise, async ({ app, address }) => {
    await rehearse(app, address, model);
    // What starting took is not wanted again.
    releaseMemory();
  });
  const stops: (() => Promise<void>)[] = [];
  endings.defer(async () => {
    stopping.abort();
    await Promise.all(stops.map((stop) => stop()));
  });
  // Loads its code while the API does.
  if (budget.concurrency > 0) stops.push(startWorkerThread(foundation, database, budget).stop);
  const localKeyId = await findLocalKeyId(foundation.pool, adminKeyFile(config));
  const readiness = [isWarm, () => !stopping.signal.aborted];
  const app = await composeApi(foundation, { model, reads, readiness, localKeyId });
  stops.push(async () => {
    // Nobody sends anything to one that could not begin.
    if (app.server.listening) await delay(config.server.shutdownDelayMs);
    await stopHttpServer(app, HTTP_GRACE_MS);
  });
  const address = await listen(app, { ...config.server, setting: 'SERVER_PORT', text: ANSWERS_AT });
  listening.resolve({ app, address });
  announce(config, address, budget, log);
  if (database.isOwned && config.samples) void loadSample(foundation, stopping.signal);

  const started = endings.move();
  return {
    address,
    async stop() {
      log.info('stopping: running requests and jobs get a moment to finish');
      await started.disposeAsync();
      log.info('stopped');
    },
  };
}

/** What is published, and where it is read. */
function openModel(
  { config, log, pool: primary }: Foundation,
  { url: databaseUrl }: OpenDatabase,
  { api: maxConnections }: ConnectionBudget,
  endings: AsyncDisposableStack,
): { readonly model: ReadModel; readonly reads: Pool } {
  const applicationName = 'affirm-name versions';
  // Every answer asks for versions: with connections to spare, that never waits behind longer questions.
  const own =
    maxConnections > 1
      ? openPool({ config, log, databaseUrl, maxConnections: 1, applicationName })
      : undefined;
  endings.defer(() => own?.close());
  const reading = openReading({ config, log, primary, versions: own ?? primary, maxConnections });
  endings.defer(() => reading.close());
  const { pool: reads, versions } = reading;
  return { model: createReadModel({ pool: reads, versions, cacheBytes: config.sliceCacheBytes }), reads };
}

/** Schema, keys and leases, before anybody is let in. */
async function prepare({ config, log, pool, files }: Foundation, database: OpenDatabase): Promise<void> {
  await requireSupportedServer(pool);
  const applied = await migrateUp(database.directUrl);
  if (applied.length > 0) log.info({ migrations: applied.length }, 'the database schema is up to date now');
  await files.check();
  sweepScratch(config.dataDir);
  if (database.isOwned) await freeAllLeases(pool);
  const keyFile = adminKeyFile(config);
  const { created, warnings } = await ensureAdminKey(pool, {
    bootstrapKey: config.access.bootstrapAdminKey,
    adminKeyFile: database.isOwned ? keyFile : undefined,
  });
  for (const warning of warnings) log.warn(warning);
  if (created !== undefined) showNewKey(created, keyFile);
}

function startWorkerThread(
  { config, log, pool }: Foundation,
  { url, directUrl }: OpenDatabase,
  budget: ConnectionBudget,
): { stop(): Promise<void> } {
  const data: WorkerThreadData = {
    config,
    databaseUrl: url,
    listenUrl: directUrl,
    maxConnections: budget.worker,
    concurrency: budget.concurrency,
  };
  return superviseThread({
    entry: new URL('./worker-thread.ts', import.meta.url),
    data,
    stallMs: Math.max(config.jobs.stallTimeoutMs, 3 * config.worker.pollIntervalMs),
    stopWithinMs: THREAD_STOP_WITHIN_MS,
    abortWithinMs: THREAD_ABORT_WITHIN_MS,
    // All jobs of this process ran on the thread.
    onLost: () => expireLeasesOf(pool, `${hostname()}:${process.pid}:`),
    log,
  });
}

function announce(config: Config, address: string, budget: ConnectionBudget, log: Logger): void {
  const { concurrency } = config.worker;
  if (budget.concurrency < concurrency) {
    const { maxConnections } = config.database;
    log.warn(
      `DATABASE_MAX_CONNECTIONS=${maxConnections} is enough for ${budget.concurrency} jobs at a time, not for ${concurrency}`,
    );
  }
  const database =
    config.database.url === undefined ? `${config.dataDir} (with an embedded PostgreSQL)` : config.dataDir;
  log.info(`documentation: ${address}/docs`);
  log.info(`data: ${database}`);
  if (config.database.url === undefined) log.info(`admin key: ${adminKeyFile(config)}`);
}

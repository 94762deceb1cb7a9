import type { Config } from '#platform/config.ts';
import { AppError } from '#platform/errors.ts';
import { stopHttpServer } from '#platform/http/server.ts';
import { createLogger } from '#platform/observability/log.ts';
import { migrateUp } from '#platform/postgres/migrate.ts';
import { composeWorkerHealth, layFoundation } from './compose.ts';
import { shareConnections } from './connection-budget.ts';
import { listen } from './listen.ts';
import { attachDatabase } from './open-database.ts';
import { requireSupportedServer } from './require-server.ts';
import type { Running } from './run-until-signal.ts';
import { sweepScratch } from './scratch-folder.ts';
import { hostWorker } from './worker-host.ts';

const HEALTH_GRACE_MS = 1000;
/** How late a claim may be before the process is not ready. */
const POLL_LATE_MS = 10_000;

/** Starts workers alone, on the database of the settings or on the embedded one of a server on this machine. */
export async function startWorkers(config: Config): Promise<Running> {
  const { concurrency, pollIntervalMs, healthHost, healthPort } = config.worker;
  if (concurrency === 0) throw nothingToDo();
  const log = createLogger(config.log);
  for (const warning of config.warnings) log.warn(warning);
  await using endings = new AsyncDisposableStack();
  const { url, directUrl } = await attachDatabase(config);
  const { maxConnections } = config.database;
  const budget = shareConnections({ maxConnections, concurrency, withApi: false });
  const foundation = await layFoundation({
    config,
    log,
    databaseUrl: url,
    maxConnections: budget.worker,
    applicationName: 'affirm-name worker',
  });
  endings.defer(() => foundation.close());
  await requireSupportedServer(foundation.pool);
  await migrateUp(directUrl);
  await foundation.files.check();
  sweepScratch(config.dataDir);

  const worker = await hostWorker(foundation, { listenUrl: directUrl, concurrency: budget.concurrency });
  endings.defer(() => worker.stop());
  const isPolling = (): boolean => worker.idleMs() < 3 * pollIntervalMs + POLL_LATE_MS;
  const health = await composeWorkerHealth(foundation, { ...worker, isPolling });
  await listen(health, {
    host: healthHost,
    port: healthPort,
    setting: 'METRICS_PORT',
    text: 'the worker says how it is at',
  });
  endings.defer(() => stopHttpServer(health, HEALTH_GRACE_MS));

  const started = endings.move();
  return {
    async stop() {
      log.info('stopping: running jobs get a moment to finish');
      await started.disposeAsync();
      log.info('stopped');
    },
  };
}

function nothingToDo(): AppError {
  return new AppError(
    'invalid',
    'no_workers',
    'WORKER_CONCURRENCY=0 leaves a worker nothing to do. Set it to 1 or more.',
  );
}

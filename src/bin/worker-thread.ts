import { parentPort, workerData } from 'node:worker_threads';
import type { Config } from '#platform/config.ts';
import { createLogger } from '#platform/observability/log.ts';
import { layFoundation } from './compose.ts';
import { hostWorker } from './worker-host.ts';

/** What the main thread hands to this one. */
export interface WorkerThreadData {
  readonly config: Config;
  readonly databaseUrl: string;
  readonly listenUrl: string;
  readonly maxConnections: number;
  readonly concurrency: number;
}

const ALIVE_EVERY_MS = 500;

/** Workers on a thread of their own, so that reading a file never delays an answer of the API. */
const data = workerData as WorkerThreadData;
const { config, listenUrl, concurrency } = data;
const log = createLogger(config.log);
const foundation = await layFoundation({ ...data, log, applicationName: 'affirm-name worker' });
const worker = await hostWorker(foundation, { listenUrl, concurrency });

const tellAlive = (): void =>
  parentPort?.postMessage({ kind: 'alive', workedAt: worker.lastPollAt().getTime() });
tellAlive();
const telling = setInterval(tellAlive, ALIVE_EVERY_MS);

parentPort?.once('message', () => {
  void (async () => {
    await worker.stop();
    clearInterval(telling);
    await foundation.close();
    process.exit(0);
  })();
});

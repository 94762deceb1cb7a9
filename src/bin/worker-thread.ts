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
/** How long jobs may take to let go when an error ends the thread. */
const ABORT_WITHIN_MS = 4_000;

/** Workers on a thread of their own, so that reading a file never delays an answer of the API. */
const data = workerData as WorkerThreadData;
const { config, listenUrl, concurrency } = data;
const log = createLogger(config.log);
const foundation = await layFoundation({ ...data, log, applicationName: 'affirm-name worker' });
const worker = await hostWorker(foundation, { listenUrl, concurrency });

const tellAlive = (): void => parentPort?.postMessage({ kind: 'alive', idleMs: worker.idleMs() });
tellAlive();
const telling = setInterval(tellAlive, ALIVE_EVERY_MS);

let isStopping = false;

async function stop(code: number): Promise<void> {
  if (isStopping) return;
  isStopping = true;
  await worker.stop();
  clearInterval(telling);
  await foundation.close();
  process.exit(code);
}

/** Jobs give their leases back, and native code lets go of this thread. */
function abort(): void {
  worker.giveBack();
  void stop(1);
}

parentPort?.on('message', (message: 'stop' | 'abort') => {
  if (message === 'abort') abort();
  else void stop(0);
});
// Ended by the error at once, the thread would take the process with it if native code works for another job.
process.on('uncaughtException', (error) => {
  log.error({ err: error }, 'an error that nobody caught ends the worker thread');
  abort();
  setTimeout(() => process.exit(1), ABORT_WITHIN_MS);
});

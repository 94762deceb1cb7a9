import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Pool } from '#platform/postgres/database.ts';
import { startEmbedded } from '#platform/postgres/embedded.ts';
import { sql } from '#platform/postgres/sql.ts';
import { PREFIX, silentLog } from '#test/support/postgres-server.ts';
import { childrenOf } from '#test/support/process-tree.ts';
import { TEST_ADMIN_KEY } from '#test/support/product-api.ts';
import {
  type ProductProcess,
  type ServeProcess,
  type Settings,
  startServe,
  startWorkerProcess,
} from '#test/support/serve-process.ts';
import { openTestPool } from './jobs-support.ts';

/** Who gets the signal. `everything`: all processes of the product and of its PostgreSQL. */
export type Victim = 'api' | 'worker' | 'backend' | 'postmaster' | 'everything';

/** The product at work, in several processes that can be killed and come back. */
export interface Scene {
  readonly name: string;
  /** Folder of the file store. */
  readonly store: string;
  readonly victims: readonly Victim[];
  server(): Pick<ServeProcess, 'url' | 'key'>;
  /** Asks the database, again while it is away. */
  ask<T>(question: (db: Pool) => Promise<T>): Promise<T>;
  /** SIGKILL; false when there is nothing to hit. */
  kill(victim: Victim): Promise<boolean>;
  /** Starts what is gone, as a service manager would, and waits until everything answers. */
  recover(): Promise<void>;
  /** The server process of PostgreSQL; another one after a restart. */
  postmaster(): number;
  /** What PostgreSQL logged. */
  databaseLog(): string;
  /** SIGTERM to the API, or the process that is it and all else; its exit code. */
  stopServer(): Promise<number | null>;
  /** The process that runs the jobs. */
  worker(): ProductProcess;
  startWorker(): Promise<ProductProcess>;
  stop(): Promise<void>;
}

const AWAY_AT_MOST_MS = 30_000;
const SETTINGS = {
  BOOTSTRAP_ADMIN_KEY: TEST_ADMIN_KEY,
  JOB_LEASE: '2s',
  WORKER_POLL_INTERVAL: '500ms',
};

/** One process with an embedded PostgreSQL, as `npm start` runs it. */
export async function startTogether(): Promise<Scene> {
  const folder = sceneFolder();
  const dataDir = join(folder, 'data');
  let serve = await startServe(dataDir, SETTINGS);
  const database = patientDatabase(() => serve.databaseUrl);
  return {
    name: 'one process',
    store: join(dataDir, 'files'),
    victims: ['worker', 'backend', 'postmaster', 'everything'],
    server: () => serve,
    ask: database.ask,
    async kill(victim) {
      if (victim === 'backend') return killBackend(database.ask);
      if (victim === 'postmaster') return killTree(serve.postgresPid(), false);
      const postmaster = serve.postgresPid();
      await serve.kill();
      return victim !== 'everything' || killTree(postmaster, true);
    },
    async recover() {
      if (!isAlive(serve.pid)) serve = await startServe(dataDir, SETTINGS);
      await answers(serve.url);
    },
    postmaster: () => serve.postgresPid(),
    databaseLog: () => readFileSync(join(dataDir, 'postgres/server.log'), 'utf8'),
    stopServer: () => serve.stop(),
    worker: () => serve,
    startWorker: () => startWorkerProcess(dataDir, SETTINGS),
    async stop() {
      await database.close();
      await serve.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** API, worker and PostgreSQL apart, as on a larger installation. */
export async function startApart(more: Settings = {}): Promise<Scene> {
  const folder = sceneFolder();
  mkdirSync(join(folder, 'postgres'), { mode: 0o711 });
  const postgres = await startEmbedded({ dataDir: folder, log: silentLog, throwaway: true });
  const store = join(folder, 'files');
  const settings = { ...SETTINGS, ...more, DATABASE_URL: postgres.url, STORAGE_PATH: store };
  const startApi = (): Promise<ServeProcess> =>
    startServe(join(folder, 'api'), { ...settings, WORKER_CONCURRENCY: '0' });
  const startWorker = (): Promise<ProductProcess> => startWorkerProcess(join(folder, 'worker'), settings);
  let api = await startApi();
  let worker = await startWorker();
  const database = patientDatabase(() => postgres.url);
  return {
    name: 'processes apart',
    store,
    victims: ['api', 'worker', 'backend', 'postmaster', 'everything'],
    server: () => api,
    ask: database.ask,
    async kill(victim) {
      if (victim === 'backend') return killBackend(database.ask);
      if (victim === 'postmaster') return killTree(postgres.pid, false);
      const { pid } = postgres;
      if (victim !== 'worker') await api.kill();
      if (victim !== 'api') await worker.kill();
      return victim !== 'everything' || killTree(pid, true);
    },
    async recover() {
      await database.ask((db) => db.run('alive', sql`SELECT 1`));
      if (!isAlive(api.pid)) api = await startApi();
      if (!isAlive(worker.pid)) worker = await startWorker();
      await answers(api.url);
    },
    postmaster: () => postgres.pid,
    databaseLog: () => readFileSync(join(folder, 'postgres/server.log'), 'utf8'),
    stopServer: () => api.stop(),
    worker: () => worker,
    startWorker,
    async stop() {
      await database.close();
      await Promise.all([api.stop(), worker.stop()]);
      await postgres.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function sceneFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), PREFIX));
  chmodSync(folder, 0o711);
  return folder;
}

/** One pool for each address that the database had; questions wait while it is away. */
function patientDatabase(url: () => string): { ask: Scene['ask']; close(): Promise<void> } {
  let address = url();
  let pool = openTestPool(address);
  return {
    async ask(question) {
      const deadline = performance.now() + AWAY_AT_MOST_MS;
      for (;;) {
        if (address !== url()) {
          await pool.close();
          pool = openTestPool((address = url()));
        }
        try {
          return await question(pool);
        } catch (error) {
          if (!isOutage(error) || performance.now() > deadline) throw error;
          await delay(20);
        }
      }
    },
    close: () => pool.close(),
  };
}

/** No answer for want of a server, in contrast to a statement that is wrong. */
function isOutage(error: unknown): boolean {
  const { code = '', message } = error as { code?: string; message: string };
  return /^(57P|08|ECONN|EPIPE)/.test(code) || /^(Connection terminated|timeout)/.test(message);
}

/** One of the server processes that write for a job. */
async function killBackend(ask: Scene['ask']): Promise<boolean> {
  const backends = await ask((db) =>
    db.many<{ pid: number }>(
      'backends',
      sql`SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'job %' ORDER BY random()`,
    ),
  );
  return backends.length > 0 && killOne(backends[0]?.pid ?? 0);
}

function killTree(postmaster: number, withChildren: boolean): boolean {
  const children = withChildren ? childrenOf(postmaster) : [];
  const hit = killOne(postmaster);
  for (const child of children) killOne(child);
  return hit;
}

function killOne(pid: number): boolean {
  try {
    process.kill(pid, 'SIGKILL');
    return true;
  } catch {
    return false;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function answers(url: string): Promise<void> {
  const deadline = performance.now() + AWAY_AT_MOST_MS;
  for (;;) {
    const ready = await fetch(`${url}/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (ready) return;
    if (performance.now() > deadline) throw new Error(`${url} is not ready again`);
    await delay(20);
  }
}

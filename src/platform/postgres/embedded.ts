import type { ChildProcess } from 'node:child_process';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Client } from 'pg';
import { serverAccount } from './embedded-account.ts';
import { type Binaries, embeddedBinaries } from './embedded-binaries.ts';
import { clusterIn, ensureCluster, SUPERUSER } from './embedded-cluster.ts';
import { acquireOwnerLock } from './embedded-lock.ts';
import { keepLogSmall } from './embedded-log.ts';
import { freePort } from './embedded-port.ts';
import { type ServerOptions, startServer, stopOrphan, stopServer } from './embedded-server.ts';
import { serverSettings } from './embedded-settings.ts';
import { type EmbeddedLog, supervise } from './embedded-supervisor.ts';

const DATABASE = 'affirm_name';
const PORT_ATTEMPTS = 5;
const PATIENCE_MS = 5_000;
const ATTACH_LIMIT_MS = 2_000;

export interface EmbeddedOptions {
  readonly dataDir: string;
  readonly log: EmbeddedLog;
  /** For tests alone: no fsync, so a crash of the machine loses everything. */
  readonly throwaway?: boolean;
  /** Another PostgreSQL than the installed npm package. */
  readonly binaries?: Binaries;
}

export interface EmbeddedServer {
  readonly url: string;
  /** The server process; another one after a restart. */
  readonly pid: number;
  /** Ends the server cleanly and gives up the folder. */
  stop(): Promise<void>;
}

/**
 * Starts PostgreSQL on `dataDir/postgres`, makes this process its owner, and restarts it on the same address should
 * it die. What a killed owner left behind (lock, pid file, running server, half a data folder) is put right.
 * Throws AppError `data_dir_in_use` when another live process owns the folder, `embedded_postgres_…` when it
 * cannot run.
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedServer> {
  const folder = join(resolve(options.dataDir), 'postgres');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const release = acquireOwnerLock(join(folder, 'owner'), options.dataDir);
  try {
    return await startOwned(options, folder, release);
  } catch (error) {
    release();
    throw error;
  }
}

/** The address of the server that another process started on `dataDir`; undefined when none answers. */
export async function attachEmbedded(dataDir: string): Promise<string | undefined> {
  const url = readText(urlFile(join(resolve(dataDir), 'postgres')));
  if (url === undefined) return undefined;
  const client = new Client({ connectionString: url, connectionTimeoutMillis: ATTACH_LIMIT_MS });
  try {
    await client.connect();
    return url;
  } catch {
    return undefined;
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function startOwned(
  options: EmbeddedOptions,
  folder: string,
  release: () => void,
): Promise<EmbeddedServer> {
  const durable = options.throwaway !== true;
  const binaries = options.binaries ?? embeddedBinaries(folder);
  const account = serverAccount(clusterIn(folder, binaries.major).dataFolder);
  const { dataFolder, passwordFile } = await ensureCluster({ folder, binaries, account, durable });
  await stopOrphan(dataFolder);
  const logFile = join(folder, 'server.log');
  const stopWatchingLog = keepLogSmall(logFile);
  const server = { dataFolder, logFile, binaries, account, settings: serverSettings(durable) };
  const { port, child } = await startOnFreePort(server, portOf(readText(urlFile(folder))), options.log);
  const url = address(port, readFileSync(passwordFile, 'utf8'));
  await ensureDatabase(url).catch(async (error: unknown) => {
    await stopServer(child.pid as number);
    throw error;
  });
  publish(urlFile(folder), url);

  const supervised = supervise(child, { ...server, port }, options.log);
  options.log.info({ pid: supervised.pid, port, data_dir: options.dataDir }, 'embedded PostgreSQL is ready');
  return {
    url,
    get pid() {
      return supervised.pid;
    },
    async stop() {
      await supervised.stop();
      stopWatchingLog();
      release();
    },
  };
}

/** The port of the last run when it is free, so that processes attached to that run find the server again. */
async function startOnFreePort(
  options: Omit<ServerOptions, 'port'>,
  preferred: number | undefined,
  log: EmbeddedLog,
): Promise<{ port: number; child: ChildProcess }> {
  const patience = setInterval(() => {
    log.info(
      { log_file: options.logFile },
      'embedded PostgreSQL is still starting: it recovers from a crash',
    );
  }, PATIENCE_MS);
  try {
    for (let attempt = 0; attempt < PORT_ATTEMPTS; attempt++) {
      const port = await freePort(attempt === 0 ? preferred : undefined);
      const started = await startServer({ ...options, port });
      if (started.kind === 'ready') return { port, child: started.child };
    }
  } finally {
    clearInterval(patience);
  }
  throw new Error('Other programs took every port that was chosen for PostgreSQL.');
}

async function ensureDatabase(url: string): Promise<void> {
  const maintenance = new URL(url);
  maintenance.pathname = '/postgres';
  const client = new Client({ connectionString: maintenance.href });
  await client.connect();
  try {
    const found = await client.query('SELECT FROM pg_database WHERE datname = $1', [DATABASE]);
    if (found.rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE}`);
  } finally {
    await client.end();
  }
}

/** Readers see the old address or the new one, never half of it. */
function publish(file: string, url: string): void {
  writeFileSync(`${file}.new`, url, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

function urlFile(folder: string): string {
  return join(folder, 'url');
}

function address(port: number, password: string): string {
  return `postgresql://${SUPERUSER}:${password}@127.0.0.1:${port}/${DATABASE}`;
}

function portOf(url: string | undefined): number | undefined {
  const port = url === undefined ? Number.NaN : Number(URL.parse(url)?.port);
  return port > 0 ? port : undefined;
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

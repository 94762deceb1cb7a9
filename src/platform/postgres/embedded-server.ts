import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '#platform/errors.ts';
import type { Account } from './embedded-account.ts';
import type { Binaries } from './embedded-binaries.ts';
import { dataArgument } from './embedded-cluster.ts';
import { isRunning, signal, waitForExit } from './embedded-process.ts';

const POLL_MS = 10;
const READY_LIMIT_MS = 15 * 60_000;
const FAST_STOP_MS = 30_000;
const IMMEDIATE_STOP_MS = 10_000;
const OLD_BACKENDS_MS = 10_000;

export interface ServerOptions {
  readonly dataFolder: string;
  readonly logFile: string;
  readonly binaries: Binaries;
  readonly account: Account | undefined;
  readonly port: number;
  readonly settings: Readonly<Record<string, string>>;
}

/** How a start ended: the server takes connections, or another program has the port. */
export type StartResult =
  | { readonly kind: 'ready'; readonly child: ChildProcess }
  | { readonly kind: 'port_taken' };

/**
 * Starts `postgres` in a session of its own, so that neither a signal to our group nor our end reaches it.
 * The caller owns the folder.
 */
export async function startServer(options: ServerOptions): Promise<StartResult> {
  const deadline = performance.now() + OLD_BACKENDS_MS;
  for (;;) {
    const started = await tryStart(options);
    if (started.kind !== 'failed') return started;
    if (/could not bind|could not create any TCP\/IP sockets/.test(started.said))
      return { kind: 'port_taken' };
    // Backends of a killed server notice within moments that it is gone.
    const oldBackends = /pre-existing shared memory block|lock file .* already exists/.test(started.said);
    if (!oldBackends || performance.now() > deadline) throw startFailed(options.logFile, started.said);
    await stopOrphan(options.dataFolder);
    await delay(100);
  }
}

/** Ends the server cleanly; with force when it does not react. */
export async function stopServer(pid: number): Promise<void> {
  for (const [name, limitMs] of [
    ['SIGINT', FAST_STOP_MS],
    ['SIGQUIT', IMMEDIATE_STOP_MS],
    ['SIGKILL', IMMEDIATE_STOP_MS],
  ] as const) {
    signal(pid, name);
    if (await waitForExit(pid, limitMs)) return;
  }
}

/** Stops a server that has lost its owner; to be called by the new owner of the folder. */
export async function stopOrphan(dataFolder: string): Promise<void> {
  const pid = runningServer(dataFolder);
  if (pid !== undefined) await stopServer(pid);
}

/** The live server on this folder, whoever started it. */
function runningServer(dataFolder: string): number | undefined {
  const pid = Number.parseInt(readLines(dataFolder)[0] ?? '', 10);
  return pid > 0 && isRunning(pid) && isServerOf(pid, dataFolder) ? pid : undefined;
}

async function tryStart(
  options: ServerOptions,
): Promise<{ kind: 'ready'; child: ChildProcess } | { kind: 'failed'; said: string }> {
  disownStalePid(options.dataFolder);
  const logStart = sizeOf(options.logFile);
  const log = openSync(options.logFile, 'a', 0o600);
  const child = spawn(options.binaries.postgres, serverArguments(options), {
    ...options.account,
    cwd: options.dataFolder,
    detached: true,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  const stopWaiting = new AbortController();
  const ended = new Promise<string | undefined>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', () => resolve(undefined));
  });
  const outcome = await Promise.race([
    waitUntilReady(options.dataFolder, child, stopWaiting.signal),
    ended.then((message) => ({ message })),
  ]).finally(() => stopWaiting.abort());
  if (outcome !== 'ready') {
    return { kind: 'failed', said: outcome?.message ?? readFrom(options.logFile, logStart) };
  }
  child.unref();
  return { kind: 'ready', child };
}

function serverArguments({ dataFolder, port, settings }: ServerOptions): string[] {
  const all = { ...settings, port: String(port), listen_addresses: '127.0.0.1', unix_socket_directories: '' };
  return [
    '-D',
    dataArgument(dataFolder),
    ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ];
}

/** The server writes its state into the eighth line of its pid file; crash recovery may take minutes. */
async function waitUntilReady(
  dataFolder: string,
  child: ChildProcess,
  end: AbortSignal,
): Promise<'ready' | undefined> {
  const deadline = performance.now() + READY_LIMIT_MS;
  while (!end.aborted) {
    const lines = readLines(dataFolder);
    if (Number(lines[0]) === child.pid && lines[7]?.startsWith('ready')) return 'ready';
    if (performance.now() > deadline) throw new Error('PostgreSQL did not become ready.');
    await delay(POLL_MS);
  }
  return undefined;
}

/**
 * A pid file that names a dead process, or one that is no server of this folder, would stop the next server.
 * Its own parent's number does not, and the rest of the file still guards against backends left behind.
 */
function disownStalePid(dataFolder: string): void {
  const lines = readLines(dataFolder);
  if (lines.length === 0 || runningServer(dataFolder) !== undefined) return;
  writeFileSync(join(dataFolder, 'postmaster.pid'), [process.pid, ...lines.slice(1)].join('\n'));
}

function isServerOf(pid: number, dataFolder: string): boolean {
  if (process.platform !== 'linux') return true;
  try {
    const isPostgres = readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === 'postgres';
    const [served, ours] = [statSync(`/proc/${pid}/cwd`), statSync(dataFolder)];
    return isPostgres && served.dev === ours.dev && served.ino === ours.ino;
  } catch {
    return false;
  }
}

function readLines(dataFolder: string): string[] {
  try {
    return readFileSync(join(dataFolder, 'postmaster.pid'), 'utf8').split('\n');
  } catch {
    return [];
  }
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

function readFrom(file: string, start: number): string {
  return readFileSync(file).subarray(start).toString();
}

function startFailed(logFile: string, said: string): AppError {
  const lines = said.trim().split('\n');
  // The reason is often followed by what the server did because of it.
  const reasons = lines.filter((line) => /FATAL|PANIC|terminated by/.test(line));
  const told = (reasons.length > 0 ? reasons : lines).slice(-3).join(' ');
  return new AppError(
    'unavailable',
    'embedded_postgres_start',
    `PostgreSQL did not start: ${told} See ${logFile}.`,
  );
}

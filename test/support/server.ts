import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { clusterIn } from '#platform/postgres/embedded-cluster.ts';
import { stopOrphan } from '#platform/postgres/embedded-server.ts';
import { PREFIX } from './postgres-server.ts';

export const LAUNCHER = join(import.meta.dirname, '../../bin/affirm-name.mjs');

const START_WITHIN_MS = 30_000;
const ANSWER_WITHIN_MS = 10_000;
const END_WITHIN_MS = 30_000;
const ADDRESS = /(?:answers|says how it is) at (http:\/\/[^"\s]+)/;

type Variables = Readonly<Record<string, string>>;

/** A real process of the command line that runs until it is told to end. */
export interface ServerProcess {
  readonly pid: number;
  readonly url: string;
  readonly dataDir: string;
  /** What it has written so far, both streams. */
  output(): string;
  /** Sends the signal; answers the exit code, null after a kill, and how long it took. */
  end(signal?: NodeJS.Signals): Promise<{ code: number | null; ms: number }>;
}

export interface CommandResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A data folder of its own; at the end of the test an embedded server that still runs on it is ended. */
export function dataFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), PREFIX));
  t.after(async () => {
    await stopOrphan(clusterIn(join(folder, 'postgres'), 18).dataFolder);
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

/** Starts `affirm-name serve` (or `worker`) without the sample, on a free port, and waits until it says where. */
export async function startProcess(
  t: TestContext,
  dataDir: string,
  options: { readonly command?: 'serve' | 'worker'; readonly env?: Variables; readonly node?: string } = {},
): Promise<ServerProcess> {
  const { command = 'serve', env = {}, node = process.execPath } = options;
  const child = spawn(node, [LAUNCHER, command], { cwd: dataDir, env: environment(dataDir, env) });
  const written = collect(child);
  const exit = exitOf(child);
  t.after(async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    await exit;
  });
  const url = await addressOf(child, written);
  return {
    pid: child.pid as number,
    url,
    dataDir,
    output: () => written.stdout + written.stderr,
    async end(signal = 'SIGTERM') {
      const started = performance.now();
      child.kill(signal);
      const code = await within(END_WITHIN_MS, exit, () => `did not end\n${written.stdout}`);
      return { code, ms: performance.now() - started };
    },
  };
}

/** Runs a command to its end. */
export async function runCommand(
  words: readonly string[],
  options: {
    readonly dataDir: string;
    readonly env?: Variables;
    readonly launcher?: string;
    readonly node?: string;
  },
): Promise<CommandResult> {
  const { dataDir, env = {}, launcher = LAUNCHER, node = process.execPath } = options;
  const child = spawn(node, [launcher, ...words], { cwd: dataDir, env: environment(dataDir, env) });
  const written = collect(child);
  const late = setTimeout(() => child.kill('SIGKILL'), END_WITHIN_MS);
  const code = await exitOf(child);
  clearTimeout(late);
  return { code, ...written };
}

/** The command line against a server, with the server's own admin key. */
export function affirmName(server: ServerProcess, ...words: string[]): Promise<CommandResult> {
  return runCommand(words, { dataDir: server.dataDir, env: { AFFIRM_NAME_URL: server.url } });
}

/** What `GET path` answers with the server's admin key. */
// oxlint-disable-next-line typescript/no-explicit-any
export async function ask(server: ServerProcess, path: string): Promise<any> {
  const key = readFileSync(join(server.dataDir, 'admin-key'), 'utf8').trim();
  const response = await fetch(`${server.url}${path}`, {
    headers: { authorization: `Bearer ${key}` },
    signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
  });
  return response.json();
}

/** Waits until the condition holds. */
export async function until(
  condition: () => Promise<boolean>,
  what: string,
  limitMs = 30_000,
): Promise<void> {
  const deadline = performance.now() + limitMs;
  while (!(await condition())) {
    assert.ok(performance.now() < deadline, `${what}: not within ${limitMs / 1000} s`);
    await delay(25);
  }
}

/** What the machine needs, and nothing of the settings of whoever runs the tests. */
function environment(dataDir: string, env: Variables): NodeJS.ProcessEnv {
  const { PATH, HOME, LANG, TMPDIR } = process.env;
  return {
    PATH,
    HOME,
    LANG,
    TMPDIR,
    DATA_DIR: dataDir,
    SERVER_PORT: '0',
    METRICS_PORT: '0',
    SAMPLES: 'false',
    ...env,
  };
}

interface Written {
  stdout: string;
  stderr: string;
}

function collect(child: ChildProcess): Written {
  const written: Written = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      written[name] += text;
    });
  }
  return written;
}

function exitOf(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => child.once('close', (code) => resolve(code)));
}

async function addressOf(child: ChildProcess, written: Written): Promise<string> {
  const deadline = performance.now() + START_WITHIN_MS;
  for (;;) {
    const address = ADDRESS.exec(written.stdout)?.[1];
    if (address !== undefined) return address;
    const ended = child.exitCode !== null || child.signalCode !== null;
    assert.ok(!ended && performance.now() < deadline, `it did not start\n${written.stdout}${written.stderr}`);
    await delay(10);
  }
}

async function within<T>(limitMs: number, work: Promise<T>, describe: () => string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(describe())), limitMs);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { clusterIn } from '#platform/postgres/embedded-cluster.ts';
import { stopOrphan } from '#platform/postgres/embedded-server.ts';
import { type CommandResult, launch, runCommand, type Settings } from './launch.ts';
import { PREFIX } from './postgres-server.ts';

const ANSWER_WITHIN_MS = 60_000;
const ADDRESS = /(?:answers|says how it is) at (http:\/\/[^"\s]+)/;

/** A real process of the command line that runs until it is told to end. */
export interface ServerProcess {
  readonly pid: number;
  readonly url: string;
  readonly dataDir: string;
  /** What it has written so far, both streams. */
  output(): string;
  /** From now on nobody reads what it writes. */
  leaveUnread(): void;
  /** Sends the signal; answers the exit code, null after a kill, and how long it took. */
  end(signal?: NodeJS.Signals): Promise<{ code: number | null; ms: number }>;
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
  options: { readonly command?: 'serve' | 'worker'; readonly env?: Settings; readonly node?: string } = {},
): Promise<ServerProcess> {
  const { command = 'serve', ...others } = options;
  const launched = launch([command], { dataDir, ...others });
  t.after(() => launched.end('SIGKILL'));
  const [, url = ''] = await launched.says(ADDRESS);
  return {
    pid: launched.pid,
    url,
    dataDir,
    leaveUnread: () => launched.leaveUnread(),
    output: () => launched.stdout + launched.stderr,
    async end(signal = 'SIGTERM') {
      const started = performance.now();
      return { code: await launched.end(signal), ms: performance.now() - started };
    },
  };
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
  limitMs = 60_000,
): Promise<void> {
  const deadline = performance.now() + limitMs;
  while (!(await condition())) {
    assert.ok(performance.now() < deadline, `${what}: not within ${limitMs / 1000} s`);
    await delay(25);
  }
}

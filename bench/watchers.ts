/**
 * A thousand event streams of jobs at one API process (or at several, in turn), jobs that begin only when all are open,
 * and other requests meanwhile: whether each watcher sees the end of its job, how late, and what a watcher costs.
 * Fails where one does not see the end, where an end is told more than 1.5 s late for 99 of 100, where the API takes
 * more connections to the database than its setting says, or where it does not stop within 25 s while streams are open.
 * node bench/watchers.ts [--watchers=1000] [--jobs=50] [--apis=1] [--seconds=10]
 */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { PREFIX, startThrowawayServer } from '#test/support/postgres-server.ts';
import { productApi, TEST_ADMIN_KEY } from '#test/support/product-api.ts';
import { type ServeProcess, startServe, startWorkerProcess } from '#test/support/serve-process.ts';
import { loadFromAnotherProcess, type LoadResult } from './scale/load.ts';
import { onConnection } from './support/connection.ts';
import { seconds, whole } from './support/figures.ts';
import { machineLine } from './support/machine.ts';
import { resident } from './support/memory.ts';
import { cpuSeconds, openFiles, openFilesLimit } from './support/process-figures.ts';
import { watchFromAnotherProcess, type WatchResult } from './watchers/watch.ts';

const LATEST_END_MS = 1500;
const LONGEST_STOP_MS = 25_000;
const CONNECTIONS = 20;
const RECORDS = 2000;
const AT_THE_SAME_TIME = 100;
const CLIENTS = 10;
const AUTHORIZATION = `Bearer ${TEST_ADMIN_KEY}`;

const { values } = parseArgs({
  options: {
    watchers: { type: 'string', default: '1000' },
    jobs: { type: 'string', default: '50' },
    apis: { type: 'string', default: '1' },
    seconds: { type: 'string', default: '10' },
  },
});
const watchers = Number(values.watchers);

const folder = mkdtempSync(join(tmpdir(), PREFIX));
const postgres = await startThrowawayServer();
const settings = {
  DATABASE_URL: postgres.url,
  STORAGE_PATH: join(folder, 'files'),
  BOOTSTRAP_ADMIN_KEY: TEST_ADMIN_KEY,
  DATABASE_MAX_CONNECTIONS: String(CONNECTIONS),
};
const apis: ServeProcess[] = [];
try {
  for (let at = 0; at < Number(values.apis); at++) {
    apis.push(await startServe(join(folder, `api-${at}`), { ...settings, WORKER_CONCURRENCY: '0' }));
  }
  process.exitCode = (await main()) ? 0 : 1;
} finally {
  for (const api of apis) await api.stop();
  await postgres.stop();
  rmSync(folder, { recursive: true, force: true });
}

async function main(): Promise<boolean> {
  console.log(machineLine());
  console.log(`open files of a process: at most ${openFilesLimit(first().pid)}`);
  await withWorker(importName);
  const jobs = await queueImports(Number(values.jobs));
  console.log(`\nwithout a watcher: ${await describeLoad()}`);
  const [memory, files] = [resident(first().pid), openFiles(first().pid)];

  const { opened, result } = await watch(jobs);
  console.log(
    `\n${whole(watchers)} watchers of ${jobs.length} jobs at ${apis.length} API: all open after ${seconds(opened.openedMs)}, ` +
      `first event ${describe(opened.firstEvents)}`,
  );
  const share = watchers / apis.length;
  console.log(
    `  memory of the API ${whole((resident(first().pid) - memory) / share / 1000)} KB a watcher, ` +
      `open files ${openFiles(first().pid)} in place of ${files}`,
  );
  const before = cpuSeconds(first().pid);
  await delay(5000);
  const busy = (cpuSeconds(first().pid) - before) / 5;
  console.log(`  while nothing happens: ${(100 * busy).toFixed(1)} % of a processor`);
  console.log(`  others meanwhile: ${await describeLoad()}`);
  const held = [await runJobs(result), await stopWhileWatched()];
  console.log(machineLine());
  return held.every(Boolean);
}

/** Opens a stream for each watcher, at the APIs in turn. */
function watch(jobs: readonly string[]): ReturnType<typeof watchFromAnotherProcess> {
  const urls = Array.from({ length: watchers }, (_, at) => {
    const api = apis[at % apis.length] as ServeProcess;
    return `${api.url}/v1/imports/${jobs[at % jobs.length]}/events`;
  });
  return watchFromAnotherProcess({ urls, authorization: AUTHORIZATION, at: AT_THE_SAME_TIME });
}

async function runJobs(result: Promise<WatchResult>): Promise<boolean> {
  const connections = watchConnections();
  const { seen, others } = await withWorker(async () => {
    const load = loadOthers();
    const found = await result;
    return { seen: found, others: await load };
  });
  const most = await connections.stop();
  console.log(
    `\njobs run: ${whole(seen.events)} events, ${whole(seen.completed)} of ${whole(watchers)} saw the end`,
  );
  console.log(`  told of the start ${describe(seen.started)} late, of the end ${describe(seen.ended)} late`);
  console.log(`  others meanwhile: ${describeResult(others)}`);
  console.log(`  at most ${most} connections of ${apis.length} API to the database`);
  const held = [
    hold('every watcher saw the end of its job', seen.completed === watchers),
    hold(`99 % of ends within ${LATEST_END_MS} ms`, at(seen.ended, 0.99) <= LATEST_END_MS),
    hold(`no more than ${CONNECTIONS} connections of each`, most <= CONNECTIONS * apis.length),
    hold('no request of others failed', others.errors === 0),
  ];
  return held.every(Boolean);
}

async function stopWhileWatched(): Promise<boolean> {
  const { result } = await watch(await queueImports(1));
  const begun = performance.now();
  await Promise.all(apis.map((api) => api.stop()));
  const took = performance.now() - begun;
  await result;
  return hold(`stopped with ${whole(watchers)} streams open within ${seconds(took)}`, took < LONGEST_STOP_MS);
}

function hold(what: string, isHeld: boolean): boolean {
  console.log(`  ${isHeld ? 'ok  ' : 'FAIL'}  ${what}`);
  return isHeld;
}

function first(): ServeProcess {
  return apis[0] as ServeProcess;
}

async function withWorker<T>(work: () => Promise<T>): Promise<T> {
  const worker = await startWorkerProcess(join(folder, 'worker'), settings);
  try {
    return await work();
  } finally {
    await worker.stop();
  }
}

/** What others ask about. */
async function importName(): Promise<void> {
  const file = join(folder, 'yob2001.txt');
  writeFileSync(file, 'Emma,F,10\nOlivia,F,5\n');
  await productApi(first()).imported(file);
}

/** Imports that wait, since no worker runs. */
async function queueImports(count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let job = 0; job < count; job++) {
    const form = new FormData();
    form.set('resource_type', 'users');
    const rows = Array.from({ length: RECORDS }, (_, n) => `${job}-${n}@example.org,u${job}_${n}`);
    form.set('file', new Blob([['email,username', ...rows, ''].join('\n')]), 'users.csv');
    const headers = { authorization: AUTHORIZATION, 'idempotency-key': randomUUID() };
    const answer = await fetch(`${first().url}/v1/imports`, { method: 'POST', headers, body: form });
    assert.equal(answer.status, 202);
    ids.push(((await answer.json()) as { job_id: string }).job_id);
  }
  return ids;
}

function loadOthers(): Promise<LoadResult> {
  const paths = ['/v1/names/Emma/trend?country=US&gender=F'];
  return loadFromAnotherProcess({
    url: first().url,
    clients: CLIENTS,
    seconds: Number(values.seconds),
    paths,
  });
}

async function describeLoad(): Promise<string> {
  return describeResult(await loadOthers());
}

function describeResult({ perSecond, p50, p99, worst }: LoadResult): string {
  return (
    `${CLIENTS} clients get ${whole(perSecond)} answers/s, half within ${p50.toFixed(1)} ms, ` +
    `99 % within ${p99.toFixed(1)} ms, worst ${worst.toFixed(0)} ms`
  );
}

function describe(sorted: readonly number[]): string {
  const ms = (share: number): string => `${whole(at(sorted, share))} ms`;
  return `${ms(0.5)} (half), ${ms(0.99)} (99 %), ${ms(1)} (worst)`;
}

function at(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** The most connections that the APIs have had at a time, looked at ten times a second. */
function watchConnections(): { stop(): Promise<number> } {
  const stopping = new AbortController();
  const most = onConnection(postgres.url, async (client) => {
    let highest = 0;
    while (!stopping.signal.aborted) {
      const { rows } = await client.query<{ connections: number }>(
        `SELECT count(*)::int AS connections FROM pg_stat_activity WHERE application_name = 'affirm-name api'`,
      );
      highest = Math.max(highest, rows[0]?.connections ?? 0);
      await delay(100);
    }
    return highest;
  });
  return {
    stop() {
      stopping.abort();
      return most;
    },
  };
}

/**
 * How fast questions are answered over the full US data (nation and states) at 50 clients, from the moment that
 * `/ready` says so after a restart. Names, years, genders, areas and filters are drawn uniformly; no conditional
 * requests. Fails when the 99th percentile is over 50 ms or any answer is an error.
 * --all: over every office's file; half of the questions about the US, the others about any country or all at once.
 * Fails as well under ten million rows, and when one client alone waits over 10 ms for 99 of 100 searches.
 * node bench/serve.ts [--clients=50] [--seconds=20] [--seed=1] [--only="trend"] [--national | --all]
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type ServeProcess, startServe } from '#test/support/serve-process.ts';
import { uploadFile } from '#test/support/stream-upload.ts';
import { officialFile, US_2025 } from '#test/support/truths.ts';
import type { Load, LoadResult } from './serve/client.ts';
import { countRows, drawPlaces, OFFICE_UPLOADS, type OfficeUpload } from './serve/offices.ts';
import type { Places, Subjects } from './serve/questions.ts';
import { whole } from './support/figures.ts';
import { machineLine } from './support/machine.ts';
import { peakResident } from './support/memory.ts';

const WORST_P99_MS = 50;
const WORST_SEARCH_MS = 10;
const LEAST_ROWS = 10_000_000;
const NAMES = 40_000;
const STATES = [
  'us/ssa-state/namesbystate-release-2025-part.zip',
  'us/ssa-state/namesbystate-release-2023-large-states.zip',
];

const { values } = parseArgs({
  options: {
    clients: { type: 'string', default: '50' },
    seconds: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string' },
    national: { type: 'boolean', default: false },
    all: { type: 'boolean', default: false },
  },
});

const folder = mkdtempSync(join(tmpdir(), 'affirm-name-bench-'));
try {
  process.exitCode = (await main(join(folder, 'data'))) ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function main(dataDir: string): Promise<boolean> {
  console.log(machineLine());
  const first = await startServe(dataDir);
  for (const upload of uploads()) await importFile(first, upload);
  await first.stop();

  const startedAt = performance.now();
  const server = await startServe(dataDir);
  try {
    await ready(server);
    console.log(`ready ${whole(performance.now() - startedAt)} ms after the start`);
    // Drawing the subjects asks the server too, so what is measured begins with a warm dictionary and nothing else.
    const places = await placesOf(server);
    const { clients, seconds, seed, only } = values;
    const load = { url: server.url, seconds: Number(seconds), seed: Number(seed), places };
    const result = await loadFromAnotherProcess({ ...load, clients: Number(clients), only });
    const isQuick = report(result, server);
    if (!values.all) return isQuick;
    const search = await loadFromAnotherProcess({ ...load, clients: 1, seconds: 5, only: 'search' });
    const [isSearchQuick, hasRows] = [reportSearch(search), await reportRows(server)];
    return isQuick && isSearchQuick && hasRows;
  } finally {
    await server.stop();
  }
}

function uploads(): readonly OfficeUpload[] {
  if (values.all) return OFFICE_UPLOADS;
  const files = values.national ? [US_2025] : [US_2025, ...STATES];
  return files.map((packed) => ({ packed, fields: { country_id: 'US' } }));
}

async function placesOf(server: ServeProcess): Promise<Places> {
  const us = await drawSubjects(server, !values.national);
  return values.all ? drawPlaces((path) => ask(server, path), us) : [us];
}

async function importFile(server: ServeProcess, { packed, fields }: OfficeUpload): Promise<void> {
  const { url, key } = server;
  const { status, body } = await uploadFile({ url, key, file: officialFile(packed), fields });
  if (status !== 202) throw new Error(JSON.stringify(body));
  for (;;) {
    const { data } = await ask(server, `/v1/datasets/${body.data.dataset_id}`);
    if (data.status === 'completed') return console.log(`${data.filename}: ${whole(data.row_count)} rows`);
    if (data.status === 'failed') throw new Error(data.error_message);
    await delay(100);
  }
}

async function ready(server: ServeProcess): Promise<void> {
  while (!(await ask(server, '/ready')).ready) await delay(20);
}

async function drawSubjects(server: ServeProcess, withStates: boolean): Promise<Subjects> {
  const names: string[] = [];
  for (let offset = 0; offset < NAMES; offset += 1000) {
    const path = `/v1/names?country=US&year_from=1880&year_to=2025&gender=all&sort=name&limit=1000&offset=${2 * offset}`;
    for (const { name } of (await ask(server, path)).data) names.push(name as string);
  }
  const areas = withStates ? ['US-AK', 'US-CA', 'US-FL', 'US-NY', 'US-OH', 'US-TX', 'US-WA', 'US-WY'] : [];
  return { country: 'US', names, firstYear: 1880, lastYear: 2025, areas };
}

// oxlint-disable-next-line typescript/no-explicit-any
async function ask({ url, key }: ServeProcess, path: string): Promise<any> {
  return (await fetch(`${url}${path}`, { headers: { authorization: `Bearer ${key}` } })).json();
}

/** The clients must not share a thread with anything else. */
async function loadFromAnotherProcess(load: Load): Promise<LoadResult> {
  const child = fork(join(import.meta.dirname, 'serve', 'load-process.ts'));
  child.send(load);
  const [result] = (await once(child, 'message')) as [LoadResult];
  await once(child, 'exit');
  return result;
}

function report(result: LoadResult, server: ServeProcess): boolean {
  console.table(result.kinds);
  const { requests, seconds, errors, total } = result;
  const peak = Math.round(peakResident(server.pid) / 1e6);
  console.log(
    `${result.clients} clients, ${seconds.toFixed(1)} s: ${whole(requests / seconds)} answers/s, ` +
      `p50 ${total.p50} ms, p99 ${total.p99} ms, worst ${total.worst} ms, ${errors.length} errors, peak memory ${peak} MB`,
  );
  for (const error of errors.slice(0, 5)) console.log(`  ${error}`);
  const good = total.p99 < WORST_P99_MS && errors.length === 0;
  console.log(good ? `p99 is under ${WORST_P99_MS} ms` : `NOT under ${WORST_P99_MS} ms without an error`);
  return good;
}

function reportSearch({ total, errors }: LoadResult): boolean {
  const good = total.p99 < WORST_SEARCH_MS && errors.length === 0;
  console.log(
    `one client searching: p50 ${total.p50} ms, p99 ${total.p99} ms, ${good ? '' : 'NOT '}under ${WORST_SEARCH_MS} ms`,
  );
  return good;
}

async function reportRows(server: ServeProcess): Promise<boolean> {
  const rows = await countRows((path) => ask(server, path));
  const good = rows >= LEAST_ROWS;
  console.log(`${whole(rows)} rows published, ${good ? 'at least' : 'NOT'} ${whole(LEAST_ROWS)}`);
  return good;
}

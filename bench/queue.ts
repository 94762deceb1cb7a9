/**
 * Durable jobs that do nothing, each acknowledged by itself: how many a second, and how long after its commit one
 * begins when the worker is idle; beside graphile-worker and pg-boss, in turn, on the same PostgreSQL with fsync. Then
 * a backlog of 10,000 jobs of 100 callers against one of 100 jobs, in turn: how many are worked off, and how soon others
 * begin meanwhile. Their wait in line grows with the line, so two kinds are measured that do not stand in it: jobs of
 * the highest priority, and jobs of callers of whom nothing else waits, since callers take turns.
 * Fails below the rate of graphile-worker, when 99 of 100 idle pick-ups take 50 ms or more, or when the long backlog
 * costs more than 20 % of the rate or of 99 of 100 pick-ups of either kind.
 * node bench/queue.ts [--jobs=5000] [--slots=10] [--rounds=3] [--backlog-rounds=6] [--only=affirm-name] [--part=rates|backlog]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startEmbedded } from '#platform/postgres/embedded.ts';
import { silentLog } from '#test/support/postgres-server.ts';
import { affirmName } from './queue/affirm-name.ts';
import { type BacklogFigures, measureBacklog } from './queue/backlog.ts';
import type { Contender } from './queue/contender.ts';
import { graphileWorker } from './queue/graphile-worker.ts';
import { pgBoss } from './queue/pg-boss.ts';
import { onConnection } from './support/connection.ts';
import { whole } from './support/figures.ts';
import { machineLine, settingsLine } from './support/machine.ts';

const WORST_PICK_UP_MS = 50;
const PICK_UPS = 200;
const SPREAD_MS = 5;
const BACKLOGS = [100, 10_000] as const;
const BACKLOG_SECONDS = 5;
const WORST_BACKLOG = 1.2;

const { values } = parseArgs({
  options: {
    jobs: { type: 'string', default: '5000' },
    slots: { type: 'string', default: '10' },
    rounds: { type: 'string', default: '3' },
    'backlog-rounds': { type: 'string', default: '6' },
    only: { type: 'string' },
    part: { type: 'string' },
  },
});
const jobs = Number(values.jobs);
const slots = Number(values.slots);
const rounds = Number(values.rounds);
const backlogRounds = Number(values['backlog-rounds']);

const folder = mkdtempSync(join(tmpdir(), 'affirm-name-bench-'));
const server = await startEmbedded({ dataDir: folder, log: silentLog });
try {
  process.exitCode = (await main()) ? 0 : 1;
} finally {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
}

async function main(): Promise<boolean> {
  console.log(machineLine());
  console.log(await onConnection(server.url, settingsLine));
  const isLevel = values.part === 'rates' || (await compareBacklogs());
  const isFast = values.part === 'backlog' || (await compareContenders());
  console.log(machineLine());
  return isLevel && isFast;
}

/** Whether ours is fast enough, and prompt when idle. */
async function compareContenders(): Promise<boolean> {
  const all = [];
  for (const [name, open] of Object.entries({
    'affirm-name': affirmName,
    'graphile-worker': graphileWorker,
    'pg-boss': pgBoss,
  })) {
    if (values.only !== undefined && values.only !== name) continue;
    all.push(await open(await database(`queue_${name.replace('-', '_')}`), slots));
  }
  console.log(`${whole(jobs)} jobs, ${slots} at a time, jobs/s in ${rounds} rounds`);
  const rates = await measureRates(all, 0);
  console.log(`the same for jobs that take up to ${SPREAD_MS} ms, so that each ends by itself`);
  const spreadRates = await measureRates(all, SPREAD_MS);
  console.log(`idle worker, from commit to start, ${PICK_UPS} jobs one after the other`);
  const pickUps = new Map<string, number>();
  for (const contender of all) {
    const sorted = await measurePickUps(contender);
    pickUps.set(contender.name, at(sorted, 0.99));
    console.log(
      `${contender.name.padEnd(16)} half ${at(sorted, 0.5).toFixed(1)} ms, 99 % ${at(sorted, 0.99).toFixed(1)} ms, worst ${at(sorted, 1).toFixed(1)} ms`,
    );
  }
  for (const contender of all) await contender.close();
  const isFast = compareRates('jobs that do nothing', rates);
  compareRates('jobs that end apart, printed only', spreadRates);
  const isPrompt = (pickUps.get('affirm-name') ?? Infinity) < WORST_PICK_UP_MS;
  console.log(`99 % of idle pick-ups ${isPrompt ? '' : 'NOT '}below ${WORST_PICK_UP_MS} ms`);
  return isFast && isPrompt;
}

async function database(name: string): Promise<string> {
  const url = new URL(server.url);
  url.pathname = `/${name}`;
  await onConnection(server.url, (client) => client.query(`CREATE DATABASE ${name} TEMPLATE template0`));
  return url.href;
}

/** In turn, so that what else the machine does meets all of them. */
async function measureRates(all: readonly Contender[], spreadMs: number): Promise<Map<string, number[]>> {
  const rates = new Map<string, number[]>(all.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const contender of all) rates.get(contender.name)?.push(await measureRate(contender, spreadMs));
  }
  for (const [name, each] of rates) console.log(`${name.padEnd(16)} ${each.map(whole).join(' · ')}`);
  return rates;
}

/** From the start of the worker until all is written down as done. */
async function measureRate(contender: Contender, spreadMs: number): Promise<number> {
  await contender.fill(jobs);
  let ran = 0;
  const done = Promise.withResolvers<void>();
  const started = performance.now();
  const worker = await contender.start(slots, async () => {
    if (spreadMs > 0) await delay(Math.random() * spreadMs);
    if (++ran === jobs) done.resolve();
  });
  await done.promise;
  while ((await contender.open()) > 0) await delay(2);
  const rate = (jobs / (performance.now() - started)) * 1000;
  await worker.stop();
  return rate;
}

async function measurePickUps(contender: Contender): Promise<number[]> {
  let begun: PromiseWithResolvers<number> | undefined;
  const worker = await contender.start(slots, async () => begun?.resolve(performance.now()));
  const times: number[] = [];
  for (let n = 0; n < PICK_UPS; n++) {
    await delay(20);
    begun = Promise.withResolvers();
    await contender.add();
    const committed = performance.now();
    times.push(Math.max(0, (await begun.promise) - committed));
  }
  while ((await contender.open()) > 0) await delay(5);
  await worker.stop();
  return times.sort((a, b) => a - b);
}

/** Whether a long backlog costs as little as a short one. */
async function compareBacklogs(): Promise<boolean> {
  const url = await database('queue_backlog');
  const queue = await affirmName(url, slots);
  console.log(`jobs of 100 callers queued, ${backlogRounds} rounds of ${BACKLOG_SECONDS} s in turn`);
  const all = BACKLOGS.map((depth) => ({ depth, figures: [] as BacklogFigures[] }));
  // The first one of all is for warming up.
  await measureBacklog(queue, { url, depth: BACKLOGS[1], slots, seconds: 2 });
  for (let round = 0; round < backlogRounds; round++) {
    for (const { depth, figures } of all) {
      figures.push(await measureBacklog(queue, { url, depth, slots, seconds: BACKLOG_SECONDS }));
    }
  }
  await queue.close();
  const [few, many] = all.map(({ depth, figures }) => summarize(depth, figures));
  if (!few || !many) throw new Error('nothing was measured');
  const costs = {
    rate: few.rate / many.rate,
    'the urgent': many.urgent / few.urgent,
    newcomers: many.newcomers / few.newcomers,
  };
  const isLevel = Object.values(costs).every((cost) => cost <= WORST_BACKLOG);
  const each = Object.entries(costs).map(([what, cost]) => `${what} ${cost.toFixed(2)}`);
  console.log(`the long backlog is ${isLevel ? '' : 'NOT '}within 20 %; times the cost: ${each.join(', ')}`);
  return isLevel;
}

/** The middle of the rates; of the pick-ups of all rounds together, what 99 of 100 stay below. */
function summarize(depth: number, figures: readonly BacklogFigures[]) {
  const sorted = (of: 'urgent' | 'newcomers') => figures.flatMap((each) => each[of]).sort((a, b) => a - b);
  const rates = figures.map(({ jobsPerSecond }) => jobsPerSecond);
  const [urgent, newcomers] = [sorted('urgent'), sorted('newcomers')];
  const times = [urgent, newcomers].map(
    (list) => `${list.length}: half ${at(list, 0.5).toFixed(1)} ms, 99 % ${at(list, 0.99).toFixed(1)} ms`,
  );
  const fewest = Math.min(...figures.map((each) => each.fewest));
  console.log(
    `${whole(depth).padStart(6)} queued (never fewer than ${whole(fewest)})  ${rates.map(whole).join(' · ')} jobs/s\n` +
      `       urgent ${times[0]}; newcomers ${times[1]}`,
  );
  return { rate: middle(rates), urgent: at(urgent, 0.99), newcomers: at(newcomers, 0.99) };
}

function compareRates(what: string, rates: ReadonlyMap<string, number[]>): boolean {
  const ours = middle(rates.get('affirm-name'));
  const theirs = middle(rates.get('graphile-worker'));
  const isFast = ours >= theirs;
  const times = (ours / theirs).toFixed(2);
  console.log(`${what}: ${isFast ? 'at least' : 'NOT'} the rate of graphile-worker, ${times} times`);
  return isFast;
}

function at(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

function middle(list: readonly number[] = []): number {
  return at(
    [...list].sort((a, b) => a - b),
    0.5,
  );
}

/**
 * Made-up names of few and of many areas, 2 and 50 million rows by default, each in one file and so in one release: how
 * fast they are imported, what a row takes on disk, and how soon a name over the years is answered. Both servers run at
 * the same time and are asked in turn, so that what else the machine does meets both.
 * Fails where rows a second, bytes a row or the 99th percentile of trends of an area are over 1.2 times as bad with
 * many rows. The other questions are printed only.
 * node bench/scale.ts [--rows=2000000,50000000] [--imports=3] [--rounds=3] [--seconds=20] [--clients=50] [--shuffle]
 *   [--cache=256MiB] (SLICE_CACHE_BYTES: lists take 8 bytes a row) [--split] (tables partitioned by area)
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { childrenOf } from '#test/support/process-tree.ts';
import type { ServeProcess } from '#test/support/serve-process.ts';
import type { NamePlan } from '../scripts/generate/name-plan.ts';
import { type ImportFigures, install, startInstalled } from './scale/install.ts';
import { loadFromAnotherProcess, type LoadResult } from './scale/load.ts';
import { drawPaths, type Kind, KINDS, planOf } from './scale/made-up-names.ts';
import { onConnection } from './support/connection.ts';
import { megabytes, perSecond, seconds, whole } from './support/figures.ts';
import { machineLine, settingsLine } from './support/machine.ts';
import { peakResident, watchPostgres } from './support/memory.ts';
import { watchProcessor } from './support/process-figures.ts';

const WORST_RATIO = 1.2;
const PATHS = 100_000;
const WARM_UP_SECONDS = 5;

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '2000000,50000000' },
    imports: { type: 'string', default: '3' },
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '20' },
    clients: { type: 'string', default: '50' },
    shuffle: { type: 'boolean', default: false },
    cache: { type: 'string', default: '256MiB' },
    split: { type: 'boolean', default: false },
  },
});

interface Size {
  readonly plan: NamePlan;
  readonly dataDir: string;
  readonly imports: ImportFigures[];
  readonly answers: Map<Kind, MeasuredLoad[]>;
}

interface MeasuredLoad extends LoadResult {
  /** Milliseconds of a processor that an answer took; what else the machine does hardly changes them. */
  readonly ofNode: number;
  readonly ofPostgres: number;
}

const folder = mkdtempSync(join(tmpdir(), 'affirm-name-scale-'));
try {
  process.exitCode = (await main()) ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function main(): Promise<boolean> {
  console.log(machineLine());
  const sizes = values.rows.split(',').map((rows): Size => {
    const plan = planOf(Number(rows), values.shuffle);
    return { plan, dataDir: join(folder, rows, 'data'), imports: [], answers: new Map() };
  });
  for (let run = 0; run < Number(values.imports); run++) for (const size of sizes) await measureImport(size);
  for (const size of sizes) printTables(size);
  await measureAnswers(sizes);
  console.log(`\n${machineLine()}`);
  return compare(sizes);
}

async function measureImport({ plan, dataDir, imports }: Size): Promise<void> {
  rmSync(dataDir, { recursive: true, force: true });
  mkdirSync(dataDir, { recursive: true });
  const found = await install(plan, dataDir, { cache: values.cache, isSplit: values.split });
  imports.push(found);
  console.log(
    `\n${whole(plan.rows)} rows of ${plan.areas} areas, ${whole(found.slices)} slices, ${megabytes(found.fileBytes)}; ${machineLine()}\n` +
      `  upload ${seconds(found.uploadMs)}, import ${seconds(found.ms)} (reading ${seconds(found.readMs)}, ` +
      `loading, comparing, publishing ${seconds(found.loadMs)}): ${perSecond(plan.rows, found.ms)}\n` +
      `  all slices taken back in ${seconds(found.deleteMs)}, published again in ${seconds(found.restoreMs)}\n` +
      `  peak memory: Node ${megabytes(found.nodePeak)}; PostgreSQL ${megabytes(found.postgres.together)}, ` +
      `its largest process ${megabytes(found.postgres.largestProcess)}`,
  );
}

function printTables({ plan, imports }: Size): void {
  const tables = imports.at(-1)?.tables ?? [];
  console.log(`\nbytes a row, ${whole(plan.rows)} rows`);
  for (const { name, heap, indexes } of tables) {
    const [ofHeap, ofIndexes] = [heap, indexes].map((bytes) => (bytes / plan.rows).toFixed(3));
    console.log(`  ${name.padEnd(16)} ${ofHeap} and ${ofIndexes} for its indexes`);
  }
  console.log(`  together         ${bytesPerRow(plan, imports).toFixed(2)}`);
}

async function measureAnswers(sizes: readonly Size[]): Promise<void> {
  const running: { size: Size; server: ServeProcess }[] = [];
  try {
    for (const size of sizes) running.push({ size, server: await startReady(size) });
    const watches = running.map(({ server }) => watchPostgres(server.postgresPid()));
    for (const kind of Object.keys(KINDS) as Kind[]) {
      console.log(`\n${kind}, ${values.clients} clients`);
      for (let round = 0; round < Number(values.rounds); round++) {
        for (const { size, server } of running) await measureKind(size, server, kind, round === 0);
      }
    }
    running.forEach(({ size, server }, at) => {
      const { together, largestProcess } = watches[at]?.stop() ?? { together: 0, largestProcess: 0 };
      console.log(
        `${whole(size.plan.rows)} rows: peak memory answering: Node ${megabytes(peakResident(server.pid))}; ` +
          `PostgreSQL ${megabytes(together)}, its largest process ${megabytes(largestProcess)}`,
      );
    });
  } finally {
    for (const { server } of running) await server.stop();
  }
}

async function startReady({ plan, dataDir }: Size): Promise<ServeProcess> {
  const begun = performance.now();
  const server = await startInstalled(dataDir, { cache: values.cache });
  while ((await fetch(`${server.url}/ready`)).status !== 200) await delay(50);
  console.log(`\n${whole(plan.rows)} rows: ready ${seconds(performance.now() - begun)} after the start`);
  console.log(`  ${await onConnection(server.databaseUrl, settingsLine)}, slice cache ${values.cache}`);
  return server;
}

async function measureKind(size: Size, server: ServeProcess, kind: Kind, isCold: boolean): Promise<void> {
  const load = { url: server.url, clients: Number(values.clients), paths: drawPaths(size.plan, kind, PATHS) };
  if (isCold) await loadFromAnotherProcess({ ...load, seconds: WARM_UP_SECONDS });
  const postmaster = server.postgresPid();
  const node = watchProcessor(() => [server.pid]);
  const postgres = watchProcessor(() => [postmaster, ...childrenOf(postmaster)]);
  const result = await loadFromAnotherProcess({ ...load, seconds: Number(values.seconds) });
  const [ofNode = 0, ofPostgres = 0] = [node(), postgres()].map((all) => (all / result.requests) * 1000);
  const results = size.answers.get(kind) ?? [];
  size.answers.set(kind, [...results, { ...result, ofNode, ofPostgres }]);
  console.log(
    `  ${whole(size.plan.rows).padStart(10)} rows: ${whole(result.perSecond)} answers/s, half within ${result.p50.toFixed(1)} ms, ` +
      `99 % within ${result.p99.toFixed(1)} ms, worst ${result.worst.toFixed(0)} ms; ` +
      `processor ${ofNode.toFixed(2)} ms of Node, ${ofPostgres.toFixed(2)} ms of PostgreSQL each; ${result.errors} errors ${result.firstError ?? ''}`,
  );
}

function bytesPerRow({ rows }: NamePlan, imports: readonly ImportFigures[]): number {
  const tables = imports.at(-1)?.tables ?? [];
  return tables.reduce((sum, { heap, indexes }) => sum + heap + indexes, 0) / rows;
}

/** The last size beside the first; medians of all runs. */
function compare(sizes: readonly Size[]): boolean {
  const [few, many] = [sizes[0] as Size, sizes.at(-1) as Size];
  const ratio = (figure: (size: Size) => number): number => figure(many) / figure(few);
  const ofRow = (figure: (run: ImportFigures) => number): number =>
    ratio(({ plan, imports }) => median(imports.map(figure)) / plan.rows);
  const ofKind = (kind: Kind, figure: (load: MeasuredLoad) => number): number =>
    ratio(({ answers }) => median((answers.get(kind) ?? []).map(figure)));
  const held = [
    hold(
      'time of import a row',
      ofRow(({ ms }) => ms),
    ),
    hold(
      'bytes a row',
      ratio(({ plan, imports }) => bytesPerRow(plan, imports)),
    ),
    hold(
      '99 % of trends of an area',
      ofKind('trend of an area', ({ p99 }) => p99),
    ),
  ];
  console.log(`  printed only: time of publishing a row ${ofRow(({ restoreMs }) => restoreMs).toFixed(2)}`);
  for (const kind of Object.keys(KINDS) as Kind[]) {
    const late = ofKind(kind, ({ p99 }) => p99);
    const processor = ofKind(kind, ({ ofNode, ofPostgres }) => ofNode + ofPostgres);
    console.log(
      `  printed only: ${kind}: 99 % within ${late.toFixed(2)} times, processor ${processor.toFixed(2)} times`,
    );
  }
  const loads = sizes.flatMap(({ answers }) => [...answers.values()].flat());
  return held.every(Boolean) && loads.every(({ errors }) => errors === 0);
}

function hold(what: string, ratio: number): boolean {
  const isHeld = ratio <= WORST_RATIO;
  console.log(`  ${isHeld ? 'ok  ' : 'FAIL'}  ${what}, many rows beside few: ${ratio.toFixed(2)} times`);
  return isHeld;
}

function median(list: readonly number[]): number {
  return list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)] ?? Number.NaN;
}

/**
 * How fast the full US release becomes answers, against COPY of the same rows into the table of the first design, in
 * the same run, on the same server, with the same settings.
 * node bench/ingest.ts [--quick] [--runs=3]
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { officialFile, truthsOf, US_2025 } from '#test/support/truths.ts';
import { type CopyBaseline, timeCopy, writeCopyFile } from './ingest/copy-baseline.ts';
import { measureSteps, type Steps } from './ingest/steps.ts';
import { timeImport, type TimedImport } from './ingest/timed-import.ts';
import { onConnection } from './support/connection.ts';
import { megabytes, perSecond, seconds, whole } from './support/figures.ts';
import { withFreshServer } from './support/fresh-server.ts';
import { machineLine, settingsLine } from './support/machine.ts';

const LEAST_ROWS_PER_SECOND = 600_000;
const LEAST_RATIO = 12;
const MOST_MEMORY = 400e6;

const FILE = officialFile(US_2025);
const { values } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, runs: { type: 'string', default: '3' } },
});

interface Run {
  readonly imported: TimedImport;
  readonly copied: CopyBaseline | undefined;
}

if (!existsSync(FILE)) throw new Error('The official files (../shared/data) are not beside this checkout.');
const truths = truthsOf(US_2025);
const rows = truths.reduce((sum, truth) => sum + truth.rows, 0);
const folder = mkdtempSync(join(tmpdir(), 'affirm-name-copy-'));
try {
  process.exitCode = (await main()) ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function main(): Promise<boolean> {
  console.log(`${whole(rows)} rows, ${truths.length} slices; ${machineLine()}`);
  const csv = values.quick ? undefined : join(folder, 'names.csv');
  if (csv !== undefined) await writeCopyFile(FILE, csv);
  const runs: Run[] = [];
  let steps: Steps | undefined;
  for (let left = values.quick ? 1 : Number(values.runs); left > 0; left--) {
    await withFreshServer(async (server) => {
      if (runs.length === 0) console.log(await onConnection(server.databaseUrl, settingsLine));
      const imported = await timeImport(server, FILE, truths);
      const copied = csv === undefined ? undefined : await timeCopy(server.databaseUrl, csv);
      const run = { imported, copied };
      runs.push(run);
      printRun(run, runs.length);
      if (left === 1) steps = await measureSteps(server.databaseUrl, FILE);
    });
  }
  if (steps) printSteps(steps);
  return verdict(runs);
}

function printRun({ imported, copied }: Run, number: number): void {
  const { ms, uploadMs, parts, nodePeak, postgresPeak, bytesOnDisk } = imported;
  console.log(`\nrun ${number}; ${machineLine()}`);
  console.log(`  import  ${seconds(ms)}, ${perSecond(rows, ms)} (the upload before it ${seconds(uploadMs)})`);
  console.log(
    `          waited ${seconds(parts.waited)}, read and numbered ${seconds(parts.read)}, loaded and published ${seconds(parts.loadedAndPublished)}`,
  );
  console.log(
    `          peak memory: Node ${megabytes(nodePeak)}; PostgreSQL ${megabytes(postgresPeak.together)}, its largest process ${megabytes(postgresPeak.largestProcess)}`,
  );
  console.log(`          on disk ${megabytes(bytesOnDisk)}, ${(bytesOnDisk / rows).toFixed(1)} bytes a row`);
  if (!copied) return;
  console.log(`  COPY    ${seconds(copied.ms)}, ${perSecond(copied.rows, copied.ms)}`);
  console.log(
    `          on disk ${megabytes(copied.bytesOnDisk)}, ${(copied.bytesOnDisk / copied.rows).toFixed(1)} bytes a row`,
  );
}

function printSteps(steps: Steps): void {
  console.log(`\nsteps, one after the other in one process; ${machineLine()}`);
  const lines: [string, number][] = [
    ['inflate', steps.inflate],
    ['split into cells', steps.split],
    ['check and normalize', steps.parse],
    ['number names, columns', steps.number],
    ['= parse only', steps.parseOnly],
    ['dictionary (empty)', steps.dictionary],
    ['build slices', steps.build],
    ['pages, series, COPY', steps.loadOnly - steps.build],
    ['= load only', steps.loadOnly],
    ['publish', steps.publish],
  ];
  for (const [title, ms] of lines) {
    console.log(`  ${title.padEnd(22)} ${seconds(ms).padStart(7)}  ${perSecond(rows, ms).padStart(17)}`);
  }
}

function verdict(runs: readonly Run[]): boolean {
  const best = Math.min(...runs.map(({ imported }) => imported.ms));
  const memory = Math.max(...runs.map(({ imported }) => imported.nodePeak));
  const copies = runs.flatMap(({ copied }) => (copied ? [copied.ms] : []));
  const ratio = Math.min(...copies) / best;
  console.log(`\nbest of ${runs.length}: ${seconds(best)}, ${perSecond(rows, best)}`);
  const checks: [string, boolean][] = [
    [`at least ${whole(LEAST_ROWS_PER_SECOND)} rows/s`, (rows / best) * 1000 >= LEAST_ROWS_PER_SECOND],
    [`Node below ${megabytes(MOST_MEMORY)}: ${megabytes(memory)}`, memory < MOST_MEMORY],
  ];
  if (copies.length > 0) {
    checks.push([`at least ${LEAST_RATIO} times as fast as COPY: ${ratio.toFixed(1)}`, ratio >= LEAST_RATIO]);
  }
  for (const [text, met] of checks) console.log(`  ${met ? 'ok  ' : 'FAIL'}  ${text}`);
  return checks.every(([, met]) => met);
}

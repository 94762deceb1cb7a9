/**
 * A CSV of 20 million rows in no order, over all areas and years: rows per second and peak memory.
 * node bench/ingest-large.ts [--rows=20000000] [--file=FILE]…
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { productApi } from '#test/support/product-api.ts';
import type { ServeProcess } from '#test/support/serve-process.ts';
import { onConnection } from './support/connection.ts';
import { megabytes, perSecond, seconds, whole } from './support/figures.ts';
import { withFreshServer } from './support/fresh-server.ts';
import { machineLine, settingsLine } from './support/machine.ts';
import { peakResident, watchPostgres } from './support/memory.ts';

const MOST_MEMORY = 500e6;
const GENERATOR = resolve(import.meta.dirname, '../scripts/generate.ts');

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '20000000' },
    /** Files of one's own, imported one after the other, in place of the generated one. */
    file: { type: 'string', multiple: true, default: [] },
  },
});
const folder = mkdtempSync(join(tmpdir(), 'affirm-name-large-'));
try {
  const files = values.file.length > 0 ? values.file : [await generate(Number(values.rows))];
  const peak = await withFreshServer((server) => importAll(server, files));
  const met = peak < MOST_MEMORY;
  console.log(`\n  ${met ? 'ok  ' : 'FAIL'}  Node below ${megabytes(MOST_MEMORY)}: ${megabytes(peak)}`);
  process.exitCode = met ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function generate(rows: number): Promise<string> {
  const file = join(folder, 'names.csv');
  const options = ['names', `--rows=${rows}`, '--seed=7', '--shuffle', `--out=${file}`];
  const generator = spawn(process.execPath, [GENERATOR, ...options], { stdio: 'inherit' });
  const [code] = (await once(generator, 'exit')) as [number | null];
  assert.equal(code, 0, 'the generator failed');
  return file;
}

async function importAll(server: ServeProcess, files: readonly string[]): Promise<number> {
  console.log(machineLine());
  console.log(await onConnection(server.databaseUrl, settingsLine));
  for (const file of files) await importOne(server, file);
  const bytes = await onConnection(server.databaseUrl, databaseSize);
  console.log(`database on disk ${megabytes(bytes)}`);
  return peakResident(server.pid);
}

async function importOne(server: ServeProcess, file: string): Promise<void> {
  const postgres = watchPostgres(server.postgresPid());
  const start = performance.now();
  const dataset = await productApi(server).imported(file);
  const ms = performance.now() - start;
  const { together, largestProcess } = postgres.stop();
  const worked = await onConnection(server.databaseUrl, lastJobMs);
  console.log(`\n${basename(file)}, ${megabytes(statSync(file).size)}; ${machineLine()}`);
  console.log(`  ${whole(dataset.row_count)} rows, ${whole(dataset.error_count)} refused`);
  console.log(
    `  import ${seconds(worked)}, ${perSecond(dataset.row_count, worked)}; with upload ${seconds(ms)}`,
  );
  console.log(
    `  peak memory: Node ${megabytes(peakResident(server.pid))}; PostgreSQL ${megabytes(together)}, its largest process ${megabytes(largestProcess)}`,
  );
}

/** From the 202, when the job is queued, to its end. */
async function lastJobMs(client: Parameters<typeof settingsLine>[0]): Promise<number> {
  const { rows } = await client.query<{ ms: number }>(
    `SELECT extract(epoch FROM completed_at - created_at)::float8 * 1000 AS ms
     FROM jobs WHERE type = 'parse_dataset' ORDER BY created_at DESC LIMIT 1`,
  );
  return rows[0]?.ms ?? Number.NaN;
}

async function databaseSize(client: Parameters<typeof settingsLine>[0]): Promise<number> {
  const { rows } = await client.query<{ bytes: number }>(
    'SELECT pg_database_size(current_database())::float8 AS bytes',
  );
  return rows[0]?.bytes ?? 0;
}

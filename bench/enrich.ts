/**
 * How fast a task enriches a table, with the full US data imported: rows a second from the 202 to COMPLETED, over HTTP,
 * of 1,000,000 rows with about 100,000 distinct names among cells with odd bytes. Checks that rows and all other bytes
 * are as they were sent, that a sample has the answers of `POST /v1/gender`, and that the memory does not depend on the
 * number of rows: the peak of a worker process of its own is compared with that of another for a tenth of the rows. Fails
 * below 100,000 rows/s and beyond 10 % more memory.
 * node bench/enrich.ts [--rows=1000000] [--runs=3] [--seed=1]
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type ProductProcess, type ServeProcess, startWorkerProcess } from '#test/support/serve-process.ts';
import { uploadFile } from '#test/support/stream-upload.ts';
import { officialFile, truthsOf, US_2025 } from '#test/support/truths.ts';
import { checkResult, oddRows, writeOddTable } from './enrich/odd-table.ts';
import { timeImport } from './ingest/timed-import.ts';
import { onConnection } from './support/connection.ts';
import { megabytes, perSecond, seconds, whole } from './support/figures.ts';
import { withFreshServer } from './support/fresh-server.ts';
import { machineLine } from './support/machine.ts';
import { peakResident } from './support/memory.ts';

const LEAST_ROWS_A_SECOND = 100_000;
const MOST_GROWTH = 1.1;
const ADDED = 9;

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '1000000' },
    runs: { type: 'string', default: '3' },
    seed: { type: 'string', default: '1' },
  },
});
const rows = Number(values.rows);
const seed = Number(values.seed);

const file = officialFile(US_2025);
if (!existsSync(file)) throw new Error('The official files (../shared/data) are not beside this checkout.');
const folder = mkdtempSync(join(tmpdir(), 'affirm-name-enrich-'));
const STORAGE_PATH = join(folder, 'files');
try {
  const good = await withFreshServer(main, { WORKER_CONCURRENCY: '0', STORAGE_PATH });
  process.exitCode = good ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function main(server: ServeProcess): Promise<boolean> {
  const imported = await withWorker(server, () => timeImport(server, file, truthsOf(US_2025)));
  const names = await namesOf(server);
  console.log(`${whole(names.length)} distinct names, imported in ${seconds(imported.ms)}; ${machineLine()}`);
  const few = await measure(server, names, Math.ceil(rows / 10));
  const many: Run[] = [];
  for (let run = 0; run < Number(values.runs); run++) many.push(await measure(server, names, rows));
  const best = Math.min(...many.map(({ ms }) => ms));
  const growth = Math.max(...many.map(({ peak }) => peak)) / few.peak;
  const checks: [string, boolean][] = [
    [
      `at least ${whole(LEAST_ROWS_A_SECOND)} rows/s: ${perSecond(rows, best)}`,
      (rows / best) * 1000 >= LEAST_ROWS_A_SECOND,
    ],
    [`memory within 10 % of that for a tenth of the rows: ${growth.toFixed(2)} times`, growth <= MOST_GROWTH],
  ];
  for (const [text, isMet] of checks) console.log(`  ${isMet ? 'ok  ' : 'FAIL'}  ${text}`);
  return checks.every(([, isMet]) => isMet);
}

async function withWorker<T>(
  { databaseUrl }: ServeProcess,
  work: (worker: ProductProcess) => Promise<T>,
): Promise<T> {
  const dataDir = mkdtempSync(join(folder, 'worker-'));
  const settings = { DATABASE_URL: databaseUrl, STORAGE_PATH, WORKER_CONCURRENCY: '1', API_PORT: '0' };
  const worker = await startWorkerProcess(dataDir, settings);
  try {
    return await work(worker);
  } finally {
    await worker.stop();
  }
}

/** By a worker that has loaded its code, and has done nothing else. */
function measure(server: ServeProcess, names: readonly string[], howMany: number): Promise<Run> {
  return withWorker(server, async (worker) => {
    await enrichOnce(server, worker, names, 1000);
    const run = await enrichOnce(server, worker, names, howMany);
    console.log(
      `${whole(howMany)} rows: ${seconds(run.ms)}, ${perSecond(howMany, run.ms)}; peak ${megabytes(run.peak)}; ${run.spent.toFixed(1)} processor seconds; ${machineLine()}`,
    );
    return run;
  });
}

interface Run {
  readonly ms: number;
  /** Of the worker process. */
  readonly peak: number;
  readonly spent: number;
}

async function enrichOnce(
  server: ServeProcess,
  { pid }: ProductProcess,
  names: readonly string[],
  howMany: number,
): Promise<Run> {
  const path = join(folder, 'table.csv');
  await writeOddTable(path, oddRows(names, howMany, seed));
  const spentBefore = processorSeconds(pid);
  const { status, body, answeredAt } = await uploadFile({
    ...server,
    path: '/v1/tasks',
    file: path,
    fields: { operation: 'enrich', options: JSON.stringify({ name_column: 'first_name', country: 'US' }) },
  });
  if (status !== 202) throw new Error(JSON.stringify(body));
  const id = body.data.task_id as string;
  const task = await completed(server, id);
  const ms = performance.now() - answeredAt;
  const run = { ms, peak: peakResident(pid), spent: processorSeconds(pid) - spentBefore };
  if (task.records_written !== howMany) throw new Error(`${task.records_written} records were written`);
  const result = Buffer.from(await (await get(server, `/v1/tasks/${id}/result`)).arrayBuffer());
  await checkAnswers(server, checkResult(result, oddRows(names, howMany, seed), ADDED));
  return run;
}

// oxlint-disable-next-line typescript/no-explicit-any
async function completed(server: ServeProcess, id: string): Promise<any> {
  for (;;) {
    const { data } = JSON.parse(await (await get(server, `/v1/tasks/${id}`)).text());
    if (data.status === 'COMPLETED') return data;
    if (data.status === 'FAILED') throw new Error(data.error_message);
    await delay(50);
  }
}

async function checkAnswers(
  server: ServeProcess,
  some: readonly { readonly name: string; readonly cells: readonly string[] }[],
): Promise<void> {
  const response = await fetch(`${server.url}/v1/gender`, {
    method: 'POST',
    headers: { authorization: `Bearer ${server.key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ items: some.map(({ name }) => ({ name, country: 'US' })) }),
  });
  const { data } = JSON.parse(await response.text());
  for (const [at, { name, cells }] of some.entries()) {
    const { gender, label, female_probability: female, interval, total_count: total } = data[at];
    const expected = [gender ?? '', label, female, interval.low, interval.high, total].join(';');
    if (cells.slice(0, 6).join(';') !== expected)
      throw new Error(`${name}: ${cells.join(';')}, not ${expected}`);
  }
}

async function get({ url, key }: ServeProcess, path: string): Promise<Response> {
  const response = await fetch(`${url}${path}`, { headers: { authorization: `Bearer ${key}` } });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return response;
}

/** Time on processors, of the user and of the system, in seconds. */
function processorSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

function namesOf({ databaseUrl }: ServeProcess): Promise<string[]> {
  return onConnection(databaseUrl, async (client) => {
    const { rows: found } = await client.query<{ name: string }>(
      'SELECT DISTINCT name FROM name_spellings ORDER BY name',
    );
    return found.map(({ name }) => name);
  });
}

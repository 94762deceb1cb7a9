import { readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type ServeProcess, startServe } from '#test/support/serve-process.ts';
import { uploadFile } from '#test/support/stream-upload.ts';
import type { NamePlan } from '../../scripts/generate/name-plan.ts';
import { onConnection } from '../support/connection.ts';
import { peakResident, type PostgresPeak, watchPostgres } from '../support/memory.ts';
import { writeNames } from './made-up-names.ts';

/** Times in milliseconds, sizes in bytes. */
export interface ImportFigures {
  readonly fileBytes: number;
  readonly uploadMs: number;
  /** From the 202 to the end of the job, as the database dates them. */
  readonly ms: number;
  readonly readMs: number;
  readonly loadMs: number;
  /** How long it takes to take all slices back, and to publish them again. */
  readonly deleteMs: number;
  readonly restoreMs: number;
  readonly nodePeak: number;
  readonly postgres: PostgresPeak;
  readonly slices: number;
  readonly tables: readonly TableSize[];
}

interface TableSize {
  readonly name: string;
  readonly heap: number;
  readonly indexes: number;
}

// No limit: the file of 50 million rows is just over the default of 1 GiB.
const SETTINGS = { LOG_LEVEL: 'info', MAX_UPLOAD_BYTES: '0' };

const PARTITIONING = join(import.meta.dirname, '../../scripts/partition-by-area.sql');

export interface InstallOptions {
  /** Memory for the read model of the lists, as SLICE_CACHE_BYTES. */
  readonly cache: string;
  /** Whether the large tables are split by area before the import. */
  readonly isSplit: boolean;
}

export function startInstalled(
  dataDir: string,
  { cache }: Pick<InstallOptions, 'cache'>,
): Promise<ServeProcess> {
  return startServe(dataDir, { ...SETTINGS, SLICE_CACHE_BYTES: cache });
}

/** Imports the file of a plan into a fresh folder, by the way that every upload takes. */
export async function install(
  plan: NamePlan,
  dataDir: string,
  options: InstallOptions,
): Promise<ImportFigures> {
  const file = join(dataDir, '..', `names-${plan.rows}.csv`);
  await writeNames(plan, file);
  const server = await startInstalled(dataDir, options);
  try {
    if (options.isSplit) await split(server.databaseUrl);
    return await importFile(server, file, plan.rows);
  } finally {
    await server.stop();
    rmSync(file);
  }
}

function split(url: string): Promise<unknown> {
  return onConnection(url, (client) => client.query(readFileSync(PARTITIONING, 'utf8')));
}

async function importFile(server: ServeProcess, file: string, rows: number): Promise<ImportFigures> {
  const { url, key, databaseUrl } = server;
  const watch = watchPostgres(server.postgresPid());
  const begun = performance.now();
  const { status, body, answeredAt } = await uploadFile({ url, key, file, fields: { country_id: 'US' } });
  if (status !== 202) throw new Error(JSON.stringify(body));
  const path = `/v1/datasets/${body.data.dataset_id}`;
  await imported(server, path, rows);
  const postgres = watch.stop();
  const nodePeak = peakResident(server.pid);
  const times = await onConnection(databaseUrl, async (client) => {
    const found = await client.query<Pick<ImportFigures, 'ms' | 'readMs' | 'loadMs'>>(
      `SELECT extract(epoch FROM j.completed_at - j.created_at)::float8 * 1000 AS ms,
              extract(epoch FROM r.created_at - j.started_at)::float8 * 1000 AS "readMs",
              extract(epoch FROM j.completed_at - r.created_at)::float8 * 1000 AS "loadMs"
       FROM jobs j JOIN releases r ON r.job_id = j.id WHERE j.type = 'parse_dataset'`,
    );
    return found.rows[0] as Pick<ImportFigures, 'ms' | 'readMs' | 'loadMs'>;
  });
  const { slices, tables } = await sizes(databaseUrl);
  const deleteMs = await timed(() => send(server, 'DELETE', path, [200, 204]));
  const restoreMs = await timed(() => send(server, 'POST', `${path}/restore`, [200]));
  const uploadMs = answeredAt - begun;
  const fileBytes = statSync(file).size;
  return { fileBytes, uploadMs, ...times, deleteMs, restoreMs, nodePeak, postgres, slices, tables };
}

async function imported(server: ServeProcess, path: string, rows: number): Promise<void> {
  for (;;) {
    const { data } = (await (await send(server, 'GET', path, [200])).json()) as {
      data: { status: string; row_count: number; error_message: string | null };
    };
    if (data.status === 'failed') throw new Error(`the import failed: ${data.error_message}`);
    if (data.status !== 'completed') {
      await delay(100);
      continue;
    }
    if (data.row_count !== rows) throw new Error(`${data.row_count} rows were imported, not ${rows}`);
    return;
  }
}

async function send(
  { url, key }: ServeProcess,
  method: string,
  path: string,
  expected: readonly number[],
): Promise<Response> {
  const response = await fetch(url + path, { method, headers: { authorization: `Bearer ${key}` } });
  if (!expected.includes(response.status)) {
    throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  }
  return response;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

/** What the file has left in the database: every table that a release has rows in. */
function sizes(url: string): Promise<Pick<ImportFigures, 'slices' | 'tables'>> {
  return onConnection(url, async (client) => {
    const { rows: tables } = await client.query<TableSize>(
      `SELECT name, sum(pg_table_size(oid))::float8 AS heap, sum(pg_indexes_size(oid))::float8 AS indexes
       FROM (SELECT c.oid, coalesce(whole.relname, c.relname) AS name
             FROM pg_class c LEFT JOIN pg_inherits ON inhrelid = c.oid LEFT JOIN pg_class whole ON whole.oid = inhparent
             WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace) AS tables
       WHERE name = ANY ('{name_series,ranking_pages,release_slices,slices,slice_changes,name_spellings,releases,datasets}')
       GROUP BY name ORDER BY sum(pg_total_relation_size(oid)) DESC`,
    );
    const { rows } = await client.query<{ slices: number }>('SELECT count(*)::int AS slices FROM slices');
    return { slices: rows[0]?.slices ?? 0, tables };
  });
}

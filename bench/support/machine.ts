import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import type { Client } from 'pg';

const SETTINGS = [
  'server_version',
  'fsync',
  'synchronous_commit',
  'full_page_writes',
  'wal_level',
  'wal_compression',
  'shared_buffers',
  'max_wal_size',
  'checkpoint_timeout',
  'maintenance_work_mem',
  'autovacuum',
];

/** One line about the machine, with its load at this moment. */
export function machineLine(): string {
  const model = cpus()[0]?.model ?? 'unknown processor';
  const memory = (totalmem() / 2 ** 30).toFixed(1);
  const load = loadavg().map((value) => value.toFixed(2));
  return `Node ${process.version}; ${availableParallelism()} × ${model}, ${memory} GiB; load average ${load.join(' ')}`;
}

/** The settings of a PostgreSQL server that decide how fast it may be. */
export async function settingsLine(client: Client): Promise<string> {
  const { rows } = await client.query<{ name: string; value: string }>(
    `SELECT name, current_setting(name) AS value FROM pg_settings WHERE name = ANY ($1) ORDER BY array_position($1, name)`,
    [SETTINGS],
  );
  return rows.map(({ name, value }) => `${name} ${value}`).join(', ');
}

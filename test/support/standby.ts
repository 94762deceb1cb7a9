import {
  chmodSync,
  chownSync,
  cpSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
  appendFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { embeddedBinaries } from '#platform/postgres/embedded-binaries.ts';
import { freePort } from '#platform/postgres/embedded-port.ts';
import { serverSettings } from '#platform/postgres/embedded-settings.ts';
import { type Daemon, startDaemon } from './daemon.ts';
import { PREFIX } from './postgres-server.ts';
import { until } from './server.ts';

/** A server that follows another one on this machine by streaming, and answers questions. */
export interface Standby {
  readonly url: string;
  pid(): number;
  /** On a connection of its own to the standby. */
  ask<Row extends object>(statement: string): Promise<Row[]>;
  kill(): Promise<void>;
  /** Starts it again where it was. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Copies the running server at `url`, which is one of the tests, and has the copy follow it. */
export async function startStandby(url: string): Promise<Standby> {
  const folder = mkdtempSync(join(tmpdir(), PREFIX));
  chmodSync(folder, 0o711);
  const data = join(folder, 'data');
  const own = new URL(url);
  own.port = String(await freePort());
  await onClient(url, (client) => copyOf(client, url, data));
  const binaries = embeddedBinaries(folder);
  const { uid, gid } = statSync(data);
  const settings = {
    ...serverSettings(false),
    port: own.port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
  };
  const words = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  let daemon: Daemon | undefined;

  async function ask<Row extends object>(statement: string): Promise<Row[]> {
    return onClient(own.href, async (client) => (await client.query<Row>(statement)).rows);
  }
  async function start(): Promise<void> {
    const started = startDaemon(binaries.postgres, ['-D', data, ...words], { cwd: data, uid, gid });
    daemon = started;
    const answers = (): Promise<boolean> =>
      ask('SELECT 1').then(
        () => true,
        () => false,
      );
    await until(answers, 'the standby answers').catch((error: unknown) => {
      throw new Error(started.output(), { cause: error });
    });
  }
  async function kill(): Promise<void> {
    await daemon?.kill();
    for (const file of globSync('postmaster.pid', { cwd: data })) rmSync(join(data, file));
  }
  await start();
  return {
    url: own.href,
    pid: () => daemon?.pid ?? 0,
    ask,
    kill,
    start,
    async stop() {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A base backup by hand: the packages bring no program for it. */
async function copyOf(client: Client, url: string, data: string): Promise<void> {
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  const source = readlinkSync(`/proc/${rows[0]?.pid}/cwd`);
  await client.query(`SELECT pg_backup_start('standby', true)`);
  const kept = (file: string): boolean => !/\/(?:postmaster\.\w+|pg_wal\/.+|pg_replslot\/.+)$/.test(file);
  cpSync(source, data, { recursive: true, filter: kept });
  const stopped = await client.query<{ labelfile: string }>('SELECT labelfile FROM pg_backup_stop(false)');
  writeFileSync(join(data, 'backup_label'), stopped.rows[0]?.labelfile ?? '');
  for (const name of ['archive_status', 'summaries'])
    mkdirSync(join(data, 'pg_wal', name), { recursive: true });
  writeFileSync(join(data, 'standby.signal'), '');
  const { hostname, port, username, password } = new URL(url);
  const primary = `host=${hostname} port=${port} user=${username} password=${decodeURIComponent(password)}`;
  appendFileSync(
    join(data, 'postgresql.auto.conf'),
    `primary_conninfo = '${primary} application_name=standby'\n`,
  );
  const { uid, gid } = statSync(source);
  for (const file of ['', ...globSync('**', { cwd: data })]) chownSync(join(data, file), uid, gid);
  chmodSync(data, 0o700);
}

async function onClient<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

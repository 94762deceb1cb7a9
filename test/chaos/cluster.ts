import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { type EmbeddedServer, startEmbedded } from '#platform/postgres/embedded.ts';
import { signal } from '#platform/postgres/embedded-process.ts';
import { PREFIX, silentLog } from '#test/support/postgres-server.ts';
import { TEST_ADMIN_KEY } from '#test/support/product-api.ts';
import { type RabbitMqServer, startRabbitMq } from '#test/support/rabbitmq-server.ts';
import { type RadosgwServer, startRadosgw } from '#test/support/radosgw-server.ts';
import { makeBucket, type TestBucket } from '#test/support/s3-bucket.ts';
import { type Standby, startStandby } from '#test/support/standby.ts';
import { startTcpProxy, type TcpProxy } from '#test/support/tcp-proxy.ts';
import { createMember, type Member } from './member.ts';

const APIS = 2;
const WORKERS = 4;
const SERVERS_AND_STARTS = 200;
const TRIES = 10;
const TRY_AGAIN_MS = 300;

/** The servers beside the product, each of which can be killed and come back. */
export interface Servers {
  readonly folder: string;
  readonly postgres: EmbeddedServer;
  readonly standby: Standby;
  readonly broker: RabbitMqServer;
  readonly s3: RadosgwServer;
  /** Between the product and S3. */
  readonly wire: TcpProxy;
  stop(): Promise<void>;
}

/** An installation of its own on these servers: database, virtual host, bucket and processes. */
export interface Site {
  readonly servers: Servers;
  readonly databaseUrl: string;
  /** The same database as its standby has it. */
  readonly standbyUrl: string;
  readonly bucket: TestBucket;
  readonly apis: readonly Member[];
  readonly workers: readonly Member[];
  /** What should not have happened. */
  readonly complaints: string[];
  /** How many messages each queue of its virtual host holds. */
  queues(): Promise<Readonly<Record<string, number>>>;
  /** Where workers put rows and records aside. */
  readonly scratch: readonly string[];
  /** Ends all processes in order. */
  stop(): Promise<void>;
}

export async function startServers(): Promise<Servers> {
  // Each server wants to be ended with this process.
  process.setMaxListeners(SERVERS_AND_STARTS);
  const folder = mkdtempSync(join(tmpdir(), PREFIX));
  chmodSync(folder, 0o711);
  mkdirSync(join(folder, 'postgres'), { mode: 0o711 });
  const endings: (() => Promise<void>)[] = [async () => rmSync(folder, { recursive: true, force: true })];
  const stop = async (): Promise<void> => {
    for (const end of endings.splice(0).reverse()) await end();
  };
  const keep = <T>(server: T, end: () => Promise<void>): T => {
    endings.push(end);
    return server;
  };
  const starts = [startDatabase(folder, keep), startBroker(keep), startStore(keep)] as const;
  try {
    const [database, broker, store] = await Promise.all(starts);
    return { folder, ...database, broker, ...store, stop };
  } catch (error) {
    await Promise.allSettled(starts);
    await stop();
    throw error;
  }
}

type Keep = <T>(server: T, end: () => Promise<void>) => T;

async function startDatabase(folder: string, keep: Keep): Promise<Pick<Servers, 'postgres' | 'standby'>> {
  const embedded = await startEmbedded({ dataDir: folder, log: silentLog, throwaway: true });
  const killNow = (): void => signal(embedded.pid, 'SIGQUIT');
  // Also where this process ends without its hooks.
  process.once('exit', killNow);
  const postgres = keep(embedded, async () => {
    process.off('exit', killNow);
    await embedded.stop();
  });
  // What a standby missed while it was dead has to be there when it is back.
  await execute(postgres.url, `ALTER SYSTEM SET wal_keep_size = '4GB'`);
  await execute(postgres.url, 'SELECT pg_reload_conf()');
  const started = await startStandby(postgres.url);
  return { postgres, standby: keep(started, () => started.stop()) };
}

async function startBroker(keep: Keep): Promise<RabbitMqServer> {
  const broker = await startRabbitMq();
  return keep(broker, () => broker.remove());
}

async function startStore(keep: Keep): Promise<Pick<Servers, 's3' | 'wire'>> {
  const started = await startRadosgw();
  const s3 = keep(started, () => started.stop());
  const opened = await startTcpProxy(s3.port);
  return { s3, wire: keep(opened, () => opened.close()) };
}

/** Makes an installation and starts its two APIs and four workers. */
export async function openSite(servers: Servers, name: string): Promise<Site> {
  const { postgres, standby, broker, wire, folder } = servers;
  await execute(postgres.url, `CREATE DATABASE ${name}`);
  await broker.control('add_vhost', name);
  await broker.control('set_permissions', '-p', name, 'probe', '.*', '.*', '.*');
  const bucket = await makeBucket(servers.s3);
  const databaseUrl = databaseOf(postgres.url, name);
  const standbyUrl = databaseOf(standby.url, name);
  const settings = {
    ...bucket.settings,
    S3_ENDPOINT: `http://127.0.0.1:${wire.port}`,
    DATABASE_URL: databaseUrl,
    DATABASE_READ_URL: standbyUrl,
    DATABASE_MAX_CONNECTIONS: '12',
    QUEUE_URL: `${broker.url}/${name}`,
    BOOTSTRAP_ADMIN_KEY: TEST_ADMIN_KEY,
    // Longer than a restart of the database takes, and than a process waits for a processor on a busy machine.
    JOB_LEASE: '10s',
    WORKER_POLL_INTERVAL: '1s',
  };
  const complaints: string[] = [];
  const complain = (complaint: string): void => void complaints.push(complaint);
  const members = (role: Member['role'], count: number, concurrency: number): Member[] =>
    Array.from({ length: count }, (_, at) =>
      createMember({
        name: `${role}-${at + 1}`,
        role,
        dataDir: join(folder, name, `${role}-${at + 1}`),
        settings: { ...settings, WORKER_CONCURRENCY: String(concurrency) },
        complain,
      }),
    );
  const apis = members('api', APIS, 0);
  const workers = members('worker', WORKERS, 2);
  const all = [...apis, ...workers];
  const isUp = ({ pid }: Member): boolean => pid() !== 0;
  const killNow = (): void => all.forEach((member) => member.signal('SIGKILL'));
  process.once('exit', killNow);
  try {
    // The first one migrates while the others would only wait for it.
    await all[0]?.start();
    await Promise.all(all.slice(1).map((member) => member.start()));
  } catch (error) {
    await Promise.all(all.filter(isUp).map((member) => member.kill()));
    throw error;
  }
  return {
    servers,
    databaseUrl,
    standbyUrl,
    bucket,
    apis,
    workers,
    complaints,
    scratch: all.map((member) => join(folder, name, member.name, 'scratch')),
    async queues() {
      const rows = await queuesOf(broker, name);
      // Beside those by which each process hears what all are told.
      const lasting = rows.filter((row) => !row.name.startsWith('amq.gen-'));
      return Object.fromEntries(lasting.map((row) => [row.name, row.messages]));
    },
    async stop() {
      await Promise.all(all.filter(isUp).map((member) => member.stop()));
      process.off('exit', killNow);
    },
  };
}

interface QueueLength {
  readonly name: string;
  readonly messages: number;
}

/** A queue that ends as it is looked at makes Erlang put a report of its own into the answer: asked again. */
async function queuesOf(broker: Pick<RabbitMqServer, 'control'>, vhost: string): Promise<QueueLength[]> {
  const wanted = ['list_queues', '-p', vhost, 'name', 'messages', '--formatter', 'json'];
  for (let tries = 1; ; tries++) {
    const said = await broker.control(...wanted);
    try {
      return JSON.parse(said.slice(Math.max(0, said.search(/^\[$/m)))) as QueueLength[];
    } catch {
      if (tries === TRIES) throw new Error(`rabbitmqctl says no JSON but ${said}`);
    }
    await delay(TRY_AGAIN_MS);
  }
}

function databaseOf(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.href;
}

async function execute(url: string, statement: string): Promise<void> {
  const client = new Client(url);
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

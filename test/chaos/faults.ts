import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import type { Random } from '#test/support/random.ts';
import { until } from '#test/support/server.ts';
import type { Site } from './cluster.ts';
import type { Member } from './member.ts';

/** Longer than the lease of a job: its worker is given up. */
const STOPPED_MS = [11_000, 15_000] as const;
const DOWN_MS = [0, 2_000] as const;
const PAUSED_MS = [2_000, 6_000] as const;
const BACK_WITHIN_MS = 60_000;
/** So long the moment is waited for in which there is something to hit. */
const WORK_WITHIN_MS = 6_000;
const LOOK_EVERY_MS = 20;
/** Three leases in a row that a job loses without progress end it, as they should: nobody is to cause the third. */
const LEASES_TO_SPARE = 2;

/** Something that goes wrong, and is right again when `strike` resolves. */
export interface Fault {
  readonly kind: string;
  /** What it may hit; two faults never hit the same at a time. */
  targets(site: Site): readonly string[];
  /** Answers what there was to hit, for the log; undefined: nothing was done, try another target. */
  strike(site: Site, target: string, random: Random): Promise<string | undefined>;
}

const workersOf = ({ workers }: Site): string[] => workers.map(({ name }) => name);
const apisOf = ({ apis }: Site): string[] => apis.map(({ name }) => name);

export const FAULTS: readonly Fault[] = [
  { kind: 'worker killed', targets: workersOf, strike: onWorker((member) => member.kill(), startAgain) },
  {
    kind: 'worker told to stop',
    targets: workersOf,
    strike: onWorker((member) => member.stop(), startAgain),
  },
  {
    kind: 'worker stands still',
    targets: workersOf,
    strike: onWorker(async (member) => member.signal('SIGSTOP'), goOn),
  },
  { kind: 'API killed', targets: apisOf, strike: onApi((member) => member.kill()) },
  { kind: 'API told to stop', targets: apisOf, strike: onApi((member) => member.stop()) },
  { kind: 'broker killed', targets: () => ['broker'], strike: killBroker },
  { kind: 'database killed', targets: () => ['database'], strike: endDatabase('SIGKILL') },
  { kind: 'database restarted', targets: () => ['database'], strike: endDatabase('SIGINT') },
  { kind: 'backend ended', targets: () => ['database'], strike: endBackend },
  { kind: 'standby killed', targets: () => ['standby'], strike: killStandby },
  { kind: 'standby does not replay', targets: () => ['standby'], strike: pauseReplay },
  { kind: 'S3 killed', targets: () => ['S3'], strike: killS3 },
  { kind: 'S3 says 503', targets: () => ['S3'], strike: busyS3 },
];

function onWorker(
  hit: (member: Member) => Promise<void>,
  mend: (member: Member, random: Random) => Promise<void>,
): Fault['strike'] {
  return async (site, target, random) => {
    const member = memberOf(site, target);
    const { jobs, lost } = await workSoon(site, member.pid());
    if (lost >= LEASES_TO_SPARE) return undefined;
    await hit(member);
    await mend(member, random);
    return `${jobs} jobs at work`;
  };
}

async function startAgain(member: Member, random: Random): Promise<void> {
  await pass(random, DOWN_MS);
  await member.start();
}

async function goOn(member: Member, random: Random): Promise<void> {
  await pass(random, STOPPED_MS);
  member.signal('SIGCONT');
}

function onApi(hit: (member: Member) => Promise<void>): Fault['strike'] {
  return async (site, target, random) => {
    const member = memberOf(site, target);
    await hit(member);
    await startAgain(member, random);
    return '';
  };
}

async function killBroker({ servers: { broker } }: Site, _target: string, random: Random): Promise<string> {
  await broker.kill();
  await pass(random, DOWN_MS);
  await broker.start();
  return '';
}

/** SIGKILL, or SIGINT, which is a fast shutdown; its supervisor starts it again. */
function endDatabase(signal: NodeJS.Signals): Fault['strike'] {
  return async ({ servers: { postgres }, databaseUrl }) => {
    const former = postgres.pid;
    process.kill(former, signal);
    const isBack = async (): Promise<boolean> =>
      postgres.pid !== former && (await ask(databaseUrl, 'SELECT 1').then(...TOLD));
    await until(isBack, 'the database is back', BACK_WITHIN_MS);
    return '';
  };
}

const TOLD = [() => true, () => false] as const;

/** One of those that work for the product, the ones of jobs first. */
async function endBackend({ databaseUrl }: Site): Promise<string> {
  const rows = await patiently<{ name: string }>(
    databaseUrl,
    `SELECT application_name AS name, pg_terminate_backend(pid)
     FROM (SELECT pid, application_name FROM pg_stat_activity
           WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
           ORDER BY application_name LIKE 'job %' DESC, random() LIMIT 1) AS one`,
  );
  return rows[0]?.name ?? 'nobody was connected';
}

async function killStandby({ servers: { standby } }: Site, _target: string, random: Random): Promise<string> {
  await standby.kill();
  await pass(random, DOWN_MS);
  await standby.start();
  return '';
}

async function pauseReplay({ servers: { standby } }: Site, _target: string, random: Random): Promise<string> {
  await standby.ask('SELECT pg_wal_replay_pause()');
  await pass(random, PAUSED_MS);
  await standby.ask('SELECT pg_wal_replay_resume()');
  return '';
}

async function killS3({ servers: { s3 } }: Site, _target: string, random: Random): Promise<string> {
  await s3.killGateway();
  await pass(random, DOWN_MS);
  await s3.startGateway();
  return '';
}

async function busyS3({ servers: { wire } }: Site, _target: string, random: Random): Promise<string> {
  const before = wire.spoiled;
  wire.mode = 'busy';
  await pass(random, PAUSED_MS);
  const deadline = performance.now() + WORK_WITHIN_MS;
  while (wire.spoiled === before && performance.now() < deadline) await delay(LOOK_EVERY_MS);
  wire.mode = 'pass';
  return `${wire.spoiled - before} requests`;
}

function memberOf({ apis, workers }: Site, name: string): Member {
  return [...apis, ...workers].find((member) => member.name === name) as Member;
}

/** As soon as a worker has any; that of a worker without, where none comes. */
async function workSoon(site: Site, pid: number): ReturnType<typeof workOf> {
  const deadline = performance.now() + WORK_WITHIN_MS;
  for (;;) {
    const work = await workOf(site, pid);
    if (work.jobs > 0 || performance.now() > deadline) return work;
    await delay(LOOK_EVERY_MS);
  }
}

/** What a worker has at work, and how many leases in a row one of its jobs has lost. */
async function workOf({ databaseUrl }: Site, pid: number): Promise<{ jobs: number; lost: number }> {
  const [row] = await patiently<{ jobs: number; lost: number }>(
    databaseUrl,
    `SELECT count(*)::int AS jobs, coalesce(max(lost_leases), 0) AS lost FROM jobs
     WHERE status = 'running' AND split_part(locked_by, ':', 2) = '${pid}'`,
  );
  return row as { jobs: number; lost: number };
}

/** Another fault may have hit the database just now. */
async function patiently<Row extends object>(url: string, statement: string): Promise<Row[]> {
  const deadline = performance.now() + BACK_WITHIN_MS;
  for (;;) {
    try {
      return await ask<Row>(url, statement);
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await delay(50);
    }
  }
}

async function ask<Row extends object>(url: string, statement: string): Promise<Row[]> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return (await client.query<Row>(statement)).rows;
  } finally {
    await client.end().catch(() => undefined);
  }
}

function pass(random: Random, [least, most]: readonly [number, number]): Promise<void> {
  return delay(least + random.below(most - least));
}

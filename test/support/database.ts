import { AsyncResource } from 'node:async_hooks';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, type TestContext } from 'node:test';
import { Client } from 'pg';
import { newId } from '#platform/ids.ts';
import { createPool, type Pool } from '#platform/postgres/database.ts';
import { migrateUp } from '#platform/postgres/migrate.ts';
import { MIGRATIONS } from '#platform/postgres/migrate-files.ts';
import { startThrowawayServer } from './postgres-server.ts';

const TEMPLATE_LOCK = 4_408_127_561;

export interface TestDatabase {
  /** Of the server itself. */
  readonly url: string;
  /** Leads through the pooler of `scripts/test.ts --pooler` where there is one. */
  readonly pool: Pool;
}

let server: Promise<string> | undefined;

/** What is to be undone at the end of the test file, the latest first. */
const endings: (() => Promise<void>)[] = [];

// Hooks run in the order in which they were given, and those of the tests still need their databases. A hook that
// is given by a hook comes after all of them.
const afterFile = AsyncResource.bind(after);
after(() =>
  afterFile(async () => {
    for (const end of endings.reverse()) await end();
  }),
);

/**
 * A migrated database of its own; dropped, and its pool closed, at the end of the test `t`, or of the test file
 * (then call it before the first test of the file).
 */
export async function testDatabase(t?: TestContext): Promise<TestDatabase> {
  const database = await createDatabase(await ensureTemplate());
  const pool = openPool(database.url);
  const end = async (): Promise<void> => {
    await pool.close();
    await database.drop();
  };
  if (t) t.after(() => t.after(end));
  else endings.push(end);
  return { url: database.url, pool };
}

/** As `testDatabase`, without any migration. */
export async function emptyDatabase(t: TestContext): Promise<string> {
  const database = await createDatabase('template0');
  t.after(() => t.after(() => database.drop()));
  return database.url;
}

async function createDatabase(template: string): Promise<{ url: string; drop(): Promise<void> }> {
  const admin = await serverUrl();
  const name = `test_${newId().replaceAll('-', '')}`;
  // Copying files beats writing the copy to the log as long as nothing is synced to disk.
  await execute(admin, `CREATE DATABASE ${name} TEMPLATE ${template} STRATEGY file_copy`);
  return {
    url: withDatabase(admin, name),
    drop: () => execute(admin, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  };
}

/** The name of the migrated database of this server that others are copied from; made by whoever comes first. */
async function ensureTemplate(): Promise<string> {
  const admin = await serverUrl();
  const name = `template_${migrationsHash()}`;
  const client = new Client(admin);
  await client.connect();
  try {
    await client.query('SELECT pg_advisory_lock($1)', [TEMPLATE_LOCK]);
    const found = await client.query('SELECT FROM pg_database WHERE datname = $1', [name]);
    if (found.rowCount) return name;
    await client.query(`DROP DATABASE IF EXISTS ${name}_draft`);
    await client.query(`CREATE DATABASE ${name}_draft TEMPLATE template0`);
    await migrateUp(withDatabase(admin, `${name}_draft`));
    await client.query(`ALTER DATABASE ${name}_draft RENAME TO ${name}`);
    return name;
  } finally {
    await client.end();
  }
}

/** The server that `npm test` has started, or one for this file alone. */
function serverUrl(): Promise<string> {
  server ??= Promise.resolve(process.env['AFFIRM_TEST_DATABASE_URL'] || startOwnServer());
  return server;
}

async function startOwnServer(): Promise<string> {
  const own = await startThrowawayServer();
  // Also where the process ends without its hooks.
  process.once('exit', () => own.kill());
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
  endings.push(() => own.stop());
  return own.url;
}

function migrationsHash(): string {
  const hash = createHash('sha256');
  for (const file of readdirSync(MIGRATIONS).sort())
    hash.update(file).update(readFileSync(join(MIGRATIONS, file)));
  return hash.digest('hex').slice(0, 16);
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

function withDatabase(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.href;
}

function openPool(url: string): Pool {
  const pooler = process.env['AFFIRM_TEST_POOLER_URL'];
  return createPool({
    ...(pooler ? { url: withDatabase(pooler, new URL(url).pathname.slice(1)), directUrl: url } : { url }),
    maxConnections: 10,
    maxIdle: 10,
    maxLifetimeMs: 3_600_000,
    maxIdleTimeMs: 60_000,
    slowQueryMs: Number.POSITIVE_INFINITY,
    applicationName: 'affirm-name test',
    onSlowQuery: () => undefined,
    onConnectionError: () => undefined,
  });
}

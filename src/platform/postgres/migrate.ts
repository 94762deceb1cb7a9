import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type pg from 'pg';
import { AppError } from '#platform/errors.ts';
import { connect } from './database.ts';
import { MIGRATIONS, type Migration, readMigrations } from './migrate-files.ts';

export { createMigration } from './migrate-files.ts';

// Any number that nothing else in this database locks.
const LOCK_KEY = 7_236_415_903;

export interface MigrateOptions {
  /** Where the files are; those of this checkout by default. */
  readonly directory?: string;
}

/** One line of `migrate status`; `appliedAt` is null for a migration that is still to come. */
export interface MigrationState {
  readonly version: number;
  readonly title: string;
  readonly appliedAt: Date | null;
}

interface AppliedMigration {
  readonly version: number;
  readonly title: string;
  readonly checksum: string;
  readonly applied_at: Date;
}

/**
 * Applies the next `steps` migrations (default: all), each in a transaction of its own, and returns those applied.
 * Of two processes at once, one waits. Throws AppError `migration_changed` for an applied file that differs now,
 * `schema_too_new` for a database that a later release has migrated, `migration_out_of_order` for a file numbered
 * below an applied one, `migration_failed` with file and line.
 */
export function migrateUp(
  url: string,
  options: MigrateOptions & { steps?: number } = {},
): Promise<Migration[]> {
  return withLock(url, options, async (client, migrations, applied) => {
    const last = applied.at(-1)?.version ?? 0;
    const next = migrations.filter(({ version }) => version > last).slice(0, options.steps);
    for (const migration of next) {
      await runFile(client, migration.upFile, () =>
        client.query('INSERT INTO schema_migrations (version, title, checksum) VALUES ($1, $2, $3)', [
          migration.version,
          migration.title,
          migration.checksum,
        ]),
      );
    }
    return next;
  });
}

/** Takes back the last `steps` migrations, the latest first, and returns them. */
export function migrateDown(url: string, steps = 1, options: MigrateOptions = {}): Promise<Migration[]> {
  return withLock(url, options, async (client, migrations, applied) => {
    const done = migrations.slice(0, applied.length).reverse().slice(0, steps);
    for (const migration of done) {
      await runFile(client, migration.downFile, () =>
        client.query('DELETE FROM schema_migrations WHERE version = $1', [migration.version]),
      );
    }
    return done;
  });
}

/** Every migration of the checkout, with the time when it was applied. */
export function migrationStatus(url: string, options: MigrateOptions = {}): Promise<MigrationState[]> {
  return withLock(url, options, async (_client, migrations, applied) =>
    migrations.map(({ version, title }, index) => ({
      version,
      title,
      appliedAt: applied[index]?.applied_at ?? null,
    })),
  );
}

async function withLock<T>(
  url: string,
  { directory = MIGRATIONS }: MigrateOptions,
  work: (client: pg.Client, migrations: Migration[], applied: AppliedMigration[]) => Promise<T>,
): Promise<T> {
  const migrations = readMigrations(directory);
  const client = await connect(url, 'affirm-name migrate');
  try {
    // The lock belongs to the connection: it ends with it, also after a kill.
    await client.query('SET statement_timeout = 0; SET lock_timeout = 0; SET client_min_messages = warning');
    await client.query('SELECT pg_advisory_lock($1)', [LOCK_KEY]);
    const applied = await readApplied(client);
    checkApplied(migrations, applied);
    return await work(client, migrations, applied);
  } finally {
    await client.end();
  }
}

async function readApplied(client: pg.Client): Promise<AppliedMigration[]> {
  await client.query(`
    CREATE TABLE IF NOT EXISTS schema_migrations (
      version    integer     PRIMARY KEY,
      title      text        NOT NULL,
      checksum   text        NOT NULL,
      applied_at timestamptz NOT NULL DEFAULT now()
    )`);
  const found = await client.query<AppliedMigration>(
    'SELECT version, title, checksum, applied_at FROM schema_migrations ORDER BY version',
  );
  return found.rows;
}

/** The applied migrations must be the first ones of the checkout, unchanged. */
function checkApplied(migrations: readonly Migration[], applied: readonly AppliedMigration[]): void {
  const newest = migrations.at(-1)?.version ?? 0;
  applied.forEach(({ version, title, checksum }, index) => {
    const migration = migrations[index];
    if (version > newest) throw tooNew(version, title, newest);
    if (migration?.version === version && migration.checksum === checksum) return;
    if (migration && migration.version < version) throw outOfOrder(migration, version);
    throw changed(migration?.version === version ? basename(migration.upFile) : `${version} (${title})`);
  });
}

function tooNew(version: number, title: string, newest: number): AppError {
  return new AppError(
    'conflict',
    'schema_too_new',
    `The database has migration ${version} (${title}), and this release ends at ${newest}. Install the release that migrated it, or take the migration back with that release.`,
    { database: version, release: newest },
  );
}

function outOfOrder(migration: Migration, later: number): AppError {
  const file = basename(migration.upFile);
  return new AppError(
    'conflict',
    'migration_out_of_order',
    `${file} was never applied, but ${later} was. Give the file a number after the applied ones.`,
    { file, later },
  );
}

function changed(file: string): AppError {
  return new AppError(
    'conflict',
    'migration_changed',
    `Migration ${file} has changed or vanished since it was applied. Restore it; changes belong into a new migration.`,
    { file },
  );
}

async function runFile(client: pg.Client, file: string, record: () => Promise<unknown>): Promise<void> {
  const text = readFileSync(file, 'utf8');
  try {
    await client.query('BEGIN');
    await client.query(text);
    await record();
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    const position = Number((error as { position?: string }).position ?? 1);
    const line = text.slice(0, position).split('\n').length;
    throw new AppError(
      'conflict',
      'migration_failed',
      `${basename(file)}, line ${line}: ${(error as Error).message}. Nothing of this file was applied.`,
      { file: basename(file), line },
      { cause: error },
    );
  }
}

import { createLogger } from '#platform/observability/log.ts';
import { openFileStore } from '#platform/files/open-file-store.ts';
import type { Config } from '#platform/config.ts';
import { AppError } from '#platform/errors.ts';
import { createPool } from '#platform/postgres/database.ts';
import { migrationStatus } from '#platform/postgres/migrate.ts';
import { adminKeyFile } from './admin-key-file.ts';
import {
  checkDataDir,
  checkDiskSpace,
  checkKeyFile,
  checkNode,
  checkPort,
  type Finding,
  hasEmbeddedData,
} from './doctor-checks.ts';
import { describeFailure } from './failure.ts';
import { borrowDatabase, type OpenDatabase } from './open-database.ts';
import { requireSupportedServer } from './require-server.ts';
import { readSettings } from './settings.ts';

/** Looks at everything that a start needs, prints a line each, and sets exit code 1 when something is wrong. */
export async function doctorCommand(): Promise<void> {
  report(checkNode());
  let config: Config;
  try {
    config = readSettings();
    report({ ok: true, text: 'the settings are right' });
  } catch (error) {
    report({ ok: false, text: (error as Error).message });
    return;
  }
  report(checkDataDir(config.dataDir));
  report(await checkDiskSpace(config.dataDir));
  await checkDatabase(config);
  report(await checkStore(config));
  report(await checkPort(config.server));
  if (config.database.url === undefined) report(checkKeyFile(adminKeyFile(config)));
}

function report({ ok, text }: Finding): void {
  if (!ok) process.exitCode = 1;
  process.stdout.write(`${ok ? 'ok  ' : 'FAIL'}  ${text}\n`);
}

async function checkDatabase(config: Config): Promise<void> {
  const embedded = config.database.url === undefined;
  if (embedded && !hasEmbeddedData(config.dataDir)) {
    return report({ ok: true, text: 'database: none yet; "affirm-name serve" makes an embedded one' });
  }
  const log = createLogger({ ...config.log, level: 'error', destination: process.stderr });
  let database: OpenDatabase | undefined;
  try {
    database = await borrowDatabase(config, log);
    report({ ok: true, text: `database: PostgreSQL ${await versionOf(config, database)} answers` });
    report(await checkMigrations(database));
  } catch (error) {
    report({ ok: false, text: `database: ${describe(error)}` });
  } finally {
    await database?.close();
  }
}

async function versionOf(config: Config, { url }: OpenDatabase): Promise<number> {
  const pool = createPool({
    ...config.database,
    url,
    maxConnections: 1,
    applicationName: 'affirm-name doctor',
    onSlowQuery: () => undefined,
    onConnectionError: () => undefined,
  });
  try {
    return await requireSupportedServer(pool);
  } finally {
    await pool.close();
  }
}

async function checkMigrations({ directUrl }: OpenDatabase): Promise<Finding> {
  const toCome = (await migrationStatus(directUrl)).filter(({ appliedAt }) => appliedAt === null);
  if (toCome.length === 0) return { ok: true, text: 'migrations: all applied' };
  return {
    ok: false,
    text: `migrations: ${toCome.length} to come. "affirm-name migrate up" applies them; "serve" does so, too`,
  };
}

async function checkStore({ storage }: Config): Promise<Finding> {
  const isLocal = storage.type === 'local';
  try {
    await (await openFileStore(storage)).check();
    const text = isLocal ? `${storage.path} can be read and written` : `S3 bucket ${storage.bucket} answers`;
    return { ok: true, text: `files: ${text}` };
  } catch (error) {
    const advice = isLocal ? '. Give this user the folder, or set STORAGE_PATH' : '';
    return { ok: false, text: `files: ${(error as Error).message}${advice}` };
  }
}

function describe(error: unknown): string {
  return error instanceof AppError ? error.message : (describeFailure(error).split('\n', 1)[0] ?? '');
}

import { createLogger } from '#platform/observability/log.ts';
import { createMigration, migrateDown, migrateUp, migrationStatus } from '#platform/postgres/migrate.ts';
import { borrowDatabase, type OpenDatabase } from './open-database.ts';
import { readSettings } from './settings.ts';
import { formatTable } from './table.ts';

export function migrateUpCommand(steps: number | undefined): Promise<void> {
  return withDatabase(async ({ directUrl }) => {
    const applied = await migrateUp(directUrl, steps === undefined ? {} : { steps });
    print(
      applied.length === 0
        ? ['Nothing to apply.']
        : applied.map(({ version, title }) => `up   ${version} ${title}`),
    );
  });
}

export function migrateDownCommand(steps: number): Promise<void> {
  return withDatabase(async ({ directUrl }) => {
    const done = await migrateDown(directUrl, steps);
    print(
      done.length === 0
        ? ['Nothing to take back.']
        : done.map(({ version, title }) => `down ${version} ${title}`),
    );
  });
}

export function migrateStatusCommand(): Promise<void> {
  return withDatabase(async ({ directUrl }) => {
    const rows = (await migrationStatus(directUrl)).map(({ version, title, appliedAt }) => ({
      number: version,
      title,
      applied: appliedAt?.toISOString() ?? 'to come',
    }));
    print([formatTable(rows)]);
  });
}

export function migrateCreateCommand(words: readonly string[]): void {
  const { upFile, downFile } = createMigration(words.join(' '));
  print([upFile, downFile]);
}

async function withDatabase(work: (database: OpenDatabase) => Promise<void>): Promise<void> {
  const config = readSettings();
  // What is said here is for the person at the terminal; only trouble is logged.
  const log = createLogger({ ...config.log, level: 'warn', destination: process.stderr });
  const database = await borrowDatabase(config, log);
  try {
    await work(database);
  } finally {
    await database.close();
  }
}

function print(lines: readonly string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`);
}

import type { Config } from '#platform/config.ts';
import { AppError } from '#platform/errors.ts';
import type { Logger } from '#platform/observability/log.ts';
import { attachEmbedded, startEmbedded } from '#platform/postgres/embedded.ts';

/** The database of this process. */
export interface OpenDatabase {
  readonly url: string;
  /** For LISTEN and migrations, past a pooler. */
  readonly directUrl: string;
  /** Whether it is our own server, and nobody else's. */
  readonly isOwned: boolean;
  /** Ends the server when it is ours. */
  close(): Promise<void>;
}

/** The database that the settings name, else an embedded server that this process starts and owns. */
export async function openDatabase(config: Config, log: Logger): Promise<OpenDatabase> {
  const given = givenDatabase(config);
  if (given) return given;
  const server = await startEmbedded({ dataDir: config.dataDir, log });
  return { url: server.url, directUrl: server.url, isOwned: true, close: () => server.stop() };
}

/**
 * The database that the settings name, else the embedded server that another process runs.
 * Throws AppError `embedded_postgres_stopped` when there is neither.
 */
export async function attachDatabase(config: Config): Promise<OpenDatabase> {
  const given = givenDatabase(config);
  if (given) return given;
  const url = await attachEmbedded(config.dataDir);
  if (url !== undefined) return { url, directUrl: url, isOwned: false, close: nothing };
  throw new AppError(
    'unavailable',
    'embedded_postgres_stopped',
    `No embedded PostgreSQL runs on ${config.dataDir}. Start it with "affirm-name serve", or set DATABASE_URL.`,
    { data_dir: config.dataDir },
  );
}

/** As `attachDatabase`; a server that does not run is started for as long as this takes. */
export async function borrowDatabase(config: Config, log: Logger): Promise<OpenDatabase> {
  try {
    return await attachDatabase(config);
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'embedded_postgres_stopped') throw error;
    return openDatabase(config, log);
  }
}

function givenDatabase({ database }: Config): OpenDatabase | undefined {
  const { url, directUrl } = database;
  return url === undefined ? undefined : { url, directUrl: directUrl ?? url, isOwned: false, close: nothing };
}

async function nothing(): Promise<void> {}

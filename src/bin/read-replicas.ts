import type { Config } from '#platform/config.ts';
import type { Logger } from '#platform/observability/log.ts';
import type { Pool } from '#platform/postgres/database.ts';
import { createReadPool } from '#platform/postgres/read-pool.ts';
import { openPool } from './compose.ts';

/** Rows of a release never change, and the versions say which releases are published: these may be asked of a copy. */
const ON_REPLICAS = new Set(['findSeries', 'loadSliceRows']);
const TELL_LAG_EVERY_MS = 60_000;

/** Where questions about published numbers are asked. */
export interface Reading {
  readonly pool: Pool;
  /** For what is published, on the primary. */
  readonly versions: Pool;
  close(): Promise<void>;
}

export interface ReadingOptions {
  readonly config: Config;
  readonly log: Logger;
  readonly primary: Pool;
  readonly versions: Pool;
  /** With each replica. */
  readonly maxConnections: number;
}

/** The replicas of the settings before the primary; the primary alone where there are none. */
export function openReading({ config, log, primary, versions, maxConnections }: ReadingOptions): Reading {
  const { readUrls } = config.database;
  if (readUrls.length === 0) return { pool: primary, versions, close: async () => {} };
  const applicationName = 'affirm-name reads';
  const reading = createReadPool({
    primary,
    versions,
    replicas: readUrls.map((databaseUrl) =>
      openPool({ config, log, databaseUrl, maxConnections, applicationName }),
    ),
    statements: ON_REPLICAS,
    onLost: (replica, err) => log.warn({ replica, err }, 'a replica is not asked: the primary answers'),
    onFound: (replica) => log.info({ replica }, 'a replica answers'),
  });
  const telling = setInterval(() => log.debug({ lag_bytes: reading.lag() }, 'replicas'), TELL_LAG_EVERY_MS);
  return {
    ...reading,
    async close() {
      clearInterval(telling);
      await reading.close();
    },
  };
}
